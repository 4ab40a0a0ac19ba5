import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../../src/verify/index.ts';
import {
  checkLinearizability,
  checkSessions,
  HistoryError,
  linearizableEvents,
  parseHistory,
} from '../../src/verify/index.ts';
import { Recorder } from './recorder.ts';

const A = { session: 'a' };
const B = { session: 'b' };

/** What a history's violations are, as `guarantee: event of the first operation -> event of the second`. */
const violationsOf = (recorder: Recorder): string[] =>
  checkSessions(recorder.events).violations.map(({ guarantee, operations: [first, second] }) => {
    return `${guarantee}: ${first.invocation.index} -> ${second.invocation.index}`;
  });

describe('read your writes', () => {
  const wrote = () => new Recorder().whole(0, 'write', 'x', 'ok', { ...A, value: 1, shownIndex: 5 });

  test('a read that looks at the write, or after it, is fine', () => {
    const recorder = wrote()
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 1, shownIndex: 5 })
      .whole(0, 'read', 'x', 'ok', { ...A, value: 1, shownIndex: 6 });
    const result = checkSessions(recorder.events);
    expect(result).toMatchObject({ verdict: 'ok', sessions: 1, violations: [] });
    expect(result.guarantees['read-your-writes']).toEqual({ verdict: 'ok', checked: 2, violations: 0 });
  });

  test('a read that looks one entry too early is a violation, of whatever key', () => {
    expect(
      violationsOf(wrote().whole(0, 'ryw_read', 'x', 'ok', { ...A, value: null, shownIndex: 4 })),
    ).toEqual(['read-your-writes: 0 -> 2']);
    expect(
      violationsOf(wrote().whole(0, 'ryw_read', 'y', 'ok', { ...A, value: null, shownIndex: 4 })),
    ).toEqual(['read-your-writes: 0 -> 2']);
  });

  test('a read that claims enough and shows less is a violation by its value', () => {
    const recorder = new Recorder()
      .whole(1, 'write', 'x', 'ok', { value: 'old', shownIndex: 2 })
      .whole(0, 'write', 'x', 'ok', { ...A, value: 'mine', shownIndex: 5 })
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'old', shownIndex: 7 });
    expect(violationsOf(recorder)).toEqual(['read-your-writes: 2 -> 4']);
  });

  test('an acknowledged write without an index still forbids that the key is absent', () => {
    const recorder = new Recorder().whole(0, 'write', 'x', 'ok', { ...A, value: 1 });
    recorder.whole(0, 'read', 'x', 'ok', { ...A, value: null });
    expect(violationsOf(recorder)).toEqual(['read-your-writes: 0 -> 2']);
  });

  test('a value written twice, or perhaps once more by an unknown outcome, is taken for the best', () => {
    const twice = wrote()
      .whole(1, 'write', 'x', 'ok', { value: 'same', shownIndex: 2 })
      .whole(2, 'write', 'x', 'info', { value: 'same' })
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'same', shownIndex: 7 });
    expect(checkSessions(twice.events).verdict).toBe('ok');
  });

  test('a write that had not begun when the read ended cannot be what it saw', () => {
    const recorder = new Recorder()
      .whole(1, 'write', 'x', 'ok', { value: 'old', shownIndex: 2 })
      .whole(0, 'write', 'x', 'ok', { ...A, value: 'mine', shownIndex: 5 })
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'old', shownIndex: 7 })
      .whole(2, 'write', 'x', 'info', { value: 'old' });
    expect(violationsOf(recorder)).toEqual(['read-your-writes: 2 -> 4']);
  });

  test('the session outlives its process, and an unknown outcome binds nobody', () => {
    const recorder = wrote()
      .whole(0, 'write', 'x', 'info', { ...A, value: 2 })
      .whole(7, 'ryw_read', 'x', 'ok', { ...A, value: 1, shownIndex: 6 });
    expect(checkSessions(recorder.events).verdict).toBe('ok');
    recorder.whole(7, 'ryw_read', 'x', 'ok', { ...A, value: null, shownIndex: 3 });
    expect(violationsOf(recorder)).toEqual(['read-your-writes: 0 -> 6', 'monotonic-reads: 4 -> 6']);
  });

  test('a read that was under way when the write ended is not bound by it', () => {
    const recorder = new Recorder()
      .begin(1, 'ryw_read', 'x', A)
      .whole(0, 'write', 'x', 'ok', { ...A, value: 1, shownIndex: 5 })
      .end(1, 'ok', { value: null, shownIndex: 4 });
    expect(checkSessions(recorder.events).violations).toEqual([]);
  });

  test('neither another session nor a read without one is bound', () => {
    const recorder = wrote()
      .whole(1, 'ryw_read', 'x', 'ok', { ...B, value: null, shownIndex: 4 })
      .whole(2, 'ryw_read', 'x', 'ok', { value: null, shownIndex: 4 });
    expect(checkSessions(recorder.events)).toMatchObject({
      verdict: 'unknown',
      reason: 'nothing was checked: no operation was bound by an earlier one',
    });
  });

  test('a refused cas is a read: there must be a key once the session wrote it', () => {
    const refused = (error: string) => wrote().whole(0, 'cas', 'x', 'fail', { ...A, value: [3, 4], error });
    expect(violationsOf(refused('key-does-not-exist'))).toEqual(['read-your-writes: 0 -> 2']);
    expect(violationsOf(refused('precondition-failed'))).toEqual([]);
    expect(violationsOf(refused('temporarily unavailable'))).toEqual([]);
  });

  test('a cas from a value to itself counts as a write of it', () => {
    const recorder = wrote()
      .whole(0, 'cas', 'x', 'ok', { ...A, value: [1, 1], shownIndex: 8 })
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 1, shownIndex: 9 });
    expect(checkSessions(recorder.events).violations).toEqual([]);
    recorder.whole(0, 'write', 'y', 'ok', { ...A, value: 2, shownIndex: 8 });
    expect(violationsOf(recorder)).toContain('monotonic-writes: 2 -> 6');
  });
});

