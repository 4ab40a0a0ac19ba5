import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../../src/verify/index.ts';
import { checkLinearizability, KEY_DOES_NOT_EXIST, PRECONDITION_FAILED } from '../../src/verify/index.ts';
import { Recorder } from './recorder.ts';

const verdictOf = ({ events }: { events: readonly HistoryEvent[] }) => checkLinearizability(events).verdict;
const history = () => new Recorder();
const absent = { error: KEY_DOES_NOT_EXIST };
const refused = { error: PRECONDITION_FAILED };

describe('reads and writes', () => {
  test('a read returns the latest write', () => {
    const h = history().whole(0, 'write', 'x', 'ok', { value: 1 }).whole(1, 'read', 'x', 'ok', { value: 1 });
    expect(verdictOf(h)).toBe('ok');
  });

  test('a stale read is illegal', () => {
    const h = history()
      .whole(0, 'write', 'x', 'ok', { value: 1 })
      .whole(0, 'write', 'x', 'ok', { value: 2 })
      .whole(1, 'read', 'x', 'ok', { value: 1 });
    expect(verdictOf(h)).toBe('illegal');
  });

  test('a read from the future is illegal', () => {
    const h = history().whole(1, 'read', 'x', 'ok', { value: 1 }).whole(0, 'write', 'x', 'ok', { value: 1 });
    expect(verdictOf(h)).toBe('illegal');
  });

  test('a read during a write may see the old value or the new one', () => {
    for (const value of [1, 2]) {
      const h = history()
        .whole(0, 'write', 'x', 'ok', { value: 1 })
        .begin(0, 'write', 'x', { value: 2 })
        .whole(1, 'read', 'x', 'ok', { value })
        .end(0, 'ok');
      expect(verdictOf(h)).toBe('ok');
    }
  });

  test('two reads during a write cannot see it come and go', () => {
    const h = history()
      .whole(0, 'write', 'x', 'ok', { value: 1 })
      .begin(0, 'write', 'x', { value: 2 })
      .whole(1, 'read', 'x', 'ok', { value: 2 })
      .whole(2, 'read', 'x', 'ok', { value: 1 })
      .end(0, 'ok');
    expect(verdictOf(h)).toBe('illegal');
  });

  test('overlapping writes take effect in one order for everyone', () => {
    const h = (second: number) =>
      history()
        .begin(0, 'write', 'x', { value: 1 })
        .begin(1, 'write', 'x', { value: 2 })
        .end(0, 'ok')
        .end(1, 'ok')
        .whole(2, 'read', 'x', 'ok', { value: 1 })
        .whole(3, 'read', 'x', 'ok', { value: second });
    expect(verdictOf(h(1))).toBe('ok');
    expect(verdictOf(h(2))).toBe('illegal');
  });

  test('an operation that begins at the event after a completion comes after it', () => {
    const h = history()
      .begin(0, 'write', 'x', { value: 1 })
      .begin(1, 'write', 'x', { value: 2 })
      .end(1, 'ok')
      .begin(2, 'read', 'x')
      .end(0, 'ok')
      .end(2, 'ok', { value: null });
    expect(verdictOf(h)).toBe('illegal');
  });

  test('a failed write never happened', () => {
    const h = history()
      .whole(0, 'write', 'x', 'fail', { value: 1 })
      .whole(1, 'read', 'x', 'ok', { value: 1 });
    expect(verdictOf(h)).toBe('illegal');
  });

  test('reads without an answer say nothing', () => {
    const h = history()
      .whole(0, 'write', 'x', 'ok', { value: 1 })
      .whole(1, 'read', 'x', 'fail')
      .whole(2, 'read', 'x', 'info');
    expect(verdictOf(h)).toBe('ok');
  });
});

describe('null and absence', () => {
  test('a key never written reads null', () => {
    expect(verdictOf(history().whole(0, 'read', 'x', 'ok', { value: null }))).toBe('ok');
  });

  test('a key once written reads null only when null was written', () => {
    const h = (value: null | number) =>
      history()
        .whole(0, 'write', 'x', 'ok', { value: 1 })
        .whole(0, 'write', 'x', 'ok', { value })
        .whole(0, 'read', 'x', 'ok', { value: null });
    expect(verdictOf(h(null))).toBe('ok');
    expect(verdictOf(h(2))).toBe('illegal');
  });

  test('a cas from null needs a written null', () => {
    const cas = (h: Recorder) => h.whole(0, 'cas', 'x', 'ok', { value: [null, 1] });
    expect(verdictOf(cas(history()))).toBe('illegal');
    expect(verdictOf(cas(history().whole(0, 'write', 'x', 'ok', { value: null })))).toBe('ok');
  });
});

