// A node for the bench's own tests: a store that lives on n1 alone, to which the others pass everything on.
// Linearizable, and without n1 not available. `--fault NAME` makes it wrong in one way.
import { createInterface } from 'node:readline';

const fault = process.argv[process.argv.indexOf('--fault') + 1];
const is = (name) => process.argv.includes('--fault') && fault === name;

const store = new Map();
/** Requests that were passed on, until n1 answers: [client, its msg_id]. */
const passedOn = new Map();
let me = '?';
let nodes = [];
let replies = 0;
let requests = 0;
let sulking = false;

const print = (line) => process.stdout.write(`${line}\n`);
const send = (dest, body) => print(JSON.stringify({ src: me, dest, body }));
const reply = (client, inReplyTo, body) =>
  send(client, { ...body, in_reply_to: inReplyTo, msg_id: replies++ });

function perform({ type, key, value, from, to, create_if_not_exists: creates, echo }) {
  if (type === 'echo') return { type: 'echo_ok', echo };
  if (type === 'read') return { type: 'read_ok', value: store.get(key) ?? null };
  if (type === 'write') {
    store.set(key, value);
    return { type: 'write_ok' };
  }
  if (type !== 'cas') return { type: 'error', code: 10, text: `unknown type ${type}` };
  if (!store.has(key) && !creates) return { type: 'error', code: 20, text: 'no such key' };
  if (store.has(key) && store.get(key) !== from) return { type: 'error', code: 22, text: 'another value' };
  store.set(key, to);
  return { type: 'cas_ok' };
}

function passOn(client, body) {
  const number = requests;
  const timer = setTimeout(() => {
    passedOn.delete(number);
    sulking = is('sulk');
    const code = body.type === 'read' ? 11 : 0;
    reply(client, body.msg_id, { type: 'error', code, text: 'n1 does not answer' });
  }, 200);
  passedOn.set(number, { client, msgId: body.msg_id, timer });
  send('n1', { type: 'pass', number, request: body });
}

function request(client, body) {
  requests += 1;
  if (sulking) return;
  if (is('crash') && me === 'n2' && requests === 5) {
    process.stderr.write('the test wants it so\n');
    process.exit(3);
  }
  if (is('garbage') && requests === 5) print('Hello!');
  if (is('nobody') && requests === 5) send('c999', { type: 'read_ok', value: 1, in_reply_to: 1 });
  if (is('impostor') && requests === 5) print(JSON.stringify({ src: 'n0', dest: 'n1', body: { type: 'x' } }));
  if (is('silent') && body.type === 'write') return;
  if (is('refusing')) return reply(client, body.msg_id, { type: 'error', code: 11, text: 'not now' });
  if (is('extra') && body.type === 'read')
    return reply(client, body.msg_id, { ...perform(body), commit_index: 1 });
  if (is('mistyped') && body.type === 'write') return reply(client, body.msg_id, { type: 'ok' });
  if (me !== 'n1' && !is('local') && body.type !== 'echo') return passOn(client, body);
  const answer = perform(body);
  reply(client, body.msg_id, answer);
  if (is('twice') && requests === 5) reply(client, body.msg_id, answer);
}

function receive({ src, body }) {
  if (body.type === 'init') {
    if (is('deaf') && body.node_id === 'n2') return process.stderr.write('not listening\n');
    me = body.node_id;
    nodes = body.node_ids;
    return reply(src, body.msg_id, { type: 'init_ok' });
  }
  if (body.type === 'pass')
    return send(src, { type: 'passed', number: body.number, answer: perform(body.request) });
  if (body.type === 'passed') {
    const waiting = passedOn.get(body.number);
    if (waiting === undefined) return;
    passedOn.delete(body.number);
    clearTimeout(waiting.timer);
    return reply(waiting.client, waiting.msgId, body.answer);
  }
  request(src, body);
}

// One who claims to lead, for those who watch the traffic.
if (is('leader'))
  setInterval(() => {
    if (me === 'n3')
      for (const node of nodes) if (node !== me) send(node, { type: 'append.request', term: 7 });
  }, 50).unref();

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  if (message.body.type !== 'append.request') receive(message);
});
