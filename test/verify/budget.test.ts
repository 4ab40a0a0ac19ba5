import { expect, test } from 'vitest';
import { checkLinearizability } from '../../src/verify/index.ts';
import { Recorder } from './recorder.ts';
import { simulateRegisters } from './simulated-registers.ts';

const MANY = Array.from({ length: 30 }, (_, i) => i);
const hard = simulateRegisters({
  seed: 5,
  operations: 300,
  processes: 10,
  keys: ['x'],
  values: [0, 1, 2, 3],
});

test('an empty history is not ok: nothing was checked', () => {
  const result = checkLinearizability([]);
  expect(result.verdict).toBe('unknown');
  expect(result.reason).toContain('nothing was checked');
});

test('a history in which nothing completed is not ok, and names its keys', () => {
  const { events } = new Recorder()
    .whole(0, 'write', 'x', 'info', { value: 1 })
    .whole(1, 'write', 'y', 'fail', { value: 1 })
    .whole(2, 'read', 'x', 'info');
  const result = checkLinearizability(events);
  expect(result.verdict).toBe('unknown');
  expect(result.keys).toEqual([]);
  expect(result.uncheckedKeys).toEqual(['x', 'y']);
});

test('a key of which nothing is known does not hide the verdict on the others', () => {
  const { events } = new Recorder()
    .whole(0, 'write', 'x', 'info', { value: 1 })
    .whole(1, 'write', 'y', 'ok', { value: 1 });
  const result = checkLinearizability(events);
  expect([result.verdict, result.uncheckedKeys]).toEqual(['ok', ['x']]);
});

test('a budget that runs out gives unknown, for the key or in all', () => {
  expect(checkLinearizability(hard).verdict).toBe('ok');
  for (const options of [{ maxStatesPerKey: 5 }, { maxStates: 5 }]) {
    const result = checkLinearizability(hard, options);
    expect(result.verdict).toBe('unknown');
    expect(result.reason).toMatch(/^key "x": undecided after \d+ states: the budget ran out$/);
  }
});

test('an illegal key decides although the budget of another ran out', () => {
  const illegal = new Recorder().whole(99, 'read', 'y', 'ok', { value: 1 }).events;
  const shifted = illegal.map((event) => ({ ...event, index: event.index + hard.length, timeMs: 1e9 }));
  const result = checkLinearizability([...hard, ...shifted], { maxStatesPerKey: 5 });
  expect(result.keys.map(({ verdict }) => verdict)).toEqual(['unknown', 'illegal']);
  expect(result.verdict).toBe('illegal');
});

test('a caller may cancel, and gets unknown', () => {
  const result = checkLinearizability(hard, { cancelled: () => true });
  expect([result.verdict, result.reason]).toEqual(['unknown', 'key "x": the check was cancelled']);
});

test('a caller may cancel in the middle of one key', () => {
  const events = simulateRegisters({
    seed: 3,
    operations: 900,
    processes: 20,
    keys: ['x'],
    values: MANY,
    mix: [1, 4, 1],
    info: 0.02,
  });
  let asked = 0;
  const result = checkLinearizability(events, {
    cancelled: () => {
      asked += 1;
      return asked > 2;
    },
  });
  expect(result.verdict).toBe('unknown');
  expect(result.states).toBeLessThan(5000);
});

test('equal histories get equal results, to the number of states', () => {
  expect(checkLinearizability(hard)).toEqual(checkLinearizability(hard));
});
