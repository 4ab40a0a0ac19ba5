import { Dice } from '../../kit/dice.ts';
import { exchange, type Script } from '../script.ts';
import { type LabOptions, namesOf, type Outcome, scripted, settingsFor } from './experiment.ts';

/** How far ahead of every clock the delete is stamped: an hour. */
export const AHEAD_MS = 3_600_000;

export function tombstoneScript({ nodes: count, seed }: LabOptions): Script {
  const nodes = namesOf(count);
  const [first, second] = new Dice(seed).shuffled(nodes) as [string, string];
  return {
    nodes,
    skewMs: {},
    latencyMs: 40,
    steps: [
      { type: 'write', atMs: 100, node: first, client: 'alice', id: 'w1' },
      // The clean-up knows what it deletes. Only its timestamp is wrong.
      {
        type: 'write',
        atMs: 0,
        after: { id: 'w1', ms: 100 },
        node: first,
        client: 'alice',
        id: 'd1',
        deletes: true,
        aheadMs: AHEAD_MS,
      },
      ...exchange(nodes, 0, { id: 'd1', ms: 50 }),
      { type: 'read', atMs: 0, after: { id: 'd1', ms: 150 }, node: second, client: 'bob' },
      { type: 'write', atMs: 0, after: { id: 'd1', ms: 200 }, node: second, client: 'bob', id: 'w2' },
      { type: 'write', atMs: 0, after: { id: 'w2', ms: 100 }, node: second, client: 'bob', id: 'w3' },
      ...exchange(nodes, 0, { id: 'w3', ms: 100 }),
    ],
  };
}

function expected(strategy: string): readonly Outcome[] {
  switch (strategy) {
    case 'wall':
      return ['lost'];
    case 'hybrid':
    case 'commit-wait':
      return ['refused'];
    default:
      return ['kept'];
  }
}

export const tombstone = scripted(
  {
    name: 'tombstone',
    title: 'A delete from the future',
    question:
      'Alice deletes a key, and the delete is stamped an hour ahead. Bob goes on writing the key, and is told each time that he succeeded. When does he see his writes again?',
    lesson:
      'Under last-writer-wins the tombstone wins against every real write for an hour, and nobody is told. To vectors the delete is one more version, which replaces what its author had seen and nothing that came later; a Lamport clock has no hours to be ahead by. A hybrid clock with a bound on drift turns such a timestamp away at the door, and a clock that waits out its uncertainty takes no timestamps from outside.',
  },
  tombstoneScript,
  expected,
  // An hour is beyond any bound that somebody would set.
  ({ skewMs }) => ({ ...settingsFor(skewMs), maxDriftMs: Math.max(60_000, 2 * skewMs) }),
);