describe('monotonic reads', () => {
  const written = () =>
    new Recorder()
      .whole(1, 'write', 'x', 'ok', { value: 'first', shownIndex: 3 })
      .whole(1, 'write', 'x', 'ok', { value: 'second', shownIndex: 6 });

  test('reads that go forth, or stand still, are fine', () => {
    const recorder = written()
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'first', shownIndex: 5 })
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'first', shownIndex: 5 })
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'second', shownIndex: 6 });
    const { guarantees } = checkSessions(recorder.events);
    expect(guarantees['monotonic-reads']).toEqual({ verdict: 'ok', checked: 2, violations: 0 });
  });

  test('a read that looks before what was shown goes back, of whatever key', () => {
    const recorder = written()
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'second', shownIndex: 6 })
      .whole(0, 'ryw_read', 'y', 'ok', { ...A, value: null, shownIndex: 5 });
    expect(violationsOf(recorder)).toEqual(['monotonic-reads: 4 -> 6']);
  });

  test('a read that claims enough and shows an older value goes back', () => {
    const recorder = written()
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'second', shownIndex: 6 })
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'first', shownIndex: 8 });
    expect(violationsOf(recorder)).toEqual(['monotonic-reads: 4 -> 6']);
  });

  test('what was seen of a write of unknown outcome tells where it stands', () => {
    const recorder = new Recorder()
      .whole(1, 'write', 'x', 'info', { value: 'perhaps' })
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'perhaps', shownIndex: 2 })
      .whole(2, 'write', 'x', 'ok', { value: 'sure', shownIndex: 3 })
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'sure', shownIndex: 3 });
    expect(checkSessions(recorder.events).violations).toEqual([]);
    // It stood at index 2 or before, so by index 4 it had been overwritten.
    recorder.whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'perhaps', shownIndex: 4 });
    expect(violationsOf(recorder)).toEqual(['monotonic-reads: 6 -> 8']);
  });

  test('a write of unknown outcome may land between two reads', () => {
    const recorder = new Recorder()
      .whole(1, 'write', 'x', 'info', { value: 'perhaps' })
      .whole(2, 'write', 'x', 'ok', { value: 'sure', shownIndex: 3 })
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'sure', shownIndex: 3 })
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'perhaps', shownIndex: 4 });
    expect(checkSessions(recorder.events).violations).toEqual([]);
  });

  test('a cas looks at what precedes its own place', () => {
    const cas = (shownIndex: number) =>
      written()
        .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'second', shownIndex: 6 })
        .whole(0, 'cas', 'x', 'ok', { ...A, value: ['second', 'third'], shownIndex });
    expect(violationsOf(cas(7))).toEqual([]);
    expect(violationsOf(cas(6))).toEqual(['monotonic-reads: 4 -> 6', 'writes-follow-reads: 4 -> 6']);
  });

  test('a refused cas binds no later read: its reply shows no index', () => {
    const recorder = written()
      .whole(0, 'cas', 'x', 'fail', { ...A, value: [1, 2], error: 'precondition-failed' })
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: null, shownIndex: 0 });
    expect(checkSessions(recorder.events).violations).toEqual([]);
  });
});

