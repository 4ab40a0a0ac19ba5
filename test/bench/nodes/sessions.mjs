// A node for the bench's own tests of ryw-kv: n1 keeps the log and all the others follow it, a little late. Keeps
// every session guarantee. `--fault NAME` makes it wrong in one way.
import { createInterface } from 'node:readline';

const FOLLOW_AFTER_MS = 30;
const PATIENCE_MS = 15;

const fault = process.argv[process.argv.indexOf('--fault') + 1];
const is = (name) => process.argv.includes('--fault') && fault === name;

const store = new Map();
/** The index of the log that this node has applied; on n1 the log itself. */
let index = 0;
const waiting = new Set();
const passedOn = new Map();
let me = '?';
let nodes = [];
let replies = 0;
let requests = 0;

const send = (dest, body) => process.stdout.write(`${JSON.stringify({ src: me, dest, body })}\n`);
const reply = (client, inReplyTo, body) =>
  send(client, { ...body, in_reply_to: inReplyTo, msg_id: replies++ });

function append(key, value) {
  index += 1;
  store.set(key, value);
  for (const node of nodes) if (node !== me) send(node, { type: 'entry', index, key, value });
  return index;
}

/** What n1 says to a request. */
function perform({ type, key, value, from, to, last_write_index: token = 0 }) {
  const read = { value: store.get(key) ?? null, commit_index: index };
  if (type === 'read') return { type: 'read_ok', ...read };
  if (type === 'ryw_read') {
    if (token > index) return { type: 'error', code: 11, text: 'from the future' };
    return { type: 'ryw_read_ok', ...read, served_by: 'n1', reason: 'follower_behind_redirected_to_leader' };
  }
  if (type === 'write') return { type: 'write_ok', commit_index: append(key, value) };
  if (!store.has(key)) return { type: 'error', code: 20, text: 'no such key' };
  if (store.get(key) !== from) return { type: 'error', code: 22, text: 'another value' };
  return { type: 'cas_ok', commit_index: append(key, to) };
}

function own(key, waitedMs) {
  const claimed = is('boasting') && me === 'n2' ? index + 1 : index;
  const value = store.get(key) ?? null;
  return { type: 'ryw_read_ok', value, served_by: me, follower_applied_index: claimed, waited_ms: waitedMs };
}

function passOn(client, body) {
  requests += 1;
  passedOn.set(requests, { client, msgId: body.msg_id });
  send('n1', { type: 'pass', number: requests, request: body });
}

function rywRead(client, body) {
  const { key, last_write_index: token = 0, msg_id: msgId } = body;
  if (is('bare')) return reply(client, msgId, { type: 'ryw_read_ok', value: null });
  if (me === 'n1' || index >= token || is('stale')) return reply(client, msgId, own(key, 0));
  const sinceMs = performance.now();
  const reader = { token, serve: () => reply(client, msgId, own(key, performance.now() - sinceMs)) };
  reader.timer = setTimeout(() => {
    waiting.delete(reader);
    passOn(client, body);
  }, PATIENCE_MS);
  waiting.add(reader);
}

function follow(entry) {
  index = entry.index;
  store.set(entry.key, entry.value);
  for (const reader of waiting) {
    if (reader.token > index) continue;
    clearTimeout(reader.timer);
    waiting.delete(reader);
    reader.serve();
  }
}

function receive({ src, body }) {
  switch (body.type) {
    case 'init':
      me = body.node_id;
      nodes = body.node_ids;
      return reply(src, body.msg_id, { type: 'init_ok' });
    case 'entry':
      return setTimeout(() => follow(body), FOLLOW_AFTER_MS);
    case 'pass':
      return send(src, { type: 'passed', number: body.number, answer: perform(body.request) });
    case 'passed': {
      const { client, msgId } = passedOn.get(body.number);
      passedOn.delete(body.number);
      return reply(client, msgId, body.answer);
    }
    case 'ryw_read':
      return rywRead(src, body);
    default:
      return me === 'n1' ? reply(src, body.msg_id, perform(body)) : passOn(src, body);
  }
}

// Whom the bench takes for the leader.
setInterval(() => {
  if (me === 'n1') for (const node of nodes) if (node !== me) send(node, { type: 'append.request', term: 1 });
}, 50).unref();

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  if (message.body.type !== 'append.request') receive(message);
});
