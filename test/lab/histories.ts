import * as fc from 'fast-check';
import { gather, type Script, type Step } from '../../src/lab/script.ts';
import type { Story } from '../../src/lab/story.ts';
import type { StrategySettings } from '../../src/lab/strategies/strategy.ts';

/** Random histories of one key, and what must be left of them by the definition of happens-before alone. */

export const SETTINGS: StrategySettings = { maxDriftMs: 1000, maxEntries: 2, uncertaintyMs: 0 };

export const NODES = ['n1', 'n2', 'n3'];
const CLIENTS = ['a', 'b', 'c', 'd'];
const PACE_MS = 10;
const LATENCY_MS = 15;

type Deed =
  | { readonly type: 'write' | 'delete' | 'read'; readonly node: string; readonly client: string }
  | { readonly type: 'send'; readonly from: string; readonly to: string };

const node = fc.constantFrom(...NODES);
const client = fc.constantFrom(...CLIENTS);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('write' as const), node, client }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('delete' as const), node, client }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('read' as const), node, client }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('send' as const), from: node, to: node }) },
);

/** Clients write, delete and read where they like, replicas tell each other now and then; in the end they tell all. */
export const histories: fc.Arbitrary<Script> = fc.array(deed, { maxLength: 40 }).map(scriptOf);

/** The deeds one after the other, `PACE_MS` apart; a message may arrive after the next deed. */
export function scriptOf(deeds: readonly Deed[]): Script {
  const steps = deeds
    .filter((one) => one.type !== 'send' || one.from !== one.to)
    .map((one, i) => stepOf(one, i + 1));
  const settledMs = (deeds.length + 10) * PACE_MS;
  return {
    nodes: NODES,
    skewMs: {},
    latencyMs: LATENCY_MS,
    steps: [...steps, ...gather(NODES, settledMs, LATENCY_MS)],
  };
}

function stepOf(one: Deed, number: number): Step {
  const atMs = number * PACE_MS;
  switch (one.type) {
    case 'write':
      return { ...one, type: 'write', atMs, id: `w${number}` };
    case 'delete':
      return { ...one, type: 'write', atMs, id: `d${number}`, deletes: true };
    case 'read':
      return { ...one, type: 'read', atMs };
    case 'send':
      return { ...one, atMs };
  }
}

/** What must be left: the writes that nobody who knew of them has replaced. From the events, and nothing else. */
export function leftBy({ events }: Story): string[] {
  const pasts = pastsOf(events);
  const replaced = new Set([...pasts.values()].flatMap((past) => [...past]));
  return [...pasts.keys()].filter((id) => id.startsWith('w') && !replaced.has(id)).sort();
}

/** For each write all that its client had seen, by whatever way: walked as a graph, back from every write. */
export function pastsOf(events: Story['events']): ReadonlyMap<string, ReadonlySet<string>> {
  const seen = new Map<string, Set<string>>();
  const direct = new Map<string, readonly string[]>();
  for (const { happening, versions } of events) {
    if (happening.type === 'read') {
      const known = seen.get(happening.client) ?? new Set();
      for (const { id } of versions) known.add(id);
      seen.set(happening.client, known);
    }
    if (happening.type === 'write' || happening.type === 'delete') {
      const known = seen.get(happening.client) ?? new Set();
      direct.set(happening.id, [...known]);
      seen.set(happening.client, known.add(happening.id));
    }
  }
  return new Map([...direct.keys()].map((id) => [id, reachable(direct, id)]));
}

function reachable(direct: ReadonlyMap<string, readonly string[]>, from: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...(direct.get(from) ?? [])];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...(direct.get(id) ?? []));
  }
  return found;
}

/** What a replica shows in the end, in order of name. */
export function shownBy({ shown }: Story, name = 'n1'): string[] {
  return (shown[name] ?? []).map(({ id }) => id).sort();
}
