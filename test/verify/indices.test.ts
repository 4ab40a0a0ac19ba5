import { expect, test } from 'vitest';
import { checkIndices } from '../../src/verify/index.ts';
import { Recorder } from './recorder.ts';

const textsOf = (recorder: Recorder): (string | undefined)[] =>
  checkIndices(recorder.events).violations.map(({ text }) => text.split('\n')[0]);

const wrote = () => new Recorder().whole(0, 'write', 'x', 'ok', { value: 1, shownIndex: 5 });

test('indices that are places in one log are fine', () => {
  const recorder = wrote()
    .whole(1, 'read', 'x', 'ok', { value: 1, shownIndex: 5 })
    .whole(1, 'cas', 'x', 'ok', { value: [1, 2], shownIndex: 6 })
    .whole(2, 'ryw_read', 'x', 'ok', { value: 1, shownIndex: 5, token: 5 })
    .whole(2, 'ryw_read', 'x', 'ok', { value: null, shownIndex: 4 });
  expect(checkIndices(recorder.events)).toEqual({
    verdict: 'ok',
    reason: 'the indices of 5 replies are places in one log',
    checked: 5,
    violationCount: 0,
    violations: [],
  });
});

test('two writes at one place', () => {
  const recorder = new Recorder()
    .begin(0, 'write', 'x', { value: 1 })
    .begin(1, 'write', 'y', { value: 2 })
    .end(0, 'ok', { shownIndex: 3 })
    .end(1, 'ok', { shownIndex: 3 });
  expect(textsOf(recorder)).toEqual(['Two writes were acknowledged at one index:']);
});

test('a write at index 0, where no log has an entry', () => {
  expect(textsOf(new Recorder().whole(0, 'write', 'x', 'ok', { value: 1, shownIndex: 0 }))).toEqual([
    'The log begins at index 1, yet a write was:',
  ]);
});

test.each(['ryw_read', 'read'])('a write that stands before what a %s had shown to anyone', (f) => {
  const recorder = new Recorder()
    .whole(0, f, 'y', 'ok', { value: null, shownIndex: 7 })
    .whole(1, 'write', 'x', 'ok', { value: 1, shownIndex: 7 });
  expect(textsOf(recorder)).toEqual(['A write took place at index 7, though 7 was shown before it began:']);
});

test('a write that was under way when a higher index was shown may stand before it', () => {
  const recorder = new Recorder()
    .begin(1, 'write', 'x', { value: 1 })
    .whole(0, 'read', 'y', 'ok', { value: null, shownIndex: 7 })
    .end(1, 'ok', { shownIndex: 6 });
  expect(checkIndices(recorder.events).verdict).toBe('ok');
});

test('a linearizable read that looks before what had been shown', () => {
  expect(textsOf(wrote().whole(1, 'read', 'y', 'ok', { value: null, shownIndex: 4 }))).toEqual([
    'A linearizable read looked at index 4, though 5 was shown before it began:',
  ]);
});

test('a read below the token that it was sent', () => {
  expect(
    textsOf(new Recorder().whole(0, 'ryw_read', 'x', 'ok', { value: null, token: 5, shownIndex: 4 })),
  ).toEqual(['A read that was sent the token 5 looked at index 4:']);
});

test('a value that the key did not have at that index', () => {
  const early = wrote().whole(1, 'ryw_read', 'x', 'ok', { value: 1, shownIndex: 4 });
  expect(textsOf(early)).toEqual([
    'This claims to have looked at index 4, where the key had not been written:',
  ]);
  const late = wrote()
    .whole(0, 'write', 'x', 'ok', { value: 2, shownIndex: 6 })
    .whole(1, 'ryw_read', 'x', 'ok', { value: 1, shownIndex: 6 });
  expect(textsOf(late)).toEqual(['This claims to have looked at index 6, where the key held 2:']);
  const nulls = wrote().whole(1, 'ryw_read', 'x', 'ok', { value: null, shownIndex: 5 });
  expect(textsOf(nulls)).toEqual(['This claims to have looked at index 5, where the key held 1:']);
});

test('a cas that took place where its value was not', () => {
  const recorder = wrote()
    .whole(0, 'write', 'x', 'ok', { value: 2, shownIndex: 6 })
    .whole(1, 'cas', 'x', 'ok', { value: [1, 3], shownIndex: 7 });
  expect(textsOf(recorder)).toEqual(['This claims to have looked at index 6, where the key held 2:']);
});