describe('cas', () => {
  test('of two that race from one value, one succeeds', () => {
    const h = (last: 'ok' | 'fail') =>
      history()
        .whole(0, 'write', 'x', 'ok', { value: 0 })
        .begin(0, 'cas', 'x', { value: [0, 1] })
        .begin(1, 'cas', 'x', { value: [0, 2] })
        .end(0, 'ok')
        .end(1, last, last === 'fail' ? refused : {});
    expect(verdictOf(h('fail'))).toBe('ok');
    expect(verdictOf(h('ok'))).toBe('illegal');
  });

  test('a lost update is illegal', () => {
    const h = history()
      .whole(0, 'write', 'x', 'ok', { value: 0 })
      .whole(1, 'cas', 'x', 'ok', { value: [0, 1] })
      .whole(2, 'read', 'x', 'ok', { value: 0 });
    expect(verdictOf(h)).toBe('illegal');
  });

  test('a refusal for want of a key is an observation', () => {
    const h = history().whole(1, 'cas', 'x', 'fail', { value: [1, 2], ...absent });
    expect(verdictOf(h)).toBe('ok');
    const late = history()
      .whole(0, 'write', 'x', 'ok', { value: 1 })
      .whole(1, 'cas', 'x', 'fail', { value: [3, 2], ...absent });
    expect(verdictOf(late)).toBe('illegal');
  });

  test('a refusal for another value is an observation', () => {
    const h = (written: number) =>
      history()
        .whole(0, 'write', 'x', 'ok', { value: written })
        .whole(1, 'cas', 'x', 'fail', { value: [1, 2], ...refused });
    expect(verdictOf(h(3))).toBe('ok');
    expect(verdictOf(h(1))).toBe('illegal');
    expect(verdictOf(history().whole(1, 'cas', 'x', 'fail', { value: [1, 2], ...refused }))).toBe('illegal');
  });

  test('a failure of any other kind observes nothing, and writes nothing', () => {
    const h = history()
      .whole(0, 'write', 'x', 'ok', { value: 1 })
      .whole(1, 'cas', 'x', 'fail', { value: [1, 2], error: 'temporarily-unavailable' })
      .whole(2, 'read', 'x', 'ok', { value: 1 });
    expect(verdictOf(h)).toBe('ok');
  });

  test('one that may create writes an absent key whatever it expects, and is never refused for want of one', () => {
    const creating = { value: [7, 1], createIfNotExists: true } as const;
    const h = history().whole(0, 'cas', 'x', 'ok', creating).whole(0, 'read', 'x', 'ok', { value: 1 });
    expect(verdictOf(h)).toBe('ok');
    expect(verdictOf(h.whole(1, 'cas', 'x', 'ok', creating))).toBe('illegal');
    expect(verdictOf(history().whole(0, 'cas', 'x', 'fail', { ...creating, ...absent }))).toBe('illegal');
  });

  test('from a value to itself is still a demand', () => {
    const h = (value: number) =>
      history()
        .whole(0, 'write', 'x', 'ok', { value })
        .whole(0, 'cas', 'x', 'ok', { value: [1, 1] });
    expect(verdictOf(h(1))).toBe('ok');
    expect(verdictOf(h(2))).toBe('illegal');
  });
});

