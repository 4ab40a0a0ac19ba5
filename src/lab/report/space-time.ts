import { element, escaped } from '../../page/markup.ts';
import type { Loss } from '../causality.ts';
import type { Happening, Story, StoryEvent } from '../story.ts';

/**
 * A story as a space-time diagram (Lamport 1978, figure 1, turned so that time runs down): a lane for every node, what
 * its skewed clock showed at every event, messages as slanted lines; a lost write and its acknowledgement in red.
 */

const AXIS = 84;
const LANE = 190;
const HEAD = 46;
const LINE = 18;
const MARK = 6;
/** How many characters a line beside a lane has room for, and how many lines a stamp may take. */
const WIDTH = 21;
const STAMP_LINES = 3;
/** Pixels between two moments: near ones stay apart, and long waits do not stretch the picture. */
const LEAST_GAP = 26;
const GREATEST_GAP = 70;
const PIXELS_PER_MS = 0.25;
/** How small a picture may become on a narrow page. */
const READABLE = 0.85;
/** Pixels between the lowest text of a row and the middle of the next. */
const ROOM = 22;

export function spaceTime(story: Story): string {
  const { nodes } = story.script;
  const rows = placeRows(story);
  const bottom = rows.at(-1)?.bottom ?? HEAD;
  const lost = new Set(story.judgement.lost.map(({ id }: Loss) => id));
  const x = (node: string) => AXIS + LANE * nodes.indexOf(node) + 14;
  const places = new Map(rows.flatMap(({ events, y }) => events.map((event) => [event, y] as const)));
  const parts = [
    ...nodes.map((node) => lane(story, node, x(node), bottom)),
    ...messages(story, x, places),
    ...rows.map(({ atMs, y }) => text(AXIS - 12, y + 5, `${atMs} ms`, 'time', 'end')),
    ...rows.flatMap(({ events, y }) => marks(events, y, x, lost)),
    text(AXIS - 12, bottom + 32, 'at the end', 'time', 'end'),
    ...nodes.map((node) => ending(story, node, x(node), bottom + 28)),
  ];
  const most = Math.max(...nodes.map((node) => endLines(story, node).length));
  const height = bottom + 40 + LINE * most;
  const width = AXIS + LANE * nodes.length;
  return element(
    'svg',
    {
      class: 'space-time',
      viewBox: `0 0 ${width} ${Math.ceil(height)}`,
      // On a narrow page the picture scrolls in its box, before its texts get too small to read.
      style: `min-width:${Math.round(width * READABLE)}px`,
      role: 'img',
      'aria-label': about(story),
    },
    parts.join(''),
  );
}

function about({ strategy, events }: Story): string {
  return `Space-time diagram of ${events.length} events under ${strategy}`;
}

type Row = {
  readonly atMs: number;
  readonly events: readonly StoryEvent[];
  readonly y: number;
  readonly bottom: number;
};

/** Events at one time stand in one row; a row is as high as the most that is said in it at one node. */
function placeRows({ events }: Story): Row[] {
  const byTime = new Map<number, StoryEvent[]>();
  for (const event of events) byTime.set(event.atMs, [...(byTime.get(event.atMs) ?? []), event]);
  const rows: Row[] = [];
  let y = HEAD;
  let lastMs = 0;
  for (const [atMs, together] of byTime) {
    const gap = Math.min(GREATEST_GAP, Math.max(LEAST_GAP, (atMs - lastMs) * PIXELS_PER_MS));
    const above = rows.at(-1);
    y = Math.max((above?.y ?? HEAD) + gap, (above?.bottom ?? HEAD) + ROOM);
    const lines = Math.max(...together.map(({ node }) => linesAt(together, node).length));
    rows.push({ atMs, events: together, y, bottom: y + Math.max(0, lines - 1) * LINE });
    lastMs = atMs;
  }
  return rows;
}

type Line = { readonly text: string; readonly kind: string; readonly id: string | null };

/** What is said beside a lane about the events of one moment. */
function linesAt(events: readonly StoryEvent[], node: string): Line[] {
  return events.filter((event) => event.node === node).flatMap(linesOf);
}

function linesOf({ happening, clockMs, versions }: StoryEvent): Line[] {
  const say = (said: string, kind: string, id: string | null = null): Line => ({ text: said, kind, id });
  switch (happening.type) {
    case 'write':
    case 'delete':
      return [
        say(
          `${happening.client} ${happening.type === 'write' ? 'writes' : 'deletes,'} ${happening.id}`,
          'deed',
          happening.id,
        ),
        say(`clock ${clockMs} ms`, 'reading', happening.id),
        ...folded(happening.stamp).map((part) => say(part, 'stamp', happening.id)),
      ];
    case 'ack':
      return [say(`✓ ${happening.id} acknowledged`, 'ack', happening.id)];
    case 'refused':
      return [say(`${happening.id} refused`, 'refused')];
    case 'read':
      return [
        say(`${happening.client} reads ${versions.map(({ id }) => id).join(', ') || 'nothing'}`, 'read'),
      ];
    case 'clock':
      return [say(`clock ${happening.byMs > 0 ? '+' : '−'}${Math.abs(happening.byMs)} ms`, 'clock')];
    case 'forget':
      return [say('forgets everything', 'clock')];
    case 'receive':
      return happening.refused === null ? [] : [say('refused', 'refused')];
    case 'send':
      return [];
  }
}

