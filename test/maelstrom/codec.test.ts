import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../machines/json.ts';
import type { PeerMessage } from '../../machines/raft/events.ts';
import { type Decoded, decode, encode, unknownToClients } from '../../src/maelstrom/codec.ts';

const read = (text: string): Decoded => decode(text, Buffer.byteLength(text));
const fromClient = (body: unknown): Decoded => read(JSON.stringify({ src: 'c1', dest: 'n1', body }));
/** A request whose body is given as text, for what JSON.stringify would not write. */
const fromText = (body: string): Decoded => read(`{"src":"c1","dest":"n1","body":${body}}`);
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('requests of clients', () => {
  it('reads each operation', () => {
    expect(fromClient({ type: 'read', msg_id: 3, key: 'x' })).toEqual({
      kind: 'request',
      src: 'c1',
      dest: 'n1',
      request: { client: 'c1', msgId: 3, op: { type: 'read', key: 'x' }, bytes: 68 },
    });
    expect(fromClient({ type: 'write', msg_id: 0, key: null, value: false, extra: 1 })).toMatchObject({
      request: { msgId: 0, op: { type: 'write', key: null, value: false } },
    });
    expect(fromClient({ type: 'cas', key: [1], from: { a: 1 }, to: null })).toMatchObject({
      request: {
        msgId: null,
        op: { type: 'cas', key: [1], from: { a: 1 }, to: null, createIfNotExists: false },
      },
    });
    expect(
      fromClient({ type: 'cas', msg_id: 1, key: 1, from: 2, to: 3, create_if_not_exists: true }),
    ).toMatchObject({ request: { op: { createIfNotExists: true } } });
    expect(fromClient({ type: 'echo', msg_id: 1, echo: null })).toEqual({
      kind: 'echo',
      src: 'c1',
      dest: 'n1',
      msgId: 1,
      echo: null,
    });
  });

  it('counts the bytes of the line, not its characters', () => {
    const text = '{"src":"c1","dest":"n1","body":{"type":"read","key":"żółć"}}';
    expect(read(text)).toMatchObject({ request: { bytes: text.length + 4 } });
  });

  it('keeps any JSON value as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'large' }), fc.jsonValue(), (key, value) => {
        const decoded = fromClient({ type: 'write', msg_id: 1, key, value });
        if (decoded.kind !== 'request' || decoded.request.op.type !== 'write') throw new Error(decoded.kind);
        expect(JSON.stringify(decoded.request.op.key)).toBe(JSON.stringify(key));
        expect(JSON.stringify(decoded.request.op.value)).toBe(JSON.stringify(value));
      }),
    );
  });

  it.each([
    '{"__proto__":{"a":1},"constructor":2}',
    '"__proto__"',
    '"\\ud800 lone, \\udfff lone"',
    '"\\u0000\\u2028\\u001f"',
    '[1e300,-0.5,[],{}]',
  ])('brings %s through decoding and encoding', (value) => {
    const decoded = fromText(`{"type":"write","msg_id":1,"key":${value},"value":${value}}`);
    if (decoded.kind !== 'request' || decoded.request.op.type !== 'write') throw new Error(decoded.kind);
    const { key, value: kept } = decoded.request.op;
    const line = encode('n1', 'c1', { type: 'read_ok', key, value: kept });
    const bytes = Buffer.from(line).toString();
    expect(JSON.parse(bytes).body).toEqual({
      type: 'read_ok',
      key: JSON.parse(value),
      value: JSON.parse(value),
    });
    expect(JSON.stringify(JSON.parse(bytes).body.value)).toBe(JSON.stringify(JSON.parse(value)));
  });
});

