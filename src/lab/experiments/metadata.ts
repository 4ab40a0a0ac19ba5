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

type Price = {
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
  { name: 'all', title: 'every node holds the key', replicasOf: (nodes: number) => nodes },
  { name: 'few', title: `${FEW} nodes hold the key`, replicasOf: () => FEW },
] as const;

const MEASURES = [
  { name: 'entries', title: 'Entries a key', of: (price: Price) => price.entries },
  { name: 'bytes', title: 'Bytes of metadata a key', of: (price: Price) => price.bytes },
  { name: 'missed', title: 'Missed conflicts', of: (price: Price) => price.missed },
  { name: 'false', title: 'False conflicts', of: (price: Price) => price.falseConflicts },
] as const;

function curvesOf(prices: readonly (readonly Price[])[]): Curve[] {
  return MEASURES.flatMap(({ name, title, of }) =>
    REPLICATIONS.map((replication, i) => ({
      name: `${name}-${replication.name}`,
      title: `${title}; ${replication.title}`,
      x: 'nodes',
      y: title.toLowerCase(),
      points: (prices[i] ?? []).map((price) => ({ series: price.strategy, x: price.nodes, y: of(price) })),
    })),
  );
}

/** The writes of the largest cluster are as many as its clients, so a vector that counts clients shows itself there. */
function verdictOn({ name }: Strategy, prices: readonly Price[]): Verdict {
  const own = prices.filter(({ strategy }) => strategy === name);
  const sum = (of: (price: Price) => number) => own.reduce((total, price) => total + of(price), 0);
  const missed = sum((price) => price.missed);
  const falseConflicts = sum((price) => price.falseConflicts);
  const most = Math.max(...own.map(({ entries }) => entries));
  return {
    strategy: name,
    outcome: missed > 0 ? 'dropped' : falseConflicts > 0 ? 'confused' : 'kept',
    expected: expected(name),
    summary: `${missed} missed, ${falseConflicts} false; up to ${most} entries`,
    evidence: own.map(
      ({ nodes, entries, bytes, missed: m, falseConflicts: f }) =>
        `${nodes} nodes: ${entries} entries, ${bytes} bytes; ${m} conflicts missed, ${f} false`,
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
      return ['confused', 'dropped'];
    default:
      return ['dropped'];
  }
}

export const metadata: Experiment = {
  name: 'metadata',
  title: 'What it costs to know',
  question:
    'Vectors tell concurrent writes from later ones. How long do they get when a cluster grows from 3 nodes to 200, with a client at each, and what happens when one cuts them short?',
  lesson:
    'A vector with an entry for every client grows with everybody who ever wrote. A vector with an entry for every node that holds the key stays as short as the list of replicas, and dots make it exact. Cutting entries off makes it short, too, and then it no longer knows what it has seen: conflicts are missed, or made up.',
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
      verdicts: options.strategies.map((strategy) => verdictOn(strategy, prices.flat())),
      curves: curvesOf(prices),
    };
  },
};
