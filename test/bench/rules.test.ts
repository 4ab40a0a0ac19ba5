import { describe, expect, test } from 'vitest';
import { replyProblem } from '../../src/bench/contract.ts';
import { readMessage } from '../../src/bench/envelope.ts';
import {
  type ClientOperation,
  isServed,
  operationOf,
  outcomeOf,
  requestOf,
} from '../../src/bench/operation.ts';

// Maelstrom's rules: what is a message, what is a reply, and what a reply says about an operation.

describe('what an answer says', () => {
  const error = (code: number) => ({ type: 'error', code, text: 'why' });

  test.each([1, 10, 11, 12, 14, 21, 30])('error %i: a write did not happen', (code) => {
    expect(outcomeOf('write', error(code))).toEqual({ type: 'fail', error: `code ${code}: why` });
  });

  test.each([0, 13, 15, 999, 1000])('error %i: nobody knows whether a write happened', (code) => {
    expect(outcomeOf('write', error(code))).toEqual({ type: 'info', error: `code ${code}: why` });
    expect(outcomeOf('cas', error(code)).type).toBe('info');
  });

  test.each([0, 11, 13, 999])('error %i: a read changed nothing, so it failed', (code) => {
    expect(outcomeOf('read', error(code)).type).toBe('fail');
  });

  test('no answer is unknown, for a read a failure; so is an answer that cannot be used', () => {
    for (const reply of ['no answer', 'malformed reply'] as const) {
      expect(outcomeOf('write', reply)).toEqual({ type: 'info', error: reply });
      expect(outcomeOf('cas', reply)).toEqual({ type: 'info', error: reply });
      expect(outcomeOf('read', reply)).toEqual({ type: 'fail', error: reply });
    }
  });

  test('a cas that the register refused is an observation, and counts as served', () => {
    const missing = outcomeOf('cas', error(20));
    const other = outcomeOf('cas', error(22));
    expect(missing).toEqual({ type: 'fail', error: 'key-does-not-exist' });
    expect(other).toEqual({ type: 'fail', error: 'precondition-failed' });
    expect([missing, other].map(isServed)).toEqual([true, true]);
    expect(isServed(outcomeOf('cas', error(11)))).toBe(false);
    // Only a cas can meet another value than it asks for.
    expect(outcomeOf('write', error(22))).toEqual({ type: 'fail', error: 'code 22: why' });
  });

  test('a read tells its value, also when that is null', () => {
    expect(outcomeOf('read', { type: 'read_ok', value: null })).toEqual({ type: 'ok', value: null });
    expect(outcomeOf('write', { type: 'write_ok' })).toEqual({ type: 'ok' });
  });
});

describe('what a reply may look like', () => {
  test.each([
    ['read', { type: 'read_ok', value: null, in_reply_to: 1, msg_id: 2 }],
    ['read', { type: 'read_ok', value: { a: 1 }, in_reply_to: 1 }],
    ['write', { type: 'write_ok', in_reply_to: 1 }],
    ['cas', { type: 'cas_ok', in_reply_to: 1 }],
    ['init', { type: 'init_ok', in_reply_to: 1 }],
    ['echo', { type: 'echo_ok', echo: 'x', in_reply_to: 1 }],
    ['cas', { type: 'error', code: 22, in_reply_to: 1 }],
    ['cas', { type: 'error', code: 22, text: 'no', more: true, in_reply_to: 1 }],
  ])('%s may be answered so', (request, reply) => {
    expect(replyProblem(request, reply)).toBeUndefined();
  });

  test.each([
    ['read', { type: 'read_ok', in_reply_to: 1 }, 'without the field "value"'],
    ['read', { type: 'read_ok', value: 1, ts: 1, in_reply_to: 1 }, 'with the field "ts"'],
    ['read', { type: 'write_ok', in_reply_to: 1 }, 'with type "write_ok" instead of "read_ok"'],
    ['write', { type: 'error', text: 'no', in_reply_to: 1 }, 'an error without a code'],
  ])('%s may not be answered so', (request, reply, problem) => {
    expect(replyProblem(request, reply)).toContain(problem);
  });
});