describe('what is wrong with a request, field by field', () => {
  const json = 'any JSON value of at most 512 levels and finite numbers';
  const id = 'an integer from 0 to 9007199254740991';
  const name = 'a string of 1 to 1024 characters';
  const names = 'a list of distinct node names, the node_id among them';

  it.each([
    ['{"type":"read"}', `field "key" is missing: it must be ${json}`],
    ['{"type":"write","key":1}', `field "value" is missing: it must be ${json}`],
    ['{"type":"cas","key":1,"to":1}', `field "from" is missing: it must be ${json}`],
    ['{"type":"cas","key":1,"from":1}', `field "to" is missing: it must be ${json}`],
    ['{"type":"echo"}', `field "echo" is missing: it must be ${json}`],
    [
      '{"type":"cas","key":1,"from":1,"to":2,"create_if_not_exists":"yes"}',
      'field "create_if_not_exists" must be true or false, not "yes"',
    ],
    [
      '{"type":"cas","key":1,"from":1,"to":2,"create_if_not_exists":null}',
      'field "create_if_not_exists" must be true or false, not null',
    ],
    ['{"type":"read","key":{"a":[1e999]}}', `field "key" must be ${json}, not a number beyond 1.8e308`],
    [
      `{"type":"write","key":1,"value":${nested(513)}}`,
      `field "value" must be ${json}, not one nested deeper than 512 levels`,
    ],
    [
      `{"type":"write","key":1,"value":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
      `field "value" must be ${json}, not one nested deeper than 512 levels`,
    ],
    ['{"type":"read","msg_id":-1,"key":1}', `field "msg_id" must be ${id}, not -1`],
    ['{"type":"read","msg_id":1.5,"key":1}', `field "msg_id" must be ${id}, not 1.5`],
    ['{"type":"read","msg_id":9007199254740992}', `field "msg_id" must be ${id}, not 9007199254740992`],
    ['{"type":"read","msg_id":"7","key":1}', `field "msg_id" must be ${id}, not "7"`],
  ])('%.80s', (body, text) => {
    expect(fromText(body)).toMatchObject({ kind: 'invalid', src: 'c1', dest: 'n1', code: 12, text });
  });

  const list = 'a list of distinct node names';
  it.each([
    ['{"type":"members","local":1}', 'field "local" must be true or false, not 1'],
    ['{"type":"transfer_leadership"}', `field "to" is missing: it must be ${name}`],
    ['{"type":"transfer_leadership","to":7}', `field "to" must be ${name}, not 7`],
    [
      '{"type":"change_members"}',
      'the body must be a change: "add", "learners" or "remove" has to name a node',
    ],
    [
      '{"type":"change_members","add":[]}',
      'the body must be a change: "add", "learners" or "remove" has to name a node',
    ],
    ['{"type":"change_members","add":"n4"}', `field "add" must be ${list}, not "n4"`],
    ['{"type":"change_members","remove":["n4","n4"]}', `field "remove" must be ${list}, not an array of 2`],
    ['{"type":"change_members","learners":["n4",""]}', `field "learners[1]" must be ${name}, not ""`],
    [
      '{"type":"change_members","add":["n4"],"learners":["n4"]}',
      'field "learners" must be a list of nodes that "add" does not name, not an array of 1',
    ],
    [
      '{"type":"change_members","learners":["n5"],"remove":["n4","n5"]}',
      'field "remove" must be a list of nodes that neither "add" nor "learners" names, not an array of 2',
    ],
    ['{"type":"change_members","add":["n4"],"if_index":-1}', `field "if_index" must be ${id}, not -1`],
  ])('%.80s', (body, text) => {
    expect(fromText(body)).toMatchObject({ kind: 'invalid', code: 12, text });
  });

  it.each([
    ['{"type":"members"}', { type: 'members', local: false }],
    ['{"type":"members","local":true}', { type: 'members', local: true }],
    ['{"type":"transfer_leadership","to":"__proto__"}', { type: 'transfer_leadership', to: '__proto__' }],
    [
      '{"type":"change_members","add":["n5","n4"],"remove":["n1"],"if_index":3}',
      { type: 'change_members', add: ['n4', 'n5'], learners: [], remove: ['n1'], ifIndex: 3 },
    ],
  ])('reads %s', (body, op) => {
    expect(fromText(body)).toMatchObject({ kind: 'request', request: { op } });
  });

  it.each([
    ['{"type":"init"}', `field "node_id" is missing: it must be ${name}`],
    ['{"type":"init","node_id":"","node_ids":[]}', `field "node_id" must be ${name}, not ""`],
    ['{"type":"init","node_id":7,"node_ids":["7"]}', `field "node_id" must be ${name}, not 7`],
    ['{"type":"init","node_id":"n1"}', `field "node_ids" is missing: it must be ${names}`],
    ['{"type":"init","node_id":"n1","node_ids":"n1"}', `field "node_ids" must be ${names}, not "n1"`],
    ['{"type":"init","node_id":"n1","node_ids":[]}', `field "node_ids" must be ${names}, not an empty array`],
    [
      '{"type":"init","node_id":"n1","node_ids":["n2"]}',
      `field "node_ids" must be ${names}, not an array of 1`,
    ],
    [
      '{"type":"init","node_id":"n1","node_ids":["n1","n1"]}',
      `field "node_ids" must be ${names}, not an array of 2`,
    ],
    [
      '{"type":"init","node_id":"n1","node_ids":["n1",{}]}',
      `field "node_ids[1]" must be ${name}, not an object`,
    ],
    ['{"type":"init","msg_id":-4,"node_id":"n1","node_ids":["n1"]}', `field "msg_id" must be ${id}, not -4`],
  ])('%.80s', (body, text) => {
    expect(fromText(body)).toMatchObject({ kind: 'malformed-init', src: 'c1', dest: 'n1', text });
  });

  it('takes 512 levels, and an init that is right', () => {
    expect(fromText(`{"type":"write","key":1,"value":${nested(512)}}`).kind).toBe('request');
    expect(fromText('{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n2","n1"]}')).toEqual({
      kind: 'init',
      src: 'c1',
      dest: 'n1',
      msgId: 1,
      nodeId: 'n1',
      nodeIds: ['n2', 'n1'],
    });
  });

  it('names an unknown type, shortened, and the types that there are', () => {
    expect(fromClient({ type: 'frob', msg_id: 4 })).toMatchObject({
      kind: 'invalid',
      msgId: 4,
      code: 10,
      text: 'unknown type "frob": with --workload lin-kv this node knows init, echo, read, write, cas, ryw_read, members, change_members, transfer_leadership',
    });
    for (const type of ['constructor', '__proto__', 'toString', '', 'x'.repeat(1e6)]) {
      const decoded = fromClient({ type, msg_id: 4 });
      expect(decoded).toMatchObject({ kind: 'invalid', code: 10 });
      expect(decoded.kind === 'invalid' && decoded.text.length).toBeLessThan(240);
    }
  });
});

describe('lines that are no message', () => {
  it.each([
    ['', 'not JSON'],
    ['{"src":"c1"', 'not JSON'],
    ['"hello"', 'a message must be an object'],
    ['[{"src":"c1"}]', 'a message must be an object'],
    ['null', 'a message must be an object'],
    ['{"dest":"n1","body":{"type":"read"}}', '"src" must be a string'],
    ['{"src":"c1","dest":1,"body":{"type":"read"}}', '"dest" must be a string'],
    ['{"src":"c1","dest":"n1"}', '"body" must be an object'],
    ['{"src":"c1","dest":"n1","body":[]}', '"body" must be an object'],
    ['{"src":"c1","dest":"n1","body":{"msg_id":1}}', '"body.type" must be a string'],
    ['{"src":"c1","dest":"n1","body":{"__proto__":{"type":"read","key":1}}}', '"body.type" must be a string'],
    [
      '{"src":"c1","dest":"n1","body":{"type":"read","msg_id":null,"key":1}}',
      '"body.msg_id" must be an integer from 0 to 9007199254740991, not null',
    ],
    [
      '{"src":"c1","dest":"n1","body":{"type":"read","msg_id":1e999,"key":1}}',
      '"body.msg_id" must be an integer from 0 to 9007199254740991, not Infinity',
    ],
    ['['.repeat(2_000_000), 'nested deeper than 1000000 levels'],
  ])('%.60s', (text, problem) => {
    const decoded = read(text);
    expect(decoded).toMatchObject({ kind: 'garbage' });
    expect(decoded.kind === 'garbage' && decoded.warning).toContain(`passed over a line: ${problem}: "`);
    expect(decoded.kind === 'garbage' && decoded.warning.length).toBeLessThan(260);
  });

  it('is not misled about nesting by brackets inside strings', () => {
    const text = `"${'\\"[[[[[['.repeat(400_000)}"`;
    expect(fromText(`{"type":"echo","msg_id":1,"echo":${text}}`).kind).toBe('echo');
  });

  it('never throws, on any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void read(text)));
    fc.assert(fc.property(fc.json(), (text) => void read(text)));
  });

  it('never throws, on anything that looks like a message', () => {
    const types = [
      'init',
      'echo',
      'read',
      'write',
      'cas',
      'append.request',
      'forward.response',
      'vote.request',
      'error',
    ];
    const field = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(0, 1, 'n1', [], {}, true, null));
    const names = [
      'msg_id',
      'in_reply_to',
      'key',
      'value',
      'from',
      'to',
      'term',
      'entries',
      'requests',
      'outcomes',
      'node_id',
      'node_ids',
    ];
    const body = fc.tuple(fc.constantFrom(...types), fc.dictionary(fc.constantFrom(...names), field));
    fc.assert(fc.property(body, ([type, fields]) => void fromClient({ ...fields, type })));
  });
});

