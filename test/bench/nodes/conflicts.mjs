// A conflict store for the bench's own tests: every write is an actor of its own, and every node sends all that it
// has to all others, over and over. With `--data FILE` it writes down what it has before it answers. `--fault NAME`
// makes it wrong in one way.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const after = (name) => process.argv[process.argv.indexOf(name) + 1];
const is = (name) => process.argv.includes('--fault') && after('--fault') === name;
const option = (name) => process.argv.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);
const mode = option('--mode') ?? 'lww';
const offsetMs = Number(option('--clock-offset-ms') ?? 0);
const file = process.argv.includes('--data') ? after('--data') : null;

/** key -> { entry: { ts, value } | null, versions: Map(actor -> { value, vc } | 'dead') } */
const keys = new Map();
let me = '?';
let peers = [];
let replies = 0;
let writes = 0;
let lastTs = 0;

const send = (dest, body) => process.stdout.write(`${JSON.stringify({ src: me, dest, body })}\n`);
const cell = (key) => {
  if (!keys.has(key)) keys.set(key, { entry: null, versions: new Map() });
  return keys.get(key);
};

/** The last line of a key is what it was. */
function keep(key) {
  if (file === null) return;
  const { entry, versions } = cell(key);
  appendFileSync(file, `${JSON.stringify([key, entry, [...versions]])}\n`);
}

function remember() {
  if (file === null || !existsSync(file) || is('forgets')) return;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const [key, entry, versions] = JSON.parse(line);
    keys.set(key, { entry, versions: new Map(versions) });
    lastTs = Math.max(lastTs, entry?.ts ?? 0);
  }
}

function stamp(value) {
  lastTs = Math.max((Date.now() + offsetMs) / 1000, lastTs + 1e-6);
  return { ts: lastTs, value };
}

/** Later, or at the same time and spelled later. */
const isStronger = (a, b) =>
  a.ts === b.ts ? JSON.stringify(a.value) > JSON.stringify(b.value) : a.ts > b.ts;

function mergeEntry(here, entry) {
  const wins = is('oldest') ? (a, b) => isStronger(b, a) : isStronger;
  if (entry !== null && (here.entry === null || wins(entry, here.entry))) here.entry = entry;
}

function write(key, value, context) {
  const here = cell(key);
  if (mode === 'lww') {
    const entry = stamp(value);
    mergeEntry(here, entry);
    keep(key);
    return { ts: entry.ts };
  }
  writes += 1;
  const actor = `${me}-${process.pid}-${writes}`;
  const vc = { ...context, [actor]: 1 };
  for (const covered of Object.keys(is('overwrite') ? Object.fromEntries(here.versions) : context))
    here.versions.set(covered, 'dead');
  here.versions.set(actor, value === null ? 'dead' : { value, vc });
  keep(key);
  return { vc };
}

function read(key) {
  const { entry, versions } = cell(key);
  if (mode === 'lww') {
    if (entry === null || entry.value === null) return { type: 'error', code: 20, text: 'Key not found' };
    return { type: 'kv_read_ok', key, value: entry.value, ts: entry.ts };
  }
  const values = [...versions]
    .filter(([, version]) => version !== 'dead')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, version]) => version);
  return { values, conflict: values.length > 1 };
}

function answer({ type, key, value, context = {} }) {
  const verb = type.replace(/^(kv|vv)_/, '');
  const ok = { type: `${type}_ok` };
  if (verb === 'write') return { ...ok, ...write(key, value, context) };
  if (verb === 'delete') return { ...ok, ...write(key, null, context) };
  return { ...ok, ...(type === 'kv_read' && mode === 'vv' ? { key } : {}), ...read(key) };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { src, body } = JSON.parse(line);
  if (body.type === 'init') {
    me = body.node_id;
    peers = body.node_ids.filter((name) => name !== me);
    remember();
    send(src, { type: 'init_ok', in_reply_to: body.msg_id, msg_id: replies++ });
  } else if (body.type === 'all') {
    for (const [key, entry, versions] of body.keys) {
      const here = cell(key);
      mergeEntry(here, entry);
      for (const [actor, version] of versions)
        if (version === 'dead' || !here.versions.has(actor)) here.versions.set(actor, version);
      keep(key);
    }
  } else {
    send(src, { ...answer(body), in_reply_to: body.msg_id, msg_id: replies++ });
  }
});

setInterval(() => {
  if (is('local')) return;
  const all = [...keys].map(([key, { entry, versions }]) => [key, entry, [...versions]]);
  for (const peer of peers) send(peer, { type: 'all', keys: all });
}, 20).unref();
