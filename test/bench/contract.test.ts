import { expect, test } from 'vitest';
import { replyProblem } from '../../src/bench/contract.ts';

const problem = (request: string, reply: object): string | undefined =>
  replyProblem(request, { type: `${request}_ok`, ...reply }, 'lww-kv');

test.each([
  ['write', { ts: 1.5 }],
  ['write', { vc: { n1: 1 } }],
  ['kv_read', { key: 'x', value: null, ts: 0 }],
  ['kv_read', { key: 'x', values: [{ value: 1, vc: { a: 1 } }], conflict: false }],
  ['kv_delete', { vc: {} }],
  ['kv_merge', { updated: 0 }],
  ['set_mode', {}],
  ['vv_read', { values: [], conflict: false }],
])('%s may be answered with %j', (request, reply) => {
  expect(problem(request, reply)).toBeUndefined();
});

test.each([
  ['write', {}, 'without the field "ts"'],
  ['write', { ts: 1, vc: {} }, 'with the field "ts", which write_ok does not have'],
  ['write', { ts: '1' }, 'a field "ts" that is not a number from 0 to 8.64e12'],
  ['write', { vc: { n1: 0 } }, 'a field "vc" that is not an object of actors'],
  ['vv_write', { vc: [1] }, 'a field "vc" that is not an object of actors'],
  ['kv_read', { value: 1, ts: 1 }, 'without the field "key"'],
  [
    'vv_read',
    { key: 'x', values: [], conflict: false },
    'with the field "key", which vv_read_ok does not have',
  ],
  ['vv_read', { values: [{ value: 1 }], conflict: false }, 'a field "values" that is not a list of values'],
  ['vv_read', { values: [], conflict: 0 }, 'a field "conflict" that is not true or false'],
  ['set_mode', { mode: 'vv' }, 'with the field "mode", which set_mode_ok does not have'],
])('%s may not be answered with %j', (request, reply, text) => {
  expect(problem(request, reply)).toContain(text);
});