describe('answers', () => {
  it('are never answered, whatever their type', () => {
    for (const type of ['error', 'read_ok', 'frob_ok']) {
      expect(fromClient({ type, in_reply_to: 3, msg_id: 1 })).toEqual({
        kind: 'reply',
        src: 'c1',
        dest: 'n1',
      });
    }
    expect(fromClient({ type: 'read', in_reply_to: 3, key: 1 }).kind).toBe('request');
    expect(fromClient({ type: 'read_ok', msg_id: 3 })).toMatchObject({ kind: 'invalid', code: 10 });
  });
});

const origin = { node: 'n1', incarnation: 2, floor: 1 };
const PEER_MESSAGES: PeerMessage[] = [
  {
    type: 'append.request',
    from: 'n1',
    term: 4,
    prevIndex: 0,
    prevTerm: 0,
    entries: [
      { term: 4, op: null, origin: null, number: 0, bytes: 20 },
      {
        term: 4,
        op: { type: 'write', key: '__proto__', value: { a: [null] } },
        origin,
        number: 3,
        bytes: 90,
      },
      {
        term: 4,
        op: { type: 'cas', key: 1, from: 1, to: 2, createIfNotExists: true },
        origin,
        number: 3,
        bytes: 90,
      },
      {
        term: 4,
        op: { type: 'members', membership: { voters: ['n1', 'n4'], outgoing: ['n1'], learners: ['n5'] } },
        origin,
        number: 3,
        bytes: 90,
      },
    ],
    commitIndex: 0,
    round: 7,
  },
  { type: 'append.response', from: 'n1', term: 4, success: true, index: 3, conflict: null, round: 7 },
  {
    type: 'append.response',
    from: 'n1',
    term: 4,
    success: false,
    index: 9,
    conflict: { term: 3, index: 5 },
    round: 7,
  },
  { type: 'prevote.request', from: 'n1', term: 4, lastIndex: 3, lastTerm: 2 },
  { type: 'prevote.response', from: 'n1', term: 4, granted: false },
  { type: 'vote.request', from: 'n1', term: 4, lastIndex: 3, lastTerm: 2, transfer: false },
  { type: 'vote.response', from: 'n1', term: 4, granted: true },
  { type: 'campaign.request', from: 'n1', term: 4 },
  {
    type: 'snapshot.request',
    from: 'n1',
    term: 4,
    checkpoint: {
      index: 8,
      term: 3,
      membership: { voters: ['n1', 'n2'], outgoing: ['n3'], learners: ['__proto__'] },
    },
    after: 'key/"a"',
    items: [
      ['key/"b"', { a: [null] }],
      ['origin/n1', [1, 2]],
    ],
    next: null,
    round: 7,
  },
  {
    type: 'snapshot.response',
    from: 'n1',
    term: 4,
    index: 8,
    snapshotTerm: 3,
    next: 'origin/n1',
    done: false,
    round: 7,
  },
  {
    type: 'forward.request',
    from: 'n1',
    term: 4,
    entries: [{ term: 4, op: { type: 'write', key: 'x', value: 1 }, origin, number: 5, bytes: 60 }],
    reads: [
      { origin, number: 3, op: { type: 'read', key: null } },
      { origin, number: 4, op: { type: 'members', local: false } },
    ],
  },
  {
    type: 'admin.request',
    from: 'n1',
    term: 4,
    incarnation: 2,
    floor: 1,
    number: 3,
    op: { type: 'change_members', add: ['n4', 'n5'], learners: ['n6'], remove: ['n1'], ifIndex: 7 },
  },
  {
    type: 'admin.request',
    from: 'n1',
    term: 4,
    incarnation: 2,
    floor: 1,
    number: 4,
    op: { type: 'transfer_leadership', to: 'n2' },
  },
  {
    type: 'forward.response',
    from: 'n1',
    term: 4,
    incarnation: 2,
    outcomes: [
      {
        number: 1,
        index: 9,
        outcome: {
          type: 'members_ok',
          membership: { voters: ['n1'], outgoing: [], learners: ['n4'] },
          leader: 'n1',
          index: 4,
          match: { n1: 9, n4: 3 },
        },
      },
      {
        number: 2,
        index: 9,
        outcome: {
          type: 'change_members_ok',
          membership: { voters: ['n1'], outgoing: ['n1', 'n2'], learners: [] },
          index: 9,
        },
      },
      { number: 6, index: 9, outcome: { type: 'transfer_leadership_ok' } },
      { number: 3, index: 8, outcome: { type: 'read_ok', value: [1] } },
      { number: 4, index: 9, outcome: { type: 'error', code: 22, text: 'is 3' } },
      { number: 5, index: 9, outcome: { type: 'cas_ok' } },
    ],
  },
];

