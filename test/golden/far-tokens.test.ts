import { describe, expect, it } from 'vitest';
import { ScriptedCluster } from './cluster.ts';

const TOKENS = 1000;

describe('a thousand tokens from the far future', () => {
  it('are each answered once with error 11 within 900 ms, and leave no waiter and no growth', () => {
    const cluster = new ScriptedCluster({ nodes: ['n1', 'n2', 'n3'] }, () => {});
    cluster.lead('n1');
    const grown: string[][] = [];
    for (let round = 0; round < 3; round += 1) {
      const sentMs = cluster.nowMs;
      const answers: { code: unknown; ms: number }[] = [];
      for (let i = 0; i < TOKENS; i += 1) {
        const body = { type: 'ryw_read', key: i, last_write_index: 1000 + i, prefer_follower: i % 2 === 0 };
        const node = ['n1', 'n2', 'n3'][i % 3] as string;
        cluster.request(`c${i}`, node, body, ({ code }) =>
          answers.push({ code: code ?? null, ms: cluster.nowMs - sentMs }),
        );
      }
      cluster.advance(1200);
      expect(answers).toHaveLength(TOKENS);
      expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([11]));
      expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(900);
      grown.push(cluster.state());
    }
    // Nobody was shown an index, so nobody is remembered; and the log did not grow by reading.
    expect(grown[0]?.every((line) => line.includes('; 0 reads and 0 requests wait; 0 clients known'))).toBe(
      true,
    );
    expect(grown[2]).toEqual(grown[0]);
  });
});