describe('unknown outcomes', () => {
  const given = () => history().whole(9, 'write', 'x', 'ok', { value: 0 });

  test('a write may take effect late, after operations that began much later', () => {
    const h = given()
      .whole(0, 'write', 'x', 'info', { value: 1 })
      .whole(1, 'write', 'x', 'ok', { value: 2 })
      .whole(1, 'read', 'x', 'ok', { value: 2 })
      .whole(1, 'read', 'x', 'ok', { value: 1 });
    expect(verdictOf(h)).toBe('ok');
    expect(verdictOf(h.whole(1, 'read', 'x', 'ok', { value: 2 }))).toBe('illegal');
  });

  test('a write may never take effect', () => {
    const h = given().whole(0, 'write', 'x', 'info', { value: 1 }).whole(1, 'read', 'x', 'ok', { value: 0 });
    expect(verdictOf(h)).toBe('ok');
  });

  test('a write takes effect once', () => {
    const h = given()
      .whole(0, 'write', 'x', 'info', { value: 1 })
      .whole(1, 'read', 'x', 'ok', { value: 1 })
      .whole(1, 'write', 'x', 'ok', { value: 2 })
      .whole(1, 'read', 'x', 'ok', { value: 1 });
    expect(verdictOf(h)).toBe('illegal');
  });

  test('a write takes no effect before its invocation', () => {
    const h = given().whole(1, 'read', 'x', 'ok', { value: 1 }).whole(0, 'write', 'x', 'info', { value: 1 });
    expect(verdictOf(h)).toBe('illegal');
  });

  test('an operation that the end of the history cuts off counts as unknown', () => {
    const h = given().begin(0, 'write', 'x', { value: 1 }).whole(1, 'read', 'x', 'ok', { value: 1 });
    expect(verdictOf(h)).toBe('ok');
  });

  test('cas may chain, each from what the one before has written', () => {
    const h = given()
      .whole(0, 'cas', 'x', 'info', { value: [1, 2] })
      .whole(1, 'cas', 'x', 'info', { value: [0, 1] })
      .whole(2, 'cas', 'x', 'info', { value: [2, 3] })
      .whole(3, 'read', 'x', 'ok', { value: 3 });
    expect(verdictOf(h)).toBe('ok');
    expect(verdictOf(h.whole(3, 'read', 'x', 'ok', { value: 1 }))).toBe('illegal');
  });

  test('a write that nobody reads may still explain a refusal', () => {
    const h = given()
      .whole(0, 'write', 'x', 'info', { value: 5 })
      .whole(1, 'cas', 'x', 'fail', { value: [0, 1], ...refused });
    expect(verdictOf(h)).toBe('ok');
  });

  test('a cas that may create may explain that a key exists', () => {
    const h = history()
      .whole(0, 'cas', 'x', 'info', { value: [4, 5], createIfNotExists: true })
      .whole(1, 'cas', 'x', 'ok', { value: [5, 6] });
    expect(verdictOf(h)).toBe('ok');
  });
});

describe('registers', () => {
  test('keys are JSON values: "1" is not 1, and members have no order', () => {
    const twoKeys = history()
      .whole(0, 'write', '1', 'ok', { value: 7 })
      .whole(0, 'read', 1, 'ok', { value: null });
    expect(verdictOf(twoKeys)).toBe('ok');
    const oneKey = history()
      .whole(0, 'write', { a: 1, b: [2] }, 'ok', { value: 7 })
      .whole(0, 'read', { b: [2], a: 1 }, 'ok', { value: null });
    expect(verdictOf(oneKey)).toBe('illegal');
    expect(checkLinearizability(oneKey.events).keys).toHaveLength(1);
  });

  test('values are JSON values too', () => {
    const h = (value: string | number | object) =>
      history()
        .whole(0, 'write', '__proto__', 'ok', { value: { a: 1, b: '2' } })
        .whole(0, 'read', '__proto__', 'ok', { value: value as never });
    expect(verdictOf(h({ b: '2', a: 1 }))).toBe('ok');
    expect(verdictOf(h({ b: 2, a: 1 }))).toBe('illegal');
  });

  test('one illegal key makes the history illegal, and each key keeps its own verdict', () => {
    const h = history().whole(0, 'write', 'x', 'ok', { value: 1 }).whole(0, 'read', 'y', 'ok', { value: 1 });
    const result = checkLinearizability(h.events);
    expect(result.verdict).toBe('illegal');
    expect(result.reason).toBe('key "y": no linearization exists');
    expect(result.keys.map(({ key, verdict }) => [key, verdict])).toEqual([
      ['x', 'ok'],
      ['y', 'illegal'],
    ]);
  });

  test.each<[string, Recorder, string]>([
    [
      'an operation of no register',
      history().whole(0, 'append', 'x', 'ok', { value: 1 }),
      'field "f" is "append"',
    ],
    [
      'a write of nothing',
      history().whole(0, 'write', 'x', 'ok'),
      'field "value" is missing; it must be the value to write',
    ],
    [
      'a read of nothing',
      history().whole(0, 'read', 'x', 'ok'),
      'field "value" is missing; it must be the value that was read',
    ],
    [
      'a cas without its pair',
      history().whole(0, 'cas', 'x', 'ok', { value: [1] }),
      'field "value" is [1]; a cas carries the pair',
    ],
    [
      'an answer to another write',
      history().begin(0, 'write', 'x', { value: 1 }).end(0, 'ok', { value: 2 }),
      'field "value" is 2, but event 0 began with 1',
    ],
  ])('refuses %s', (_, h, message) => {
    expect(() => checkLinearizability(h.events)).toThrow(message);
  });
});