/** As a node writes it: `from` is the envelope's `src`. */
function encodeMessage({ from, ...body }: PeerMessage): string {
  return encode(from, 'n2', body as unknown as { [name: string]: Json });
}

describe('messages between nodes', () => {
  it.each(PEER_MESSAGES)('$type comes back as it was sent, without `from` in its body', (message) => {
    const line = encodeMessage(message);
    const wire = JSON.parse(line);
    expect(wire.src).toBe('n1');
    expect(Object.keys(wire.body)).not.toContain('from');
    expect(read(line)).toEqual({
      kind: 'peer',
      src: 'n1',
      dest: 'n2',
      msgId: null,
      messageType: message.type,
      message,
    });
  });

  it('believes the envelope, not the body, about who sent it', () => {
    const decoded = read('{"src":"n3","dest":"n1","body":{"type":"campaign.request","term":1,"from":"n2"}}');
    expect(decoded).toMatchObject({ kind: 'peer', message: { from: 'n3' } });
  });

  // Takes away, or spoils, each field of each message in turn, at every depth.
  const spoiled = PEER_MESSAGES.flatMap((message) => {
    const { from: _from, ...body } = message;
    return (
      places(body as unknown as Json)
        .filter((path) => path[0] !== 'type')
        // What a client stored may be anything; and `op`, `origin` and `conflict` may be null.
        .filter(
          (path) => !path.some((name) => ['key', 'value', 'to'].includes(String(name))) && !isFromOfCas(path),
        )
        .filter((path) => !isValueOfItem(path))
        .map((path) => ({ path, type: message.type, body: replaced(body as unknown as Json, path, -1.5) }))
    );
  });

  it.each(spoiled)('$type with a spoiled $path is not believed', ({ body }) => {
    const decoded = read(JSON.stringify({ src: 'n1', dest: 'n2', body }));
    expect(decoded).toMatchObject({ kind: 'peer', message: null });
  });

  const lacking = PEER_MESSAGES.flatMap((message) => {
    const { from: _from, ...body } = message;
    return (
      places(body as unknown as Json)
        .filter((path) => typeof path.at(-1) === 'string' && !path.slice(0, -1).includes('value'))
        .filter((path) => !isValueOfItem(path))
        .filter((path) => Number.isNaN(Number(path.at(-1))) && path.join() !== 'type')
        // Of whom a leader says how far it is, is its own affair.
        .filter((path) => path.at(-2) !== 'match')
        .map((path) => ({
          path,
          type: message.type,
          body: replaced(body as unknown as Json, path, undefined),
        }))
    );
  });

  it.each(lacking)('$type without $path is not believed', ({ body }) => {
    const decoded = read(JSON.stringify({ src: 'n1', dest: 'n2', body }));
    expect(decoded).toMatchObject({ kind: 'peer', message: null });
  });

  it.each([
    ['without voters', { voters: [], outgoing: [], learners: ['n1'] }],
    ['with a voter named twice', { voters: ['n1', 'n1'], outgoing: [], learners: [] }],
    ['with voters out of order', { voters: ['n2', 'n1'], outgoing: [], learners: [] }],
  ])('a membership %s is not believed', (_name, membership) => {
    const entry = { term: 4, op: { type: 'members', membership }, origin: null, number: 0, bytes: 90 };
    const body = { type: 'append.request', term: 4, prevIndex: 0, prevTerm: 0, commitIndex: 0, round: 0 };
    const decoded = read(JSON.stringify({ src: 'n1', dest: 'n2', body: { ...body, entries: [entry] } }));
    expect(decoded).toMatchObject({ kind: 'peer', message: null });
  });

  it.each([
    ['of another term', { term: 3 }],
    ['without an origin', { origin: null }],
    ['of a node that did not send it', { origin: { node: 'n9', incarnation: 7, floor: 1 } }],
    ['that is a read', { op: { type: 'read', key: 'x' } }],
    ['that changes who belongs to the cluster', { op: { type: 'members', membership: { voters: ['n1'] } } }],
  ])('a proposed entry %s is not believed', (_name, wrong) => {
    const op = { type: 'write', key: 'x', value: 1 };
    const entry = { term: 4, op, origin, number: 5, bytes: 60 };
    const proposing = (entries: readonly object[]) =>
      read(
        JSON.stringify({
          src: 'n1',
          dest: 'n2',
          body: { type: 'forward.request', term: 4, entries, reads: [] },
        }),
      );
    expect(proposing([entry])).toMatchObject({ kind: 'peer', message: { entries: [entry] } });
    expect(proposing([entry, { ...entry, ...wrong }])).toMatchObject({ kind: 'peer', message: null });
  });

  it('a read of a node that did not send it is not believed', () => {
    const reading = (node: string) => {
      const read1 = { origin: { node, incarnation: 7, floor: 1 }, number: 5, op: { type: 'read', key: 'x' } };
      const body = { type: 'forward.request', term: 4, entries: [], reads: [read1] };
      return read(JSON.stringify({ src: 'n1', dest: 'n2', body }));
    };
    expect(reading('n1')).toMatchObject({ kind: 'peer', message: { reads: [{ number: 5 }] } });
    expect(reading('n9')).toMatchObject({ kind: 'peer', message: null });
  });

  it('does not let in a value that could not be written again', () => {
    const entry = `{"term":1,"op":{"type":"write","key":1,"value":${nested(100_000)}},"origin":null,"number":0,"bytes":9}`;
    const body = `{"type":"append.request","term":1,"prevIndex":0,"prevTerm":0,"entries":[${entry}],"commitIndex":0,"round":0}`;
    expect(fromText(body)).toMatchObject({ kind: 'peer', message: null });
  });

  it('is an unknown type when a client sends it', () => {
    const decoded = fromClient({ type: 'campaign.request', term: 1, msg_id: 5 });
    if (decoded.kind !== 'peer') throw new Error(decoded.kind);
    expect(unknownToClients(decoded)).toMatchObject({ kind: 'invalid', msgId: 5, code: 10 });
  });
});

type Path = readonly (string | number)[];

/** Every place inside a JSON value. */
function places(value: Json, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inside = Object.entries(value).flatMap(([name, part]) => places(part as Json, [...at, name]));
  return at.length === 0 ? inside : [at, ...inside];
}

function isFromOfCas(path: Path): boolean {
  return path.at(-1) === 'from';
}

/** A snapshot's item is a key and any value. */
function isValueOfItem(path: Path): boolean {
  return path[0] === 'items' && path[2] === '1';
}

/** The value with one place in it replaced, or taken away (undefined). */
function replaced(value: Json, [name, ...below]: Path, by: Json | undefined): Json | undefined {
  if (name === undefined) return by;
  const copy = structuredClone(value) as { [name: string]: Json | undefined };
  copy[name] = replaced(copy[name] as Json, below, by);
  return copy as Json;
}
