import { Dice } from '../../kit/dice.ts';
import { exchange, type Script } from '../script.ts';
import { type LabOptions, namesOf, type Outcome, scripted } from './experiment.ts';

/** How long the second write begins after the first was acknowledged, in milliseconds. */
export function gapOf({ seed }: Pick<LabOptions, 'seed'>): number {
  return 150 + new Dice(seed).below(101);
}

export function skewLossScript(options: LabOptions): Script {
  const nodes = namesOf(options.nodes);
  const [fast, right] = new Dice(options.seed).shuffled(nodes) as [string, string];
  const gapMs = gapOf(options);
  return {
    nodes,
    skewMs: { [fast]: options.skewMs },
    latencyMs: 40,
    steps: [
      { type: 'write', atMs: 100, node: fast, client: 'alice', id: 'w1' },
      { type: 'write', atMs: 0, after: { id: 'w1', ms: gapMs }, node: right, client: 'bob', id: 'w2' },
      ...exchange(nodes, 0, { id: 'w2', ms: 100 }),
    ],
  };
}

/** What the timestamps make of it: at a skew of exactly the time between the writes they are equal, and chance decides. */
export function atSkew(options: LabOptions, otherwise: Outcome): readonly Outcome[] {
  const gapMs = gapOf(options);
  if (options.skewMs === gapMs) return ['lost', otherwise];
  return [options.skewMs > gapMs ? 'lost' : otherwise];
}

function expected(strategy: string, options: LabOptions): readonly Outcome[] {
  switch (strategy) {
    case 'wall':
    case 'hybrid':
      return atSkew(options, 'dropped');
    case 'lamport':
      // Both count 1, so the names of the nodes decide.
      return ['lost', 'dropped'];
    case 'commit-wait':
      return ['dropped'];
    case 'pruned':
    case 'server-vectors':
    case 'client-vectors':
    case 'dotted':
      return ['siblings'];
    default:
      return [];
  }
}

export const skewLoss = scripted(
  {
    name: 'skew-loss',
    title: 'A fast clock beats a later write',
    question:
      'Alice writes at a node whose clock is fast. A moment later Bob, who has not seen her write, writes at a node whose clock is right. Both are told that they succeeded. Which write is there in the end?',
    lesson:
      'The highest timestamp belongs to the fastest clock, not to the latest write. A Lamport clock knows no time at all: both writes are its first, and a name decides. Whoever compares timestamps, of whatever kind, drops one of two concurrent writes in silence; even commit-wait, which at least keeps the later. Whoever compares what the writers knew sees that neither knew of the other, and keeps both.',
  },
  skewLossScript,
  expected,
);
