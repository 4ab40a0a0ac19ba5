import { describe, expect, test } from 'vitest';
import { replyProblem } from '../../src/bench/contract.ts';
import { readMessage } from '../../src/bench/envelope.ts';
import { isServed, outcomeOf } from '../../src/bench/operation.ts';

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
