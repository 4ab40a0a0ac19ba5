import { Dice } from '../../kit/dice.ts';
import { gather, type Script, type Step } from '../script.ts';
import { type Story, tell } from '../story.ts';
import type { Strategy } from '../strategies/strategy.ts';
import {
  type Curve,
  type Experiment,
  namesOf,
  type Outcome,
  settingsFor,
  type Verdict,
} from './experiment.ts';

/** How many nodes the clusters of the curves have. */
const SIZES = [3, 5, 10, 20, 35, 50, 100, 200] as const;
/** How many replicas a key has when it does not have all. */
const FEW = 3;
/** The cap that pruning puts on a vector. */
const MAX_ENTRIES = 10;
const LATENCY_MS = 5;
/** How long after one write the next begins. */
const PACE_MS = 10;
const WRITES_PER_CLIENT = 3;

/**
 * As many clients as nodes write one key, each a few times, most of them having read it, at one of the nodes that hold
 * it. The first of these is where the news meets: a node hears from it before a read, and tells it after a write; but
 * the writes come faster than the news, so that some of them are concurrent. At the end everything is everywhere.
 * @param replicas how many of the nodes hold the key
 */
export function metadataScript(nodes: number, replicas: number, seed: number): Script {
  const dice = new Dice(seed);
  const holders = namesOf(replicas);
  const [hub] = holders as [string, ...string[]];
  const steps: Step[] = [];
  const writes = WRITES_PER_CLIENT * nodes;
  for (let i = 1; i <= writes; i += 1) {
    const atMs = i * PACE_MS;
    const node = dice.pick(holders);
    const client = `c${dice.below(nodes) + 1}`;
    const writtenMs = atMs + 2 * LATENCY_MS + dice.below(2 * PACE_MS);
    if (node !== hub) steps.push({ type: 'send', atMs, from: hub, to: node });
    if (dice.chance(0.9)) steps.push({ type: 'read', atMs: atMs + 2 * LATENCY_MS, node, client });
    steps.push({ type: 'write', atMs: writtenMs, node, client, id: `w${i}` });
    if (node !== hub) steps.push({ type: 'send', atMs: writtenMs + 2, from: node, to: hub });
  }
  const settledMs = (writes + 10) * PACE_MS;
  return {
    nodes: holders,
    skewMs: {},
    latencyMs: LATENCY_MS,
    steps: [...steps, ...gather(holders, settledMs, LATENCY_MS)],
  };
}

export type Price = {
  readonly strategy: string;
  readonly nodes: number;
  readonly entries: number;
  readonly bytes: number;
  readonly missed: number;
  readonly falseConflicts: number;
};

function priceOf({ strategy, entries, bytes, judgement }: Story, nodes: number): Price {
  return {
    strategy,
    nodes,
    entries,
    bytes,
    missed: judgement.lost.length,
    falseConflicts: judgement.falseSiblings.length,
  };
}

const REPLICATIONS = [
  { name: 'all', title: 'all nodes hold the key', replicasOf: (nodes: number) => nodes },
  { name: 'few', title: `${FEW} nodes hold the key`, replicasOf: () => FEW },
] as const;

const MEASURES = [
  {
    name: 'entries',
    title: 'Entries a key',
    unit: 'entries',
    logarithmic: true,
    of: (price: Price) => price.entries,
  },
  {
    name: 'bytes',
    title: 'Metadata a key',
    unit: 'bytes',
    logarithmic: true,
    of: (price: Price) => price.bytes,
  },
  { name: 'missed', title: 'Missed conflicts', unit: 'writes lost', of: (price: Price) => price.missed },
  {
    name: 'false',
    title: 'False conflicts',
    unit: 'replaced versions shown',
    of: (price: Price) => price.falseConflicts,
  },
] as const;

function curvesOf(prices: readonly (readonly Price[])[]): Curve[] {
  return MEASURES.flatMap(({ name, title, unit, of, ...scale }) =>
    REPLICATIONS.map((replication, i) => ({
      ...scale,
      name: `${name}-${replication.name}`,
      title: `${title}; ${replication.title}`,
      x: 'nodes',
      y: unit,
      points: (prices[i] ?? []).map((price) => ({ series: price.strategy, x: price.nodes, y: of(price) })),
    })),
  );
}

function verdictOn({ name }: Strategy, prices: readonly (readonly Price[])[]): Verdict {
  const own = prices.map((some) => some.filter(({ strategy }) => strategy === name));
  const sum = (of: (price: Price) => number) => own.flat().reduce((total, price) => total + of(price), 0);
  const missed = sum((price) => price.missed);
  const falseConflicts = sum((price) => price.falseConflicts);
  const [all, few] = own.map((some) => Math.max(...some.map(({ bytes }) => bytes)));
  return {
    strategy: name,
    outcome: missed > 0 ? 'dropped' : falseConflicts > 0 ? 'confused' : 'kept',
    expected: expected(name),
    summary: `${missed} missed, ${falseConflicts} false; up to ${all} bytes, ${few} on ${FEW} nodes`,
    evidence: own.flatMap((some, i) =>
      some.map(
        ({ nodes, entries, bytes, missed: m, falseConflicts: f }) =>
          `${nodes} nodes, ${REPLICATIONS[i]?.title}: entries ${entries}, bytes ${bytes}; conflicts missed ${m}, false ${f}`,
      ),
    ),
  };
}

function expected(strategy: string): readonly Outcome[] {
  switch (strategy) {
    case 'client-vectors':
    case 'dotted':
      return ['kept'];
    case 'server-vectors':
    case 'pruned':
      return ['confused'];
    default:
      return ['dropped'];
  }
}

export const metadata: Experiment = {
  name: 'metadata',
  title: 'What it costs to know',
  question:
    'Vectors tell concurrent writes from later ones. How long do they get when a cluster grows from 3 nodes to 200, with as many clients as nodes, and what happens when they are cut short?',
  lesson:
    'An entry for every client grows with everybody who ever wrote. Entries for the replicas stay as few as the replicas: on three nodes they do not grow with the cluster, and dots keep them exact; where every node holds the key, there is nothing to gain. Cutting entries off looks like a bound and is none: a version that has forgotten what its author had seen no longer covers it, so what was replaced comes back beside it, and where many replicas tell each other, the false siblings cost more than the cut has saved. A timestamp costs next to nothing, and cannot tell a conflict from a correction.',
  run(options) {
    // Clocks are right here. To wait for them would only make another schedule of it.
    const settings = { ...settingsFor(options.skewMs), maxEntries: MAX_ENTRIES, uncertaintyMs: 0 };
    const prices = REPLICATIONS.map(({ replicasOf }) =>
      SIZES.flatMap((nodes) => {
        const script = metadataScript(nodes, replicasOf(nodes), options.seed);
        return options.strategies.map((strategy) => priceOf(tell(script, strategy, settings), nodes));
      }),
    );
    return {
      stories: [],
      verdicts: options.strategies.map((strategy) => verdictOn(strategy, prices)),
      curves: curvesOf(prices),
    };
  },
};
