import { expect, it } from 'vitest';
import { membershipOf } from '../../machines/raft/membership.ts';
import { Node } from '../../src/actors/node.ts';
import type { Disk } from '../../src/actors/ports.ts';
import { createReceiver } from '../../src/maelstrom/receiver.ts';
import { DEFAULT_STORE } from '../../src/sim/host.ts';
import { damaged } from '../../src/storage/storage-error.ts';

/**
 * Found by the simulator (seed 6, checkpoints after 5 entries, flipped bits). A node whose checkpoint was damaged found
 * out while it read its state, before its raft cell had been started, and took no part, as it should. But whoever reads
 * lines for it asks first whether it is alone, which its log says; the question ended the process with "the cell raft
 * has not been started" instead of what was wrong with the disk.
 *
 * Cause: a node became able to fail before it had begun, and `isAlone` was not told.
 */
it('a node that cannot read its checkpoint answers that it takes no part, and why', () => {
  const disk: Disk = {
    write: () => {},
    sync: (done) => done(null),
    checkpoint: () => {},
    openSnapshot: () => {
      throw damaged('state item "key/1"');
    },
  };
  const base = { index: 7, term: 2 };
  const checkpoint = { ...base, membership: membershipOf(['n1']) };
  const said: string[] = [];
  const node = new Node(
    {
      nowMs: () => 0,
      wallMs: () => 0,
      timers: { set: () => {}, clear: () => {} },
      disk,
      wire: { send: (_src, _dest, body) => said.push(JSON.stringify(body)) },
    },
    {
      seed: 1,
      workload: 'lin-kv',
      rywWaitMs: 100,
      incarnation: 1,
      restored: { term: 2, votedFor: null, base, entries: [], checkpoint, incoming: null },
      store: { ...DEFAULT_STORE, life: 'a' },
      onExit: () => {},
    },
  );
  const receiver = createReceiver(() => {}, 'lin-kv');
  for (const body of [
    { type: 'init', msg_id: 1, node_id: 'n1', node_ids: ['n1'] },
    { type: 'read', msg_id: 2, key: 1 },
  ]) {
    const text = JSON.stringify({ src: 'c1', dest: 'n1', body });
    for (const event of receiver.receive([{ text, bytes: text.length }])) node.receive(event);
    node.endTurn();
    expect(node.isAlone).toBe(false);
  }
  expect(said.at(-1)).toMatch(/"code":11.*state item .*in_reply_to":2/);
});
