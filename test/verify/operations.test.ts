import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../../src/verify/index.ts';
import { HistoryError, operations, parseHistory } from '../../src/verify/index.ts';
import { Recorder } from './recorder.ts';

const event = (changes: Partial<HistoryEvent>): HistoryEvent => ({
  index: 0,
  timeMs: 0,
  process: 0,
  type: 'invoke',
  f: 'read',
  key: 'x',
  ...changes,
});

describe('operations', () => {
  test('pairs each invocation with its completion, in the order of the invocations', () => {
    const { events } = new Recorder()
      .begin(0, 'write', 'x', { value: 1 })
      .begin(1, 'read', 'x')
      .end(1, 'ok', { value: 1 })
      .end(0, 'info')
      .begin(2, 'read', 'y');
    const found = operations(events);
    expect(found.map(({ process, f, outcome }) => [process, f, outcome])).toEqual([
      [0, 'write', 'info'],
      [1, 'read', 'ok'],
      [2, 'read', 'info'],
    ]);
    expect(found[0]?.completion).toBe(events[3]);
    expect(found[2]?.completion).toBeUndefined();
  });

  test('passes the nemesis over, whatever it records', () => {
    const nemesis = event({ process: 'nemesis', type: 'info', f: 'partition' });
    expect(operations([nemesis, event({ index: 1 })])).toHaveLength(1);
  });

  test.each<[string, Partial<HistoryEvent>[], string]>([
    ['a completion that nothing began', [{ type: 'ok' }], 'no open operation to complete'],
    [
      'two completions',
      [{}, { index: 1, type: 'ok' }, { index: 2, type: 'ok' }],
      'no open operation to complete',
    ],
    [
      'two completions after info',
      [{}, { index: 1, type: 'info' }, { index: 2, type: 'ok' }],
      'no open operation',
    ],
    ['two open operations of one process', [{}, { index: 1 }], 'whose read of event 0 is still open'],
    [
      'a process that goes on after info',
      [{}, { index: 1, type: 'info' }, { index: 2 }],
      'new process number',
    ],
    ['a completion of another kind', [{}, { index: 1, type: 'ok', f: 'write' }], 'event 0 began a "read"'],
    [
      'a completion on another key',
      [{ key: 1 }, { index: 1, type: 'ok', key: '1' }],
      'field "key" is "1", but event 0',
    ],
    ['an index that repeats', [{}, { process: 1 }], 'field "index" does not follow the index before it, 0'],
    ['an index that is none', [{ index: 0.5 }], 'field "index" is 0.5'],
    [
      'time that steps back',
      [{ timeMs: 2 }, { index: 1, timeMs: 1.5, process: 1 }],
      'is 1.5, before the 2 of event 0',
    ],
    [
      'time that steps back for the nemesis',
      [{ timeMs: 2 }, { index: 1, process: 'nemesis' }],
      'is 0, before the 2',
    ],
    ['time that is no number', [{ timeMs: Number.NaN }], 'field "timeMs" is NaN'],
  ])('refuses %s', (_, changes, message) => {
    const events = changes.map(event);
    expect(() => operations(events)).toThrow(HistoryError);
    expect(() => operations(events)).toThrow(message);
  });

  test('refuses an invocation without a key', () => {
    const { key: _, ...keyless } = event({});
    expect(() => operations([keyless])).toThrow('field "key" is missing');
  });
});

describe('parseHistory', () => {
  const line = (changes: object): string => JSON.stringify({ ...event({}), ...changes });

  test('reads one event a line and passes blank lines over', () => {
    const { events } = new Recorder().whole(0, 'cas', { a: [null] }, 'fail', {
      value: [1, { b: 2 }],
      createIfNotExists: true,
      error: 'precondition-failed',
    });
    const text = `\n${events.map((one) => JSON.stringify(one)).join('\r\n\n')}\n`;
    expect(parseHistory(text)).toEqual(events);
  });

  test.each<[string, string, string]>([
    ['text that is not JSON', '{"index":', 'store/history.jsonl line 3: is not JSON'],
    ['JSON that is no object', '[1]', 'store/history.jsonl line 3: is [1]; an event is a JSON object'],
    [
      'a type that does not exist',
      line({ type: 'done' }),
      'line 3: field "type" is "done"; it must be "invoke", "ok", "fail", "info"',
    ],
    ['a process that is none', line({ process: -1 }), 'line 3: field "process" is -1'],
    [
      'a time that is text',
      line({ timeMs: '1' }),
      'line 3: field "timeMs" is "1"; it must be a finite number',
    ],
    [
      'a flag that is not true',
      line({ createIfNotExists: false }),
      'line 3: field "createIfNotExists" is false',
    ],
    ['a field that is missing', '{"index":0}', 'line 3: field "timeMs" is missing'],
    [
      'a field that is misspelt',
      line({ createIfNotExist: true }),
      'line 3: field "createIfNotExist" is not known',
    ],
    ['an error that is a number', line({ error: 22 }), 'line 3: field "error" is 22; it must be a string'],
  ])('refuses %s, naming line and field', (_, bad, message) => {
    const text = `${line({})}\n\n${bad}\n`;
    expect(() => parseHistory(text, 'store/history.jsonl')).toThrow(HistoryError);
    expect(() => parseHistory(text, 'store/history.jsonl')).toThrow(message);
  });
});