describe('monotonic writes', () => {
  const two = (index: number) =>
    new Recorder()
      .whole(0, 'write', 'x', 'ok', { ...A, value: 1, shownIndex: 5 })
      .whole(0, 'write', 'y', 'ok', { ...A, value: 2, shownIndex: index });

  test('the later write takes the later place', () => {
    const { guarantees, violations } = checkSessions(two(6).events);
    expect(violations).toEqual([]);
    expect(guarantees['monotonic-writes']).toEqual({ verdict: 'ok', checked: 1, violations: 0 });
    expect(guarantees['read-your-writes']).toEqual({ verdict: 'unknown', checked: 0, violations: 0 });
  });

  test.each([4, 5])('a later write at index %d, after one at 5, is a violation', (index) => {
    expect(violationsOf(two(index))).toEqual(['monotonic-writes: 0 -> 2']);
  });

  test('writes under way at once are in no order', () => {
    const recorder = new Recorder()
      .begin(0, 'write', 'x', { ...A, value: 1 })
      .begin(1, 'write', 'x', { ...A, value: 2 })
      .end(1, 'ok', { shownIndex: 8 })
      .end(0, 'ok', { shownIndex: 7 });
    expect(checkSessions(recorder.events).violations).toEqual([]);
  });
});

describe('writes follow reads', () => {
  test('a write takes its place after what the session read, whoever wrote it', () => {
    const history = (index: number) =>
      new Recorder()
        .whole(1, 'write', 'x', 'ok', { ...B, value: 'question', shownIndex: 4 })
        .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: 'question', shownIndex: 4 })
        .whole(0, 'write', 'y', 'ok', { ...A, value: 'answer', shownIndex: index });
    expect(violationsOf(history(5))).toEqual([]);
    expect(violationsOf(history(4))).toEqual(['writes-follow-reads: 2 -> 4']);
    expect(checkSessions(history(5).events).guarantees['writes-follow-reads'].checked).toBe(1);
  });

  test('a read without an index binds by the write that it saw', () => {
    const recorder = new Recorder()
      .whole(1, 'write', 'x', 'ok', { value: 'question', shownIndex: 4 })
      .whole(0, 'read', 'x', 'ok', { ...A, value: 'question' })
      .whole(0, 'write', 'y', 'ok', { ...A, value: 'answer', shownIndex: 3 });
    expect(violationsOf(recorder)).toEqual(['writes-follow-reads: 2 -> 4']);
  });
});