/** A stamp in lines that have room beside a lane; what has none is left to the log. */
function folded(stamp: string): string[] {
  const lines: string[] = [];
  for (const part of stamp.split(/(?<=, )/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.trimEnd().length <= WIDTH)
      lines[lines.length - 1] = last + part;
    else lines.push(part);
  }
  if (lines.length > STAMP_LINES) return [...lines.slice(0, STAMP_LINES), '…'];
  return lines.map((line) => line.trimEnd());
}

function lane({ script }: Story, node: string, x: number, bottom: number): string {
  const skew = script.skewMs[node] ?? 0;
  const clock = skew === 0 ? 'clock right' : `clock ${skew > 0 ? '+' : '−'}${Math.abs(skew)} ms`;
  return [
    text(x - MARK, 16, node, 'node'),
    text(x - MARK, 34, clock, skew === 0 ? 'time' : 'clock'),
    element('line', { class: 'lane', x1: x, y1: HEAD, x2: x, y2: bottom + 8 }),
  ].join('');
}

function messages(
  { events }: Story,
  x: (node: string) => number,
  places: ReadonlyMap<StoryEvent, number>,
): string[] {
  const sent = new Map<number, StoryEvent>();
  const lines: string[] = [];
  for (const event of events) {
    const { happening } = event;
    if (happening.type === 'send') sent.set(happening.message, event);
    if (happening.type !== 'receive') continue;
    const from = sent.get(happening.message);
    if (from === undefined) continue;
    lines.push(
      element('line', {
        class: happening.refused === null ? 'message' : 'message refused',
        x1: x(from.node),
        y1: places.get(from) ?? 0,
        x2: x(event.node),
        y2: places.get(event) ?? 0,
      }),
    );
  }
  return lines;
}

function marks(
  events: readonly StoryEvent[],
  y: number,
  x: (node: string) => number,
  lost: ReadonlySet<string>,
): string[] {
  const parts: string[] = [];
  for (const node of new Set(events.map((event) => event.node))) {
    const own = events.filter((event) => event.node === node);
    for (const { happening } of own) parts.push(mark(happening, x(node), y, lost));
    linesAt(own, node).forEach(({ text: said, kind, id }, i) => {
      const red = id !== null && lost.has(id) ? ' lost' : '';
      parts.push(text(x(node) + 14, y + 5 + i * LINE, said, `${kind}${red}`));
    });
  }
  return parts;
}

function mark(happening: Happening, x: number, y: number, lost: ReadonlySet<string>): string {
  const red = 'id' in happening && lost.has(happening.id) ? ' lost' : '';
  switch (happening.type) {
    case 'write':
      return element('circle', { class: `write${red}`, cx: x, cy: y, r: MARK });
    case 'ack':
      return element('circle', { class: `ack${red}`, cx: x, cy: y, r: MARK + 3 });
    case 'delete':
      return element('path', {
        class: 'delete',
        d: `M${x - MARK} ${y - MARK}L${x + MARK} ${y + MARK}M${x - MARK} ${y + MARK}L${x + MARK} ${y - MARK}`,
      });
    case 'read':
      return element('rect', { class: 'read', x: x - 4, y: y - 4, width: 8, height: 8 });
    case 'clock':
    case 'forget':
      return element('path', {
        class: 'clock',
        d: `M${x - 6} ${y - 6}L${x + 6} ${y}L${x - 6} ${y}L${x + 6} ${y + 6}`,
      });
    case 'refused':
      return element('circle', { class: 'refused', cx: x, cy: y, r: MARK });
    case 'send':
    case 'receive':
      return element('circle', { class: 'point', cx: x, cy: y, r: 2 });
  }
}

/** What a replica shows when all is over; several versions are siblings, and some of these nobody wanted to keep. */
function endLines(
  { shown, judgement }: Story,
  node: string,
): { readonly said: string; readonly kind: string }[] {
  const versions = shown[node] ?? [];
  if (versions.length === 0) return [{ said: 'nothing', kind: 'shown' }];
  if (versions.length === 1) return versions.map(({ id }) => ({ said: `= ${id}`, kind: 'shown' }));
  return [
    { said: 'siblings:', kind: 'shown sibling' },
    ...versions.map(({ id }) =>
      judgement.falseSiblings.includes(id)
        ? { said: `${id}, replaced`, kind: 'shown false' }
        : { said: id, kind: 'shown sibling' },
    ),
  ];
}

function ending(story: Story, node: string, x: number, y: number): string {
  return endLines(story, node)
    .map(({ said, kind }, i) => text(x - MARK, y + 4 + i * LINE, said, kind))
    .join('');
}

function text(x: number, y: number, said: string, kind: string, anchor: 'end' | null = null): string {
  return element('text', { class: kind, x, y, 'text-anchor': anchor }, escaped(said));
}
