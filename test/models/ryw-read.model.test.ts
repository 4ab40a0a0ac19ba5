import { describe, expect, it } from 'vitest';
import type { RywReadEvent, RywReadInput } from '../../machines/session/ryw-read.machine.ts';
import { rywReadMachine } from '../../machines/session/ryw-read.machine.ts';
import { Coverage, judge, type Run } from './coverage.ts';
import { type Domain, takeEveryPath, walkAtRandom } from './explore.ts';

const ok = { type: 'read_ok', value: 7 } as const;
const answered = { type: 'leader.answered', nowMs: 12 } as const;
const EVENTS: readonly RywReadEvent[] = [
  { type: 'read.began' },
  ...[1, 2, 3].map((index) => ({ type: 'applied', index, nowMs: 10 + index }) as const),
  { type: 'wait.timeout' },
  { type: 'leader.changed', leads: true },
  { type: 'leader.changed', leads: false },
  { ...answered, outcome: ok, index: 2, servedBy: 'n2' },
  { ...answered, outcome: ok, index: 2, servedBy: 'n1' },
  { ...answered, outcome: { type: 'write_ok' }, index: 2, servedBy: 'n2' },
  { ...answered, outcome: { type: 'error', code: 11, text: 'later' }, index: null, servedBy: null },
  { type: 'input.ended' },
];

const domain: Domain<typeof rywReadMachine> = {
  machine: rywReadMachine,
  events: ({ status }) => (status === 'active' ? EVENTS : []),
  serialize: ({ value, context, status }) =>
    JSON.stringify([value, status, context.outcome, context.appliedIndex, context.waitedMs]),
};

/** Every way in which a read can begin: behind, level or ahead; at a follower or at the leader; as either is wished. */
const INPUTS: readonly RywReadInput[] = [1, 2, 3].flatMap((appliedIndex) =>
  [true, false].flatMap((preferFollower) =>
    [true, false].map((leads) => ({
      id: 'n1',
      key: 'x',
      token: 2,
      preferFollower,
      sinceMs: 10,
      waitMs: 50,
      appliedIndex,
      leads,
    })),
  ),
);

/** Nothing older than the token is shown, and a node that leads shows nothing without a majority's word. */
function isNeverOlder({ snapshot }: Run<typeof rywReadMachine>): void {
  const { outcome, appliedIndex, token, leads, preferFollower } = snapshot.context;
  const servedHere = snapshot.matches('done') && outcome === null;
  if (servedHere) {
    expect(appliedIndex).toBeGreaterThanOrEqual(token);
    expect([leads, preferFollower]).toEqual([false, true]);
  }
  expect(snapshot.status).toBe(snapshot.matches('done') || snapshot.matches('failed') ? 'done' : 'active');
  if (snapshot.matches('waitingForApply')) expect(appliedIndex).toBeLessThan(token);
}

describe('the chart of a waiting read', () => {
  it('is never older than its token, on every path from every beginning', () => {
    const coverage = new Coverage(rywReadMachine);
    const visited = new Set<string>();
    for (const input of INPUTS) {
      takeEveryPath(domain, coverage, input, (run) => {
        visited.add(JSON.stringify(run.snapshot.value));
        isNeverOlder(run);
      });
    }
    // The other is passed through within one step.
    const rests = ['"checking"', '"done"', '"failed"', '"redirecting"', '"waitingForApply"'];
    expect([...visited].sort()).toEqual(rests);
    walkAtRandom(domain, coverage, INPUTS, { seed: 4, walks: 50, steps: 20 }, isNeverOlder);
    const { table, faults } = judge(coverage.report());
    process.stdout.write(`${table}\n`);
    expect(faults).toEqual([]);
  });

  it('answers, serves or is dropped once, and leaves no timer behind', () => {
    for (const input of INPUTS) {
      const coverage = new Coverage(rywReadMachine);
      const timers = { set: 0, clear: 0 };
      const run = coverage.start(input);
      const said: string[] = [];
      for (const event of EVENTS) {
        if (run.snapshot.status === 'done') break;
        for (const { type } of run.step(event)) {
          if (type === 'timer.set') timers.set += 1;
          else if (type === 'timer.clear') timers.clear += 1;
          else said.push(type);
        }
      }
      expect(run.snapshot.status).toBe('done');
      expect(timers.clear).toBe(timers.set);
      expect(said.filter((type) => type === 'answer' || type === 'serve').length).toBeLessThanOrEqual(1);
    }
  });
});