describe('what a reply of ryw-kv may look like', () => {
  const own = { type: 'ryw_read_ok', value: 1, served_by: 'n2', follower_applied_index: 3, waited_ms: 0.25 };
  const passed = {
    type: 'ryw_read_ok',
    value: null,
    served_by: 'n1',
    reason: 'follower_behind_redirected_to_leader',
    commit_index: 3,
  };

  test.each([
    ['write', { type: 'write_ok', commit_index: 1 }],
    ['cas', { type: 'cas_ok', commit_index: 1 }],
    ['read', { type: 'read_ok', value: null, commit_index: 0 }],
    ['ryw_read', own],
    ['ryw_read', passed],
    ['ryw_read', { ...passed, reason: 'leader_preferred' }],
    ['ryw_read', { type: 'error', code: 11, text: 'no' }],
  ])('%s may be answered so', (request, reply) => {
    expect(replyProblem(request, reply, 'ryw-kv', 'n2')).toBeUndefined();
  });

  test.each([
    ['write', { type: 'write_ok' }, 'without the field "commit_index"'],
    ['read', { type: 'read_ok', value: 1, commit_index: -1 }, 'that is not an integer from 0 on'],
    ['cas', { type: 'cas_ok', commit_index: 1.5 }, 'that is not an integer from 0 on'],
    ['ryw_read', { ...own, waited_ms: -1 }, 'that is not a number from 0 on'],
    ['ryw_read', { ...own, waited_ms: '3' }, 'that is not a number from 0 on'],
    ['ryw_read', { ...own, commit_index: 3 }, 'with the field "commit_index"'],
    ['ryw_read', { ...own, served_by: 'n1' }, 'its own, yet served by another'],
    ['ryw_read', { ...passed, served_by: 'n2' }, 'redirected, yet served by itself'],
    ['ryw_read', { ...passed, reason: 'because' }, '"leader_preferred"'],
    ['ryw_read', { ...passed, waited_ms: 3 }, 'with the field "waited_ms"'],
    ['ryw_read', { ...passed, served_by: '' }, 'that is not the name of a node'],
  ])('%s may not be answered so', (request, reply, problem) => {
    expect(replyProblem(request, reply, 'ryw-kv', 'n2')).toContain(problem);
  });

  test('says what was shown, and how a read was served', () => {
    expect(outcomeOf('write', { type: 'write_ok', commit_index: 4 })).toEqual({ type: 'ok', shownIndex: 4 });
    expect(outcomeOf('ryw_read', own)).toEqual({
      type: 'ok',
      value: 1,
      shownIndex: 3,
      service: { servedBy: 'n2', redirected: false, waitedMs: 0.25 },
    });
    expect(outcomeOf('ryw_read', passed)).toEqual({
      type: 'ok',
      value: null,
      shownIndex: 3,
      service: { servedBy: 'n1', redirected: true, waitedMs: null },
    });
    // A read changes nothing, so it fails and is not left open.
    expect(outcomeOf('ryw_read', 'no answer')).toEqual({ type: 'fail', error: 'no answer' });
  });
});

test('an operation and the request that asks for it say the same', () => {
  const all: ClientOperation[] = [
    { f: 'read', key: 1 },
    { f: 'write', key: 'k', value: 2 },
    { f: 'cas', key: 1, from: 2, to: 3, creates: false },
    { f: 'cas', key: 1, from: 2, to: 3, creates: true },
    { f: 'ryw_read', key: 1, preferFollower: true, token: 0 },
    { f: 'ryw_read', key: 1, preferFollower: false },
  ];
  for (const operation of all) expect(operationOf({ ...requestOf(operation), msg_id: 1 })).toEqual(operation);
  expect(() => operationOf({ type: 'init' })).toThrow('type init');
});

describe('what a message looks like', () => {
  const message = { src: 'n1', dest: 'c1', body: { type: 'read_ok', in_reply_to: 1 } };

  test('a message is read as it is', () => {
    expect(readMessage(JSON.stringify(message), 'n1')).toEqual(message);
    expect(readMessage(JSON.stringify({ ...message, id: 7 }), 'n1')).toEqual({ ...message, id: 7 });
  });

  test.each([
    ['', 'not JSON'],
    ['{"src":', 'not JSON'],
    ['[]', 'no message'],
    ['null', 'no message'],
    [JSON.stringify({ ...message, extra: 1 }), 'unknown field "extra"'],
    [JSON.stringify({ ...message, src: 'n2' }), '"src" is not "n1"'],
    [JSON.stringify({ ...message, dest: 3 }), '"dest" is no string'],
    [JSON.stringify({ ...message, body: [] }), '"body" is no object'],
    [JSON.stringify({ ...message, body: {} }), '"type" is no string'],
    [JSON.stringify({ ...message, body: { type: 'x', msg_id: '1' } }), '"msg_id" is no integer'],
    [JSON.stringify({ ...message, body: { type: 'x', in_reply_to: 1.5 } }), '"in_reply_to" is no integer'],
  ])('%s is none', (line, problem) => {
    expect(readMessage(line, 'n1')).toMatchObject({ problem: expect.stringContaining(problem) });
  });

  test('a long line is not repeated in full', () => {
    const read = readMessage('x'.repeat(100_000), 'n1');
    expect('problem' in read && read.problem.length).toBeLessThan(400);
  });
});
