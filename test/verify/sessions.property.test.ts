import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../src/verify/index.ts';
import {
  checkIndices,
  checkLinearizability,
  checkSessions,
  linearizableEvents,
} from '../../src/verify/index.ts';
import type { Fault, LogOptions } from './simulated-log.ts';
import { FAULTS, simulateLog } from './simulated-log.ts';

/** Fixed, so that a run says the same today and tomorrow; fast-check prints it, and the path, on failure. */
const SEED = 20240607;
const FEW: readonly Json[] = [null, 1, 2, 3];

const logs: fc.Arbitrary<LogOptions> = fc.record({
  seed: fc.integer(),
  operations: fc.integer({ min: 1, max: 60 }),
  sessions: fc.integer({ min: 1, max: 5 }),
  nodes: fc.integer({ min: 1, max: 4 }),
  keys: fc.constantFrom<readonly Json[]>(['x'], ['x', 'y'], [1, '1', { a: 1 }]),
  values: fc.constantFrom<readonly Json[] | 'unique'>('unique', FEW.slice(0, 2), FEW),
  info: fc.constantFrom(0, 0.1, 0.4),
  fail: fc.constantFrom(0, 0.1),
});

test('a log that honours tokens is never accused', () => {
  fc.assert(
    fc.property(logs, (options) => {
      const events = simulateLog(options);
      const sessions = checkSessions(events);
      expect(sessions.violations.map(({ text }) => text)).toEqual([]);
      expect(sessions.verdict).not.toBe('illegal');
      expect(checkIndices(events).violations.map(({ text }) => text)).toEqual([]);
      expect(checkLinearizability(linearizableEvents(events)).verdict).not.toBe('illegal');
    }),
    { seed: SEED, numRuns: 1500 },
  );
});

const history = (fault: Fault | undefined, seed: number) =>
  simulateLog({
    seed,
    operations: 400,
    sessions: 4,
    nodes: 3,
    keys: ['x', 'y'],
    values: 'unique',
    info: 0.05,
    fail: 0.03,
    ...(fault === undefined ? {} : { fault }),
  });

test('the same log without a fault is found to keep all four guarantees', () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const { verdict, guarantees } = checkSessions(history(undefined, seed));
    expect(verdict).toBe('ok');
    expect(Object.values(guarantees).map((one) => one.verdict)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(checkIndices(history(undefined, seed)).verdict).toBe('ok');
  }
});

/** What each fault must be found to break in every run; `indices` stands for checkIndices. */
const BREAKS: { readonly [fault in Fault]: readonly string[] } = {
  'token ignored': ['read-your-writes', 'monotonic-reads', 'indices'],
  'off by one': ['read-your-writes', 'monotonic-reads', 'indices'],
  'stale follower': ['read-your-writes', 'monotonic-reads', 'indices'],
  'session shared': ['read-your-writes', 'monotonic-reads', 'indices'],
  'token not advanced on reads': ['monotonic-reads'],
  'read understates its index': ['read-your-writes', 'monotonic-reads', 'indices'],
  'write understates its index': ['writes-follow-reads', 'indices'],
  'write put in earlier': ['monotonic-writes', 'writes-follow-reads', 'indices'],
};

test.each(FAULTS)('a log with the fault "%s" is found out in every run', (fault) => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const events = history(fault, seed);
    const found = new Set<string>(checkSessions(events).violations.map(({ guarantee }) => guarantee));
    if (checkIndices(events).verdict === 'illegal') found.add('indices');
    expect([...found], `seed ${seed}`).toEqual(expect.arrayContaining([...BREAKS[fault]]));
  }
});
