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

/**
 * Every node's own client writes a key a few times, having read it or not, at one of the replicas; meanwhile the
 * replicas tell each other. At the end everything is everywhere.
 * @param replicas how many of the nodes hold the key
 */
export function metadataScript(nodes: number, replicas: number, seed: number): Script {
  const dice = new Dice(seed);
  const holders = namesOf(replicas);
  const steps: Step[] = [];
  let atMs = 0;
  for (let i = 1; i <= 3 * nodes; i += 1) {
    atMs += 10;
    const node = dice.pick(holders);
    const client = `c${dice.below(nodes) + 1}`;
    if (dice.chance(0.7)) steps.push({ type: 'read', atMs, node, client });
    // Now and then somebody writes from memory, and now and then after the key has changed under the reader.
    steps.push({ type: 'write', atMs: atMs + dice.below(15), node, client, id: `w${i}` });
    for (let told = 0; told < 2; told += 1) {
      const [from, to] = dice.shuffled(holders) as [string, string];
      steps.push({ type: 'send', atMs: atMs + 2, from, to });
    }
  }
  const settledMs = atMs + 100;
  // Somebody reads all there is and writes once more: what is left is the price of the past.
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
      return ['confused'];
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
    const settings = { ...settingsFor(options.skewMs), maxEntries: MAX_ENTRIES };
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
