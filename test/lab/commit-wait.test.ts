import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainScript, inversionsIn } from '../../src/lab/experiments/commit-wait.ts';
import { runLab, surprises } from '../../src/lab/lab.ts';
import type { Script } from '../../src/lab/script.ts';
import { type Story, tell } from '../../src/lab/story.ts';
import { commitWait } from '../../src/lab/strategies/commit-wait.ts';
import { STRATEGIES } from '../../src/lab/strategies/index.ts';
import { wall } from '../../src/lab/strategies/wall.ts';
import { histories, NODES, SETTINGS } from './histories.ts';

function settings(uncertaintyMs: number) {
  return { ...SETTINGS, uncertaintyMs };
}

function timestamps({ events }: Story): ReadonlyMap<string, number> {
  return new Map(
    events.flatMap(({ happening }) =>
      happening.type === 'write' || happening.type === 'delete'
        ? [[happening.id, happening.timestampMs ?? Number.NaN] as const]
        : [],
    ),
  );
}

/** Two writes at two nodes; the second begins `gapMs` after the first was acknowledged. */
function twoWrites(firstErrorMs: number, secondErrorMs: number, gapMs: number): Script {
  return {
    nodes: ['n1', 'n2'],
    skewMs: { n1: firstErrorMs, n2: secondErrorMs },
    latencyMs: 5,
    steps: [
      { type: 'write', atMs: 0, node: 'n1', client: 'a', id: 'w1' },
      { type: 'write', atMs: 0, after: { id: 'w1', ms: gapMs }, node: 'n2', client: 'b', id: 'w2' },
    ],
  };
}

const uncertainty = fc.integer({ min: 0, max: 300 });

describe('commit-wait against an oracle of true time', () => {
  it('gives whoever begins after an acknowledgement the higher timestamp, while clocks are within their uncertainty', () => {
    const within = uncertainty.chain((ms) => {
      const error = fc.integer({ min: -ms, max: ms });
      return fc.tuple(fc.constant(ms), fc.tuple(error, error, error), histories);
    });
    fc.assert(
      fc.property(within, ([ms, errors, script]) => {
        const skewMs = Object.fromEntries(NODES.map((node, i) => [node, errors[i] as number]));
        const story = tell({ ...script, skewMs }, commitWait, settings(ms));
        const stamps = timestamps(story);
        const { writes } = story.causality;
        for (const first of writes) {
          for (const second of writes) {
            // In true time, or because its client has seen it.
            if (first.ackedMs > second.beganMs && !second.past.has(first.id)) continue;
            if (first.id === second.id) continue;
            expect(stamps.get(first.id)).toBeLessThan(stamps.get(second.id) as number);
          }
        }
      }),
      { seed: 21, numRuns: 150 },
    );
  });

  it('breaks as soon as clocks are further off than they believe, and not before', () => {
    fc.assert(
      fc.property(uncertainty, (ms) => {
        const inversions = (errorMs: number) =>
          inversionsIn(tell(twoWrites(errorMs, -errorMs, 0), commitWait, settings(ms)));
        expect(inversions(ms)).toBe(0);
        expect(inversions(ms + 1)).toBe(1);
      }),
      { seed: 22, numRuns: 50 },
    );
  });

  it('lets nobody see a write before it is acknowledged', () => {
    fc.assert(
      fc.property(histories, uncertainty, (script, ms) => {
        const acked = new Set<string>();
        for (const { happening, versions } of tell(script, commitWait, settings(ms)).events) {
          if (happening.type === 'ack') acked.add(happening.id);
          for (const { id } of versions) {
            expect(acked.has(id) || (happening.type === 'ack' && happening.id === id)).toBe(true);
          }
        }
      }),
      { seed: 23, numRuns: 100 },
    );
  });

  it('waits for twice the uncertainty, in whole milliseconds', () => {
    for (const ms of [0, 1, 7, 100]) {
      const { causality } = tell(twoWrites(0, 0, 10), commitWait, settings(ms));
      for (const { beganMs, ackedMs } of causality.writes) expect(ackedMs - beganMs).toBe(2 * ms + 1);
    }
  });

  it('is needed: clocks that do not wait put writes out of order within the same errors', () => {
    expect(inversionsIn(tell(chainScript(3, 50, 1), wall, settings(50)))).toBeGreaterThan(0);
    expect(inversionsIn(tell(chainScript(3, 50, 1), commitWait, settings(50)))).toBe(0);
  });

  it.each([0, 1, 100, 5000])(
    'has the verdicts of theory at a skew of %i ms, for many seeds and sizes',
    (skewMs) => {
      for (const [seed, nodes] of [
        [1, 2],
        [2, 3],
        [3, 7],
      ] as const) {
        const results = runLab({ strategies: STRATEGIES, skewMs, nodes, seed }, ['commit-wait']);
        expect(surprises(results), `seed ${seed}`).toEqual([]);
      }
    },
  );
});
