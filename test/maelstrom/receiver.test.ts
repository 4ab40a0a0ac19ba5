import { describe, expect, it } from 'vitest';
import type { Workload } from '../../machines/operations.ts';
import { encode } from '../../src/maelstrom/codec.ts';
import {
  createReceiver,
  KEY_LIMIT_BYTES,
  LINE_LIMIT_BYTES,
  OPERATION_LIMIT_BYTES,
} from '../../src/maelstrom/receiver.ts';

function start(nodeIds: readonly string[] | null = ['n1', 'n2'], workload: Workload = 'lin-kv') {
  const warnings: string[] = [];
  const receiver = createReceiver((text) => warnings.push(text), workload);
  const receive = (...texts: string[]) =>
    receiver.receive(texts.map((text) => ({ text, bytes: Buffer.byteLength(text) })));
  if (nodeIds !== null) receive(init(nodeIds));
  return { receive, warnings, receiver };
}

const line = (src: string, body: object, dest = 'n1') => JSON.stringify({ src, dest, body });
const init = (nodeIds: readonly string[]) =>
  line('c0', { type: 'init', msg_id: 1, node_id: 'n1', node_ids: nodeIds });
const read = (msgId: number, dest = 'n1') => line('c1', { type: 'read', msg_id: msgId, key: 'x' }, dest);
const vote = (src: string, term: number) => line(src, { type: 'vote.response', term, granted: true });

describe('a batch of lines', () => {
  it('becomes one event of peers, then one of requests, each in order of arrival', () => {
    const events = start().receive(read(2), vote('n2', 1), read(3), vote('n2', 2));
    expect(events).toMatchObject([
      { type: 'peers.received', messages: [{ term: 1 }, { term: 2 }] },
      { type: 'requests.received', dest: 'n1', requests: [{ msgId: 2 }, { msgId: 3 }] },
    ]);
  });

  it('moves nothing across an init', () => {
    const events = start(null).receive(read(2), vote('n2', 1), init(['n1', 'n2']), read(3));
    expect(events.map((event) => event.type)).toEqual([
      'peers.received',
      'requests.received',
      'init.received',
      'requests.received',
    ]);
  });

  it('keeps requests to different nodes apart, since before init each is answered as its dest', () => {
    expect(start(null).receive(read(1), read(2), read(3, 'n7'))).toMatchObject([
      { dest: 'n1', requests: [{ msgId: 1 }, { msgId: 2 }] },
      { dest: 'n7', requests: [{ msgId: 3 }] },
    ]);
  });

  it('passes on nothing for garbage and for answers, and says so', () => {
    const { receive, warnings, receiver } = start();
    expect(receive('garbage', line('c1', { type: 'error', in_reply_to: 1 }))).toEqual([]);
    expect(warnings).toEqual(['passed over a line: not JSON: "garbage"']);
    expect(receiver.strayReplies()).toBe(1);
  });

  it('warns of what cannot be answered for want of a msg_id', () => {
    const { receive, warnings } = start();
    expect(receive(line('c1', { type: 'read' }))).toMatchObject([{ type: 'invalid.received', msgId: null }]);
    expect(warnings[0]).toMatch(/^passed over a message without msg_id from "c1": field "key" is missing/);
  });
});

describe('who is a node', () => {
  it('is anyone before init', () => {
    expect(start(null).receive(vote('n9', 1))).toMatchObject([{ type: 'peers.received' }]);
  });

  it('is whoever speaks as one, and so expects no reply, since members come and go; the others get error 10', () => {
    const { receive } = start();
    const stranger = line('c1', { type: 'campaign.request', term: 9, msg_id: 5 });
    expect(receive(vote('n2', 1), stranger, vote('n1', 9))).toMatchObject([
      { type: 'invalid.received', client: 'c1', msgId: 5, code: 10 },
      // A message that claims to come from this very node.
      { type: 'invalid.received', client: 'n1', msgId: null, code: 10 },
      { type: 'peers.received', messages: [{ from: 'n2' }] },
    ]);
    expect(receive(vote('n9', 1))).toMatchObject([{ type: 'peers.received', messages: [{ from: 'n9' }] }]);
  });

  it('is in the conflict store who was named in the first init, and nobody else', () => {
    const met = (src: string) => line(src, { type: 'gossip.push', epoch: 1 });
    const { receive, warnings } = start(['n1', 'n2'], 'lww-kv');
    receive(line('c0', { type: 'init', msg_id: 2, node_id: 'n1', node_ids: ['n1', 'evil'] }));
    expect(receive(met('evil'))).toMatchObject([{ type: 'invalid.received', code: 10 }]);
    warnings.length = 0;
    expect(receive(met('n2'))).toEqual([]);
    expect(warnings).toEqual(['passed over a malformed gossip.push from "n2"']);
  });

  it('is not this very node under the name of the second init', () => {
    const { receive } = start();
    receive(line('c0', { type: 'init', msg_id: 2, node_id: 'n9', node_ids: ['n9', 'n1'] }));
    expect(receive(vote('n1', 9))).toMatchObject([{ type: 'invalid.received' }]);
  });

  it('warns of a malformed message of a node and never answers it', () => {
    const { receive, warnings } = start();
    expect(receive(line('n2', { type: 'vote.response', msg_id: 3, term: -1, granted: true }))).toEqual([]);
    expect(warnings).toEqual(['passed over a malformed vote.response from "n2"']);
  });
});