describe('the result', () => {
  test('explains a violation with both operations', () => {
    const recorder = new Recorder()
      .whole(0, 'write', 'x', 'ok', { ...A, value: 1, shownIndex: 5 })
      .whole(3, 'ryw_read', 'x', 'ok', { ...A, value: null, shownIndex: 4, servedBy: 'n2' });
    const { verdict, reason, violations } = checkSessions(recorder.events);
    expect(verdict).toBe('illegal');
    expect(reason).toBe('violations of read-your-writes: 1 of 1 operations checked');
    expect(violations[0]?.text).toBe(
      [
        'Session "a" violates read-your-writes:',
        '  key "x": process 0 write 1 ok at index 5 (events 0 to 1, 0 to 0.5 ms)',
        '  key "x": process 3 ryw_read -> null ok at index 4 by n2 (events 2 to 3, 1 to 1.5 ms)',
        'The read looked at index 4, before the index 5 that the session had been shown.',
      ].join('\n'),
    );
  });

  test('counts every violation and explains the first few', () => {
    const recorder = new Recorder().whole(0, 'write', 'x', 'ok', { ...A, value: 1, shownIndex: 5 });
    for (let i = 0; i < 5; i += 1)
      recorder.whole(0, 'ryw_read', 'x', 'ok', { ...A, value: null, shownIndex: 4 });
    const { guarantees, violations } = checkSessions(recorder.events, { maxViolations: 2 });
    expect(violations).toHaveLength(2);
    expect(guarantees['read-your-writes'].violations).toBe(5);
  });

  test('is unknown when there is nothing to check', () => {
    expect(checkSessions([])).toMatchObject({
      verdict: 'unknown',
      reason: 'nothing was checked: no operation belongs to a session',
    });
    const refused = new Recorder()
      .whole(0, 'write', 'x', 'fail', { ...A, value: 1, error: 'code 11' })
      .whole(0, 'ryw_read', 'x', 'ok', { ...A, value: null, shownIndex: 0 });
    expect(checkSessions(refused.events).verdict).toBe('unknown');
  });
});

describe('the fields of sessions', () => {
  const invocation = { index: 0, timeMs: 0, process: 0, type: 'invoke', f: 'ryw_read', key: 'x' } as const;
  const history = (first: object, second: object): HistoryEvent[] => [
    { ...invocation, ...first },
    { ...invocation, index: 1, type: 'ok', value: 1, ...second },
  ];

  test('are read from a file', () => {
    const events = history({ session: 'a', token: 0 }, { shownIndex: 3, servedBy: 'n2' });
    expect(parseHistory(events.map((event) => JSON.stringify(event)).join('\n'))).toEqual(events);
    const bad = JSON.stringify({ ...invocation, token: -1 });
    expect(() => parseHistory(bad)).toThrow('line 1: field "token" is -1; it must be an integer from 0');
  });

  test.each<[string, HistoryEvent[], string]>([
    [
      'a completion in another session',
      history({ session: 'a' }, { session: 'b' }),
      'field "session" is "b", but event 0 began in "a"',
    ],
    [
      'a completion in a session of its own',
      history({}, { session: 'b' }),
      'but event 0 began in no session',
    ],
    ['an index that is none', history({}, { shownIndex: Number.NaN }), 'must be an integer from 0'],
    ['a token that is none', history({ token: 1.5 }, {}), 'field "token" is 1.5'],
  ])('%s is no history', (_, events, message) => {
    expect(() => checkSessions(events)).toThrow(HistoryError);
    expect(() => checkSessions(events)).toThrow(message);
  });
});

test('the linearizable part of a history leaves the reads of sessions out, and nothing else', () => {
  const recorder = new Recorder()
    .whole(0, 'write', 'x', 'ok', { ...A, value: 1, shownIndex: 1 })
    .whole(1, 'ryw_read', 'x', 'ok', { ...B, value: null, shownIndex: 0 })
    .whole(1, 'read', 'x', 'ok', { ...B, value: 1, shownIndex: 1 });
  const nemesis = { index: 6, timeMs: 6, process: 'nemesis', type: 'info', f: 'heal' } as const;
  const events = [...recorder.events, nemesis];
  expect(linearizableEvents(events)).toEqual([...events.slice(0, 2), ...events.slice(4)]);
  expect(checkLinearizability(linearizableEvents(events))).toMatchObject({ verdict: 'ok', operations: 2 });
  expect(() => checkLinearizability(events)).toThrow('"ryw_read"');
});
