import { describe, expect, it } from 'vitest';
import { settingsFor } from '../../src/lab/experiments/experiment.ts';
import { metadataScript } from '../../src/lab/experiments/metadata.ts';
import { type Story, tell } from '../../src/lab/story.ts';
import { STRATEGIES } from '../../src/lab/strategies/index.ts';

const SEEDS = [1, 2, 3, 4];
const CAP = 10;

function told(name: string, nodes: number, replicas: number, seed: number): Story {
  const strategy = STRATEGIES.find((one) => one.name === name);
  if (strategy === undefined) throw new Error(`no strategy is called ${name}`);
  const settings = { ...settingsFor(0), maxEntries: CAP };
  return tell(metadataScript(nodes, replicas, seed), strategy, settings);
}

describe('what it costs to know', () => {
  it.each(['client-vectors', 'dotted'])('misses no conflict and makes none up: %s', (name) => {
    for (const seed of SEEDS) {
      for (const [nodes, replicas] of [
        [3, 3],
        [20, 20],
        [20, 3],
      ] as const) {
        expect(told(name, nodes, replicas, seed).judgement).toEqual({ lost: [], falseSiblings: [] });
      }
    }
  });

  it('of dots is bounded by the replicas, however many clients there are', () => {
    const most = (nodes: number) => Math.max(...SEEDS.map((seed) => told('dotted', nodes, 3, seed).entries));
    const few = most(20);
    expect(most(80)).toBeLessThan(2 * few);
    const clients = (nodes: number) => told('client-vectors', nodes, 3, 1).entries;
    expect(clients(80)).toBeGreaterThan(2 * clients(20));
  });

  it('makes up conflicts where vectors are cut, and none where they fit', () => {
    const made = (nodes: number) =>
      SEEDS.reduce((sum, seed) => sum + told('pruned', nodes, nodes, seed).judgement.falseSiblings.length, 0);
    expect(made(3)).toBe(0);
    expect(made(30)).toBeGreaterThan(0);
  });

  it('keeps every vector within the cap', () => {
    const { shown, entries } = told('pruned', 30, 3, 1);
    expect(entries).toBeLessThanOrEqual(CAP * (shown.n1?.length ?? 0));
  });

  it.each(['wall', 'lamport', 'hybrid', 'commit-wait'])(
    'is one timestamp, and conflicts are missed: %s',
    (name) => {
      const stories = SEEDS.map((seed) => told(name, 20, 3, seed));
      for (const { entries, judgement } of stories) {
        expect(entries).toBe(1);
        expect(judgement.falseSiblings).toEqual([]);
      }
      expect(stories.every(({ judgement }) => judgement.lost.length > 0)).toBe(true);
    },
  );
});
