import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HistoryEvent, Json } from '../../src/verify/index.ts';
import { checkLinearizability, KEY_DOES_NOT_EXIST, PRECONDITION_FAILED } from '../../src/verify/index.ts';
import { isLinearizableByTrial } from './brute-force.ts';
import { randomFrom, simulateRegisters } from './simulated-registers.ts';

/** Fixed, so that a run says the same today and tomorrow; fast-check prints it, and the path, on failure. */
const SEED = 20240607;
const VALUES: readonly Json[] = [null, 1, 2, 3];

const small = fc.record({
  seed: fc.integer(),
  operations: fc.integer({ min: 1, max: 7 }),
  processes: fc.integer({ min: 1, max: 5 }),
  values: fc.constantFrom<readonly Json[] | 'unique'>(
    'unique',
    VALUES.slice(0, 2),
    VALUES.slice(1, 3),
    VALUES,
  ),
  info: fc.constantFrom(0, 0.2, 0.5),
  fail: fc.constantFrom(0, 0.15),
});

/** Lies about some answers; what it returns is legal or not, as chance has it. */
function mutate(events: readonly HistoryEvent[], seed: number): HistoryEvent[] {
  const random = randomFrom(seed);
  return events.map((event) => {
    if (event.type === 'ok' && event.f === 'read' && random() < 0.5) {
      return { ...event, value: VALUES[Math.floor(random() * VALUES.length)] ?? null };
    }
    if (event.f !== 'cas' || event.type === 'invoke' || random() > 0.3) return event;
    const { error: _, ...bare } = event;
    if (event.type === 'fail' && random() < 0.5) return { ...bare, type: 'ok' };
    return { ...bare, type: 'fail', error: random() < 0.5 ? KEY_DOES_NOT_EXIST : PRECONDITION_FAILED };
  });
}

/** A mutation may give a process a future after its `info`; the checker rightly refuses such a history. */
const withOwnProcesses = (events: readonly HistoryEvent[]): HistoryEvent[] => {
  const current = new Map<HistoryEvent['process'], number>();
  let next = 0;
  return events.map((event) => {
    if (event.type === 'invoke') {
      current.set(event.process, next);
      next += 1;
    }
    return { ...event, process: current.get(event.process) ?? 0 };
  });
};

test('the verdict on a small history is that of trying every order', () => {
  const seen = { ok: 0, illegal: 0, unknown: 0 };
  const property = fc.property(small, fc.integer(), fc.boolean(), (options, mutation, mutated) => {
    const events = simulateRegisters({ ...options, keys: ['x'] });
    const judged = mutated ? withOwnProcesses(mutate(events, mutation)) : events;
    const { verdict, keys } = checkLinearizability(judged);
    const expected = isLinearizableByTrial(judged) ? 'ok' : 'illegal';
    // A history in which nothing completed is legal, and yet no one may say that it was checked.
    expect(verdict).toBe(keys.length === 0 ? 'unknown' : expected);
    seen[verdict] += 1;
    if (!mutated) expect(expected).toBe('ok');
  });
  fc.assert(property, { seed: SEED, numRuns: 12_000 });
  expect(seen.ok).toBeGreaterThan(3000);
  expect(seen.illegal).toBeGreaterThan(1500);
});

test('the smallest contradiction is one by itself', () => {
  let illegal = 0;
  const property = fc.property(small, fc.integer(), (options, mutation) => {
    const events = withOwnProcesses(mutate(simulateRegisters({ ...options, keys: ['x'] }), mutation));
    const core = checkLinearizability(events).keys[0]?.violation?.core;
    if (core === undefined) return;
    illegal += 1;
    const kept = new Set(core.flatMap(({ invocation, completion }) => [invocation, completion]));
    expect(isLinearizableByTrial(events.filter((event) => kept.has(event)))).toBe(false);
  });
  fc.assert(property, { seed: SEED, numRuns: 3000 });
  expect(illegal).toBeGreaterThan(500);
});

test('a big history of atomic registers is ok', () => {
  const options = fc.record({
    seed: fc.integer(),
    processes: fc.integer({ min: 2, max: 20 }),
    values: fc.constantFrom<readonly Json[] | 'unique'>('unique', [0, 1, 2, 3, 4], VALUES),
    info: fc.constantFrom(0, 0.005, 0.02),
    fail: fc.constantFrom(0, 0.05),
  });
  const property = fc.property(options, (chosen) => {
    const keys = [0, '0', null, { a: 1 }, [1], true];
    const result = checkLinearizability(simulateRegisters({ ...chosen, operations: 1200, keys }));
    expect(result.verdict, result.reason).toBe('ok');
    expect(result.keys.length).toBe(keys.length);
  });
  fc.assert(property, { seed: SEED, numRuns: 60 });
});

test('ten thousand operations of twenty processes are judged, and one lie among them is found', () => {
  const keys = Array.from({ length: 40 }, (_, i) => `key ${i}`);
  const events = simulateRegisters({
    seed: 11,
    operations: 10_000,
    processes: 20,
    keys,
    values: 'unique',
    info: 0.004,
  });
  expect(checkLinearizability(events).verdict).toBe('ok');
  const reads = events.filter(({ type, f, value }) => type === 'ok' && f === 'read' && value !== null);
  const late = reads.at(-50);
  const older = reads.find(({ key, value }) => key === late?.key && value !== late?.value);
  const lie = events.map((event) => (event === late ? { ...event, value: older?.value ?? null } : event));
  const result = checkLinearizability(lie);
  expect(result.verdict).toBe('illegal');
  expect(result.keys.filter(({ verdict }) => verdict === 'illegal').map(({ key }) => key)).toEqual([
    late?.key,
  ]);
});