test('a value that nobody wrote, or only someone who surely failed, or only later', () => {
  const problem = 'No write that had begun by then can have left what this saw:';
  expect(textsOf(wrote().whole(1, 'ryw_read', 'x', 'ok', { value: 9, shownIndex: 5 }))).toEqual([problem]);
  const failed = new Recorder()
    .whole(0, 'write', 'x', 'fail', { value: 9, error: 'code 11' })
    .whole(1, 'ryw_read', 'x', 'ok', { value: 9, shownIndex: 5 });
  expect(textsOf(failed)).toEqual([problem]);
  const later = new Recorder()
    .whole(1, 'ryw_read', 'x', 'ok', { value: 9 })
    .whole(0, 'write', 'x', 'info', { value: 9 });
  expect(textsOf(later)).toEqual([problem]);
});

test('a write of unknown outcome that was seen before its place, or in two of them', () => {
  const tooEarly = wrote()
    .whole(1, 'write', 'y', 'info', { value: 9 })
    .whole(2, 'ryw_read', 'y', 'ok', { value: 9, shownIndex: 4 });
  expect(textsOf(tooEarly)).toEqual([
    'This claims to have looked at index 4, where the key had not been written:',
  ]);
  const twice = new Recorder()
    .whole(1, 'write', 'x', 'info', { value: 9 })
    .whole(2, 'ryw_read', 'x', 'ok', { value: 9, shownIndex: 4 })
    .whole(0, 'write', 'x', 'ok', { value: 1, shownIndex: 5 })
    .whole(2, 'ryw_read', 'x', 'ok', { value: 9, shownIndex: 6 });
  expect(textsOf(twice)).toEqual(['This claims to have looked at index 6, where the key held 1:']);
});

test('two reads that place one write of unknown outcome where it cannot be, in whatever order they came', () => {
  const recorder = new Recorder()
    .whole(1, 'write', 'x', 'info', { value: 9 })
    .begin(2, 'ryw_read', 'x')
    .begin(3, 'ryw_read', 'x')
    .begin(0, 'write', 'x', { value: 1 })
    .end(0, 'ok', { shownIndex: 5 })
    .end(2, 'ok', { value: 9, shownIndex: 6 })
    .end(3, 'ok', { value: 9, shownIndex: 4 });
  expect(textsOf(recorder)).toEqual([
    'This claims to have looked at index 4, where the key had not been written:',
  ]);
});

test('the explanation tells where what was seen was written', () => {
  const recorder = wrote()
    .whole(1, 'write', 'y', 'info', { value: 9 })
    .whole(2, 'ryw_read', 'y', 'ok', { value: 9, shownIndex: 4 });
  expect(checkIndices(recorder.events).violations[0]?.text).toBe(
    [
      'This claims to have looked at index 4, where the key had not been written:',
      '  key "y": process 2 ryw_read -> 9 ok at index 4 (events 4 to 5, 2 to 2.5 ms)',
      '  what it saw was written at index 6 or after: process 1 write 9 info (from event 2, from 1 ms)',
    ].join('\n'),
  );
});

test('without indices nothing is known', () => {
  const recorder = new Recorder()
    .whole(0, 'write', 'x', 'ok', { value: 1 })
    .whole(1, 'read', 'x', 'ok', { value: 1 });
  expect(checkIndices(recorder.events)).toMatchObject({
    verdict: 'unknown',
    reason: 'nothing was checked: no reply showed an index',
  });
});

test('every violation is counted, the first few are explained', () => {
  const recorder = wrote();
  for (let i = 0; i < 5; i += 1) recorder.whole(1, 'read', 'y', 'ok', { value: null, shownIndex: 4 });
  const { violationCount, violations, reason } = checkIndices(recorder.events, { maxViolations: 1 });
  expect([violationCount, violations.length]).toEqual([5, 1]);
  expect(reason).toBe(
    'A linearizable read looked at index 4, though 5 was shown before it began, and 4 more',
  );
  expect(violations[0]?.text).toContain('\n  key "x": process 0 write 1 ok at index 5 (events 0 to 1');
});