describe('a request too long to travel between nodes', () => {
  // 4 bytes that become 21 digits: the line is short enough, what a node would write is not.
  const growing = `{"src":"c1","dest":"n1","body":{"type":"write","msg_id":2,"key":1,"value":[${'1e20,'.repeat(1_000_000)}0]}}`;

  it('is refused in a cluster, by what it takes when written again', () => {
    expect(growing.length).toBeLessThan(OPERATION_LIMIT_BYTES / 2);
    const [event] = start().receive(growing);
    expect(event).toMatchObject({ type: 'invalid.received', msgId: 2, code: 12 });
    expect(event?.type === 'invalid.received' && event.text).toMatch(/^write takes 220000\d\d bytes as JSON/);
  });

  it('is refused by a node on its own, too, to whose cluster others may be added', () => {
    expect(start(['n1']).receive(growing)).toMatchObject([{ type: 'invalid.received', code: 12 }]);
  });

  it('is taken by a node on its own in the conflict store, whose nodes stay the same', () => {
    expect(start(['n1'], 'lww-kv').receive(growing)).toMatchObject([{ type: 'requests.received' }]);
  });

  it('is taken up to the limit exactly, and counted at its full size', () => {
    const write = (length: number) =>
      line('c1', { type: 'write', msg_id: 2, key: 1, value: 'x'.repeat(length) });
    const around = JSON.stringify({ type: 'write', key: 1, value: '' }).length;
    const { receive } = start();
    expect(receive(write(OPERATION_LIMIT_BYTES - around))).toMatchObject([{ type: 'requests.received' }]);
    expect(receive(write(OPERATION_LIMIT_BYTES - around + 1))).toMatchObject([{ code: 12 }]);
  });
});

describe('a key too long to travel in a snapshot', () => {
  const read = (key: string) => line('c1', { type: 'read', msg_id: 2, key });

  it('is refused, naming the field and the limit, and is taken up to the limit exactly', () => {
    const { receive } = start();
    expect(receive(read('k'.repeat(KEY_LIMIT_BYTES - 2)))).toMatchObject([{ type: 'requests.received' }]);
    const [event] = receive(read('k'.repeat(KEY_LIMIT_BYTES - 1)));
    expect(event).toMatchObject({ type: 'invalid.received', msgId: 2, code: 12 });
    expect(event?.type === 'invalid.received' && event.text).toBe(
      'field "key" must be a value of at most 131072 bytes as JSON, not one of 131073 bytes',
    );
  });

  it('leaves room in a line for the worst chunk: the largest operation, and three keys of escapes', () => {
    const spelled = `key/${JSON.stringify('"'.repeat((KEY_LIMIT_BYTES - 2) / 2))}`;
    const around = JSON.stringify({ type: 'write', key: 1, value: '' }).length;
    const value = 'x'.repeat(OPERATION_LIMIT_BYTES - around);
    const names = Array.from({ length: 100 }, (_, i) => `${i}`.padEnd(100, 'n'));
    const body = {
      type: 'snapshot.request',
      term: Number.MAX_SAFE_INTEGER,
      checkpoint: {
        index: Number.MAX_SAFE_INTEGER,
        term: Number.MAX_SAFE_INTEGER,
        membership: { voters: names, outgoing: names, learners: names },
      },
      after: spelled,
      items: [[spelled, value]],
      next: spelled,
      round: Number.MAX_SAFE_INTEGER,
    };
    expect(encode('n1', 'n2', body).length).toBeLessThan(LINE_LIMIT_BYTES);
  });
});
