import { describe, expect, it } from 'vitest';
import { type Decoded, decode } from '../../src/maelstrom/codec.ts';

const read = (body: string): Decoded => {
  const text = `{"src":"c1","dest":"n1","body":${body}}`;
  return decode(text, Buffer.byteLength(text), 'lww-kv');
};
const operation = (body: string): unknown => {
  const decoded = read(body);
  if (decoded.kind !== 'request') throw new Error(JSON.stringify(decoded));
  return decoded.request.op;
};
const refusal = (body: string): unknown => {
  const decoded = read(body);
  return decoded.kind === 'invalid' ? [decoded.code, decoded.text] : decoded;
};

describe('requests of the conflict store', () => {
  it.each([
    ['{"type":"write","key":"x","value":1}', { type: 'kv_write', key: 'x', value: 1, context: [] }],
    [
      '{"type":"write","key":"x","value":1,"context":{"n1":2}}',
      { type: 'kv_write', key: 'x', value: 1, context: [['n1', 2]] },
    ],
    ['{"type":"kv_read","key":null}', { type: 'kv_read', key: null }],
    ['{"type":"kv_delete","key":{"b":1,"a":2}}', { type: 'kv_delete', key: { b: 1, a: 2 }, context: [] }],
    ['{"type":"set_mode","mode":"vv"}', { type: 'set_mode', mode: 'vv' }],
    [
      '{"type":"vv_write","key":"","value":null,"context":{"c1":1,"c2":9007199254740990}}',
      {
        type: 'vv_write',
        key: '',
        value: null,
        context: [
          ['c1', 1],
          ['c2', 9007199254740990],
        ],
      },
    ],
    ['{"type":"vv_read","key":"\\ud800"}', { type: 'vv_read', key: '\ud800' }],
    ['{"type":"vv_delete","key":1,"context":{}}', { type: 'vv_delete', key: 1, context: [] }],
    ['{"type":"kv_merge","entries":{}}', { type: 'kv_merge', entries: [] }],
    [
      '{"type":"kv_merge","entries":{"x":{"value":"a","ts":0},"y":{"value":null,"ts":8.64e12,"origin":"n9"}}}',
      {
        type: 'kv_merge',
        entries: [
          ['x', { ts: 0, deleted: false, value: 'a' }],
          ['y', { ts: 8.64e12, deleted: false, value: null }],
        ],
      },
    ],
  ])('%s', (body, op) => {
    expect(operation(body)).toEqual(op);
  });

  it('keeps of a deleted entry that it is deleted, and not what came with it', () => {
    expect(operation('{"type":"kv_merge","entries":{"x":{"value":[1],"ts":-0,"deleted":true}}}')).toEqual({
      type: 'kv_merge',
      entries: [['x', { ts: 0, deleted: true, value: null }]],
    });
  });

  it('takes names as names, also those that JavaScript has for itself', () => {
    expect(
      operation('{"type":"vv_write","key":1,"value":1,"context":{"__proto__":1,"constructor":2}}'),
    ).toEqual({
      type: 'vv_write',
      key: 1,
      value: 1,
      context: [
        ['__proto__', 1],
        ['constructor', 2],
      ],
    });
    const entries = '{"__proto__":{"value":1,"ts":1},"":{"value":2,"ts":1},"\\udfff":{"value":3,"ts":1}}';
    expect(operation(`{"type":"kv_merge","entries":${entries}}`)).toMatchObject({
      entries: [
        ['__proto__', { value: 1 }],
        ['', { value: 2 }],
        ['\udfff', { value: 3 }],
      ],
    });
  });

  it('are not those of the log, nor the other way round', () => {
    const known = 'init, echo, write, kv_read, kv_delete, kv_merge, set_mode, vv_write, vv_read, vv_delete';
    for (const type of ['read', 'cas', 'ryw_read']) {
      const text = `unknown type "${type}": with --workload lww-kv this node knows ${known}`;
      expect(refusal(`{"type":"${type}","key":1}`)).toEqual([10, text]);
    }
    const text = '{"src":"c1","dest":"n1","body":{"type":"vv_read","key":1}}';
    expect(decode(text, text.length, 'ryw-kv')).toMatchObject({
      kind: 'invalid',
      code: 10,
      text: 'unknown type "vv_read": with --workload ryw-kv this node knows init, echo, read, write, cas, ryw_read, members, change_members, transfer_leadership',
    });
  });
});

const JSON_RULE = 'any JSON value of at most 512 levels and finite numbers';
const COUNT = 'an integer from 1 to 9007199254740990';
const CONTEXT = `an object of actors, each with ${COUNT}`;
const TS = 'a finite number from 0 to 8640000000000, in seconds';
const ENTRIES = 'an object of keys, each with an entry {value, ts, deleted?, origin?}';

