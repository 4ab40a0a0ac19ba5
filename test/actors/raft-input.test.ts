import { expect, it } from 'vitest';
import { hasEarlierLife, raftInput } from '../../src/actors/raft-input.ts';

const fresh = {
  term: 3,
  votedFor: 'n2',
  base: { index: 0, term: 0 },
  entries: [],
  checkpoint: null,
  incoming: null,
};

it('a node has an earlier life when it may have shown a client something: also when only its state is left of the log', () => {
  expect(hasEarlierLife(undefined)).toBe(false);
  expect(hasEarlierLife(fresh)).toBe(false);
  expect(
    hasEarlierLife({ ...fresh, entries: [{ term: 3, op: null, origin: null, number: 0, bytes: 64 }] }),
  ).toBe(true);
  expect(hasEarlierLife({ ...fresh, base: { index: 7, term: 3 } })).toBe(true);
});

it('nodes that are given one seed wait for different times', () => {
  const seeds = ['n1', 'n2', 'n3'].map((id) => raftInput(id, ['n1', 'n2', 'n3'], { seed: 1 }).seed);
  expect(new Set(seeds).size).toBe(3);
});
