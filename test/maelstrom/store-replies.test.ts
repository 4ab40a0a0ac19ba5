import { expect, test } from 'vitest';
import type { MaelstromEffect } from '../../machines/maelstrom/events.ts';
import { answerReplies } from '../../machines/maelstrom/replies.ts';
import type { StoreOutcome, VectorPairs } from '../../machines/store/operations.ts';

/** The line of a reply, without its numbers. */
function line(outcome: StoreOutcome): string {
  const [effect] = answerReplies('n1', [{ client: 'c1', msgId: 1, outcome, index: null }], 0, false);
  const {
    in_reply_to: _in,
    msg_id: _id,
    ...body
  } = (effect as Extract<MaelstromEffect, { type: 'reply' }>).body;
  return JSON.stringify(body);
}

const vc: VectorPairs = [
  ['__proto__', 1],
  ['c1', 2],
];
const VC = '{"__proto__":1,"c1":2}';

test.each<[StoreOutcome, string]>([
  [{ type: 'stamped', reply: 'write_ok', ts: 1.5 }, '{"type":"write_ok","ts":1.5}'],
  [{ type: 'stamped', reply: 'kv_delete_ok', ts: 0 }, '{"type":"kv_delete_ok","ts":0}'],
  [{ type: 'versioned', reply: 'vv_write_ok', vc }, `{"type":"vv_write_ok","vc":${VC}}`],
  [{ type: 'versioned', reply: 'write_ok', vc: [] }, '{"type":"write_ok","vc":{}}'],
  [
    { type: 'entry', key: { a: 1 }, value: null, ts: 2 },
    '{"type":"kv_read_ok","key":{"a":1},"value":null,"ts":2}',
  ],
  [
    { type: 'siblings', reply: 'vv_read_ok', key: 'x', values: [] },
    '{"type":"vv_read_ok","values":[],"conflict":false}',
  ],
  [
    { type: 'siblings', reply: 'kv_read_ok', key: 'x', values: [{ value: 1, vc }] },
    `{"type":"kv_read_ok","key":"x","values":[{"value":1,"vc":${VC}}],"conflict":false}`,
  ],
  [
    {
      type: 'siblings',
      reply: 'vv_read_ok',
      key: 'x',
      values: [
        { value: 1, vc },
        { value: 1, vc: [['c3', 1]] },
      ],
    },
    `{"type":"vv_read_ok","values":[{"value":1,"vc":${VC}},{"value":1,"vc":{"c3":1}}],"conflict":true}`,
  ],
  [{ type: 'merged', updated: 3 }, '{"type":"kv_merge_ok","updated":3}'],
  [{ type: 'mode.set' }, '{"type":"set_mode_ok"}'],
])('%j is told in exactly the fields of the contract', (outcome, text) => {
  expect(line(outcome)).toBe(text);
});