describe('what is wrong with them', () => {
  it.each([
    ['{"type":"kv_read"}', `field "key" is missing: it must be ${JSON_RULE}`],
    ['{"type":"write","key":1}', `field "value" is missing: it must be ${JSON_RULE}`],
    ['{"type":"vv_write","value":1}', `field "key" is missing: it must be ${JSON_RULE}`],
    ['{"type":"set_mode"}', 'field "mode" is missing: it must be lww or vv'],
    ['{"type":"set_mode","mode":"VV"}', 'field "mode" must be lww or vv, not "VV"'],
    ['{"type":"set_mode","mode":null}', 'field "mode" must be lww or vv, not null'],
    ['{"type":"kv_merge"}', `field "entries" is missing: it must be ${ENTRIES}`],
    ['{"type":"kv_merge","entries":[]}', `field "entries" must be ${ENTRIES}, not an empty array`],
    ['{"type":"kv_merge","entries":null}', `field "entries" must be ${ENTRIES}, not null`],
  ])('%s', (body, text) => {
    expect(refusal(body)).toEqual([12, text]);
  });

  it.each(['write', 'kv_delete', 'vv_write', 'vv_delete'])('%s with a context that is none', (type) => {
    const asked = (context: string) => refusal(`{"type":"${type}","key":1,"value":1,"context":${context}}`);
    expect(asked('null')).toEqual([12, `field "context" must be ${CONTEXT}, not null`]);
    expect(asked('[1]')).toEqual([12, `field "context" must be ${CONTEXT}, not an array of 1`]);
    expect(asked('"n1"')).toEqual([12, `field "context" must be ${CONTEXT}, not "n1"`]);
    const faults = [
      ['0', '0'],
      ['-1', '-1'],
      ['1.5', '1.5'],
      ['1e-400', '0'],
      ['"1"', '"1"'],
      ['null', 'null'],
      ['true', 'true'],
      ['{}', 'an object'],
      ['1e400', 'a number beyond 1.8e308'],
      ['9007199254740991', '9007199254740991'],
      ['9007199254740993', '9007199254740992'],
    ];
    for (const [count, found] of faults) {
      const text = `field "context["__proto__"]" must be ${COUNT}, not ${found}`;
      expect(asked(`{"n1":1,"__proto__":${count},"n2":2}`)).toEqual([12, text]);
    }
  });

  it.each([
    ['7', 'field "entries["bad"]" must be an object with value and ts, not 7'],
    ['[]', 'field "entries["bad"]" must be an object with value and ts, not an empty array'],
    ['{"value":1}', `field "entries["bad"]["ts"]" is missing: it must be ${TS}`],
    ['{"ts":1}', `field "entries["bad"]["value"]" is missing: it must be ${JSON_RULE}`],
    ['{"ts":1,"deleted":true}', `field "entries["bad"]["value"]" is missing: it must be ${JSON_RULE}`],
    ['{"value":1,"ts":"5"}', `field "entries["bad"]["ts"]" must be ${TS}, not "5"`],
    ['{"value":1,"ts":null}', `field "entries["bad"]["ts"]" must be ${TS}, not null`],
    ['{"value":1,"ts":1e400}', `field "entries["bad"]["ts"]" must be ${TS}, not a number beyond 1.8e308`],
    ['{"value":1,"ts":-1}', `field "entries["bad"]["ts"]" must be ${TS}, not -1`],
    ['{"value":1,"ts":8640000000001}', `field "entries["bad"]["ts"]" must be ${TS}, not 8640000000001`],
    ['{"value":1,"ts":1,"deleted":1}', 'field "entries["bad"]["deleted"]" must be true or false, not 1'],
    [
      '{"value":1,"ts":1,"deleted":null}',
      'field "entries["bad"]["deleted"]" must be true or false, not null',
    ],
    ['{"value":1,"ts":1,"origin":5}', 'field "entries["bad"]["origin"]" must be a string, not 5'],
    [
      '{"value":[1e999],"ts":1}',
      `field "entries["bad"]["value"]" must be ${JSON_RULE}, not a number beyond 1.8e308`,
    ],
  ])('kv_merge refuses all for one entry %s', (entry, text) => {
    expect(refusal(`{"type":"kv_merge","entries":{"good":{"value":1,"ts":1},"bad":${entry}}}`)).toEqual([
      12,
      text,
    ]);
  });

  it('a value that a double cannot hold is refused, and a timestamp with more digits than it has is not', () => {
    const merge = (ts: string, value: string) =>
      read(`{"type":"kv_merge","entries":{"x":{"ts":${ts},"value":${value}}}}`);
    expect(merge('1704067200.12345678901234', '1').kind).toBe('request');
    expect(merge('1', '[9007199254740993]')).toMatchObject({
      kind: 'invalid',
      text: expect.stringMatching(
        /^field "entries" must hold numbers that a double can hold, not 9007199254740993/,
      ),
    });
  });
});
