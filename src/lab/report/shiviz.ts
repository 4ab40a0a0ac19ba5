import type { Happening, Story } from '../story.ts';

/**
 * A story as a log for ShiViz (https://bestchai.bitbucket.io/shiviz/): two lines an event, the first of which names
 * its node and its vector clock, the second what happened. The clocks are the log's own, counted here: they say what
 * happened before what in the story, whatever the strategy under test makes of it.
 */
export const SHIVIZ_PATTERN = String.raw`(?<host>\S*) (?<clock>{.*})\n(?<event>.*)`;

export function shivizLog({ events }: Story): string {
  const clocks = new Map<string, Map<string, number>>();
  const sent = new Map<number, ReadonlyMap<string, number>>();
  const lines: string[] = [];
  for (const { node, atMs, happening } of events) {
    const clock = clocks.get(node) ?? new Map<string, number>();
    clocks.set(node, clock);
    if (happening.type === 'receive') {
      for (const [name, count] of sent.get(happening.message) ?? []) {
        clock.set(name, Math.max(count, clock.get(name) ?? 0));
      }
    }
    clock.set(node, (clock.get(node) ?? 0) + 1);
    if (happening.type === 'send') sent.set(happening.message, new Map(clock));
    lines.push(`${node} ${JSON.stringify(Object.fromEntries(clock))}`, `${atMs} ms: ${told(happening)}`);
  }
  return `${lines.join('\n')}\n`;
}

function told(happening: Happening): string {
  switch (happening.type) {
    case 'write':
    case 'delete':
      return `${happening.client} ${happening.type}s ${happening.id} ${happening.stamp}`;
    case 'refused':
      return `${happening.id} by ${happening.client} is refused: ${happening.reason}`;
    case 'ack':
      return `${happening.id} is acknowledged to ${happening.client}`;
    case 'read':
      return `${happening.client} reads`;
    case 'send':
      return `sends its state to ${happening.to}`;
    case 'receive':
      return happening.refused === null
        ? `takes the state of ${happening.from}`
        : `refuses the state of ${happening.from}: ${happening.refused}`;
    case 'clock':
      return `the clock steps by ${happening.byMs} ms`;
    case 'forget':
      return 'forgets everything';
  }
}
