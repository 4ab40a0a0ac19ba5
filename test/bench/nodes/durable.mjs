// A node for the bench's own tests of kill -9: a store that lives on n1, to which the others pass everything on, and
// that n1 writes into a file (`--data FILE`) before it answers. `--fault NAME` makes it wrong in one way.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const option = (name) => process.argv[process.argv.indexOf(name) + 1];
const is = (name) => process.argv.includes('--fault') && option('--fault') === name;
const file = process.argv.includes('--data') ? option('--data') : null;
const isReborn = file !== null && existsSync(file);

const store = new Map();
const passedOn = new Map();
let me = '?';
let nodes = [];
let replies = 0;
let requests = 0;

const send = (dest, body) => process.stdout.write(`${JSON.stringify({ src: me, dest, body })}\n`);
const reply = (client, inReplyTo, body) =>
  send(client, { ...body, in_reply_to: inReplyTo, msg_id: replies++ });

function keep(key, value) {
  store.set(key, value);
  if (file !== null) appendFileSync(file, `${JSON.stringify([key, value])}\n`);
}

function remember() {
  if (file === null) return;
  appendFileSync(file, '');
  if (is('forgets')) return;
  for (const line of readFileSync(file, 'utf8').split('\n')) if (line !== '') store.set(...JSON.parse(line));
}

function perform({ type, key, value, from, to }) {
  if (type === 'read') return { type: 'read_ok', value: store.get(key) ?? null };
  if (type === 'write') {
    keep(key, value);
    return { type: 'write_ok' };
  }
  if (!store.has(key)) return { type: 'error', code: 20, text: 'no such key' };
  if (store.get(key) !== from) return { type: 'error', code: 22, text: 'another value' };
  keep(key, to);
  return { type: 'cas_ok' };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { src, body } = JSON.parse(line);
  switch (body.type) {
    case 'init':
      if (isReborn && is('stays-away')) {
        process.stderr.write('cannot read my log\n');
        process.exit(4);
      }
      me = body.node_id;
      nodes = body.node_ids;
      remember();
      return reply(src, body.msg_id, { type: 'init_ok' });
    case 'pass':
      return send(src, { type: 'passed', number: body.number, answer: perform(body.request) });
    case 'passed': {
      const waiting = passedOn.get(body.number);
      passedOn.delete(body.number);
      return waiting && reply(waiting.client, waiting.msgId, body.answer);
    }
    case 'append.request':
      return;
    default:
      if (me === 'n1') return reply(src, body.msg_id, perform(body));
      requests += 1;
      passedOn.set(`${process.pid} ${requests}`, { client: src, msgId: body.msg_id });
      send('n1', { type: 'pass', number: `${process.pid} ${requests}`, request: body });
  }
});

// Whom the bench takes for the leader, and so kills first.
setInterval(() => {
  if (me === 'n1') for (const node of nodes) if (node !== me) send(node, { type: 'append.request', term: 1 });
}, 20).unref();
