import { expect, test } from 'vitest';
import type { HistoryEvent, Violation } from '../../src/verify/index.ts';
import { checkLinearizability } from '../../src/verify/index.ts';
import { Recorder } from './recorder.ts';
import { simulateRegisters } from './simulated-registers.ts';

function violationOf(events: readonly HistoryEvent[]): Violation {
  const violation = checkLinearizability(events).keys.find((key) => key.violation !== undefined)?.violation;
  if (violation === undefined) throw new Error('the history was meant to be illegal');
  return violation;
}

test('a stale read is explained by the order up to it, the value then, and the three operations at odds', () => {
  const { events } = new Recorder()
    .whole(0, 'write', 'x', 'ok', { value: 9 })
    .whole(0, 'read', 'x', 'ok', { value: 9 })
    .whole(0, 'write', 'x', 'ok', { value: 1 })
    .begin(3, 'write', 'x', { value: 5 })
    .whole(0, 'write', 'x', 'ok', { value: 2 })
    .whole(1, 'read', 'x', 'ok', { value: 1 })
    .end(3, 'info')
    .whole(0, 'write', 'x', 'ok', { value: 3 });
  const violation = violationOf(events);
  expect(violation.value).toBe(2);
  expect(violation.partial.map(({ value }) => value)).toEqual([9, 9, 1, 2]);
  expect(violation.stuck.map(({ invocation }) => invocation.index)).toEqual([9]);
  expect(violation.core.map(({ invocation }) => invocation.index)).toEqual([4, 7, 9]);
  expect(violation.text).toBe(
    [
      'Key "x" is not linearizable.',
      '',
      'The longest order found explains 4 of the 6 operations that took place. It ends with:',
      '  process 0 write 9 ok (events 0 to 1, 0 to 0.5 ms), now 9',
      '  process 0 read -> 9 ok (events 2 to 3, 1 to 1.5 ms)',
      '  process 0 write 1 ok (events 4 to 5, 2 to 2.5 ms), now 1',
      '  process 0 write 2 ok (events 7 to 8, 3.5 to 4 ms), now 2',
      '',
      'The register then holds 2. One of these had to take effect next, and none can:',
      '  process 1 read -> 1 ok (events 9 to 10, 4.5 to 5 ms): needs 1, and the register holds 2',
      '',
      'The smallest contradiction found, 3 of 7 operations, in the order of their invocations:',
      '  process 0 write 1 ok (events 4 to 5, 2 to 2.5 ms)     ||',
      '  process 0 write 2 ok (events 7 to 8, 3.5 to 4 ms)       ||',
      '  process 1 read -> 1 ok (events 9 to 10, 4.5 to 5 ms)      ||',
    ].join('\n'),
  );
});

test('a value from nowhere is a contradiction by itself', () => {
  const legal = simulateRegisters({
    seed: 8,
    operations: 200,
    processes: 8,
    keys: ['x'],
    values: 'unique',
    info: 0.02,
  });
  const read = legal.filter((event) => event.f === 'read' && event.type === 'ok').at(-5);
  const violation = violationOf(
    legal.map((event) => (event === read ? { ...event, value: 'nowhere' } : event)),
  );
  expect(violation.core.map(({ completion }) => completion?.value)).toEqual(['nowhere']);
});

test('a key read as absent after it was written says so', () => {
  const { events } = new Recorder()
    .whole(0, 'write', 'x', 'ok', { value: 1 })
    .whole(1, 'cas', 'x', 'fail', { value: [1, 2], error: 'key-does-not-exist' });
  const violation = violationOf(events);
  expect(violation.value).toBe(1);
  expect(violation.text).toContain('needs the key to be absent, and the register holds 1');
});

test('a register that was never written is shown as absent', () => {
  const violation = violationOf(new Recorder().whole(0, 'read', 'x', 'ok', { value: 1 }).events);
  expect(violation.value).toBeUndefined();
  expect(violation.partial).toEqual([]);
  expect(violation.text).toContain('The register then does not exist.');
  expect(violation.text).toContain('needs 1, and there is no such key');
});

test('a large violation shrinks to a handful of operations, and its text stays short', () => {
  const legal = simulateRegisters({
    seed: 4,
    operations: 600,
    processes: 10,
    keys: ['x'],
    values: 'unique',
    info: 0.01,
  });
  const reads = legal.filter((event) => event.f === 'read' && event.type === 'ok' && event.value !== null);
  const late = reads.at(-10);
  const stale = legal.map((event) => (event === late ? { ...event, value: reads[3]?.value ?? null } : event));
  const violation = violationOf(stale);
  expect(violation.core.length).toBeLessThanOrEqual(4);
  expect(violation.core.map(({ completion }) => completion?.index)).toContain(late?.index);
  expect(violation.text.split('\n').length).toBeLessThan(60);
});
