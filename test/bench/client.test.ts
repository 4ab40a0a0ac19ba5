import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Client } from '../../src/bench/client.ts';
import type { ClientInbox } from '../../src/bench/network.ts';

let sent: { dest: string; line: string }[] = [];
let violations: string[] = [];
let client: Client;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  violations = [];
  const network = {
    attachClient: (_id: string, _inbox: ClientInbox) => {},
    request: (dest: string, line: string) => {
      sent.push({ dest, line });
    },
  };
  client = new Client('c7', network, 1000, (node, problem) => violations.push(`${node} ${problem}`));
});
afterEach(() => {
  vi.useRealTimers();
});

test('a request is a message with a number of its own, and its reply settles it', async () => {
  const reply = client.call('n2', { type: 'read', key: 'a' });
  expect(sent).toEqual([{ dest: 'n2', line: expect.any(String) }]);
  expect(JSON.parse(sent[0]?.line ?? '')).toEqual({
    src: 'c7',
    dest: 'n2',
    body: { type: 'read', key: 'a', msg_id: 1 },
  });
  const body = { type: 'read_ok', value: 3, in_reply_to: 1, msg_id: 9 };
  client.receive('n2', body);
  expect(await reply).toEqual(body);
  void client.call('n2', { type: 'read', key: 'a' });
  expect(JSON.parse(sent[1]?.line ?? '').body.msg_id).toBe(2);
  expect(violations).toEqual([]);
});

test('patience lasts a full second from each request on', async () => {
  const first = client.call('n1', { type: 'write', key: 1, value: 1 });
  vi.advanceTimersByTime(900);
  client.receive('n1', { type: 'write_ok', in_reply_to: 1 });
  await first;
  let second: unknown;
  void client.call('n1', { type: 'write', key: 1, value: 1 }).then((reply) => {
    second = reply;
  });
  await vi.advanceTimersByTimeAsync(990);
  expect(second).toBeUndefined();
  await vi.advanceTimersByTimeAsync(20);
  expect(second).toBe('no answer');
});

test('a late reply is no violation, a second one is', async () => {
  const reply = client.call('n1', { type: 'write', key: 1, value: 1 });
  vi.advanceTimersByTime(1001);
  expect(await reply).toBe('no answer');
  client.receive('n1', { type: 'write_ok', in_reply_to: 1 });
  expect(violations).toEqual([]);
  client.receive('n1', { type: 'write_ok', in_reply_to: 1 });
  expect(violations).toEqual([expect.stringContaining('n1 answered what nobody asked, or twice')]);
});

test('a reply of another node, or to another request, is a violation and settles nothing', async () => {
  let settled = false;
  void client.call('n1', { type: 'write', key: 1, value: 1 }).then(() => {
    settled = true;
  });
  client.receive('n2', { type: 'write_ok', in_reply_to: 1 });
  client.receive('n1', { type: 'write_ok', in_reply_to: 2 });
  client.receive('n1', { type: 'write_ok' });
  await Promise.resolve();
  expect(violations.length).toBe(3);
  expect(settled).toBe(false);
});

test('a reply that Maelstrom would reject settles the request without being believed', async () => {
  const reply = client.call('n1', { type: 'write', key: 1, value: 1 });
  client.receive('n1', { type: 'write_ok', in_reply_to: 1, ts: 5 });
  expect(await reply).toBe('malformed reply');
  expect(violations).toEqual([expect.stringContaining('with the field "ts"')]);
});

test('one thing at a time', () => {
  void client.call('n1', { type: 'read', key: 1 });
  expect(() => client.call('n1', { type: 'read', key: 1 })).toThrow('one thing at a time');
});
