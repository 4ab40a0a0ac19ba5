import type { ClientRequest, MaelstromEvent, NodeMessage } from '../../machines/maelstrom/events.ts';
import { type ClientOperation, ERROR, type Workload } from '../../machines/operations.ts';
import { type Decoded, decode, decodeHanded, unknownToClients } from './codec.ts';
import { excerpt, wrongField } from './errors.ts';

/**
 * The lines that arrived together, as events for the I/O chart. Messages of nodes become one event and requests
 * of clients another, so that a burst costs one proposal; messages of nodes come first, so that the requests meet
 * a node that knows the latest term. Messages from different senders have no order on a network, and each
 * sender's own order among nodes, or among clients, is kept. Nothing is moved across an init.
 */

/** One line of input, without its terminator, and its length in bytes on the wire. */
export type Line = { readonly text: string; readonly bytes: number };

/** A message of another node that was handed over without being written as a line: see the simulator's network. */
export type Handed = Parameters<typeof decodeHanded>[0];

/** The longest line that a node accepts: 16 MiB. */
export const LINE_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * The longest key that a log takes, in bytes of JSON: 128 KiB. In a chunk of a snapshot (machines/raft/events.ts) three
 * keys stand beside one value, as strings of JSON whose every byte may need an escape of its own.
 */
export const KEY_LIMIT_BYTES = 128 * 1024;

/**
 * What a message between nodes needs around one operation: the envelope, the message's own fields and the
 * entry's origin with three node names of MAX_NAME_LENGTH, each unit of which may be an escape of six bytes.
 */
const ENVELOPE_BYTES = 64 * 1024;

/** The same for a chunk of a snapshot, with its keys and a membership. */
const CHUNK_ENVELOPE_BYTES = 2 * 1024 * 1024;

/** The largest operation of the conflict store that fits into a line between nodes, in bytes of JSON. */
export const STORE_OPERATION_LIMIT_BYTES = LINE_LIMIT_BYTES - ENVELOPE_BYTES;

/** The largest operation of a log that does: as an entry, and as an item of a snapshot. */
export const OPERATION_LIMIT_BYTES = LINE_LIMIT_BYTES - CHUNK_ENVELOPE_BYTES;

/**
 * Below this many bytes an operation needs no measuring. Written again, a value or a key is at most 5.25 times as long
 * as it was (`1e20` becomes 21 digits), so what is shorter stays far from the limits.
 */
const MEASURED_FROM_BYTES = KEY_LIMIT_BYTES;

export type Receiver = {
  /** The events that a batch of lines amounts to, in the order in which the chart should take them. */
  receive(lines: readonly (Line | Handed)[]): MaelstromEvent[];
  /** Answers that came from outside and answered nothing: counted, since nobody waits for them. */
  strayReplies(): number;
};

type Kind<K extends Decoded['kind']> = Extract<Decoded, { kind: K }>;

type Batch = {
  readonly events: MaelstromEvent[];
  dest: string;
  peers: NodeMessage[];
  requests: ClientRequest[];
};

/**
 * A receiver, which remembers the nodes of the cluster from the first valid init on (the one that the chart accepts,
 * too).
 *
 * @param warn is told of each line that cannot be answered, in one sentence
 * @param workload which requests clients may send
 */
export function createReceiver(warn: (text: string) => void, workload: Workload = 'lin-kv'): Receiver {
  let peers: ReadonlySet<string> | null = null;
  let self = '';
  let strays = 0;
  const isStore = workload === 'lww-kv';

  function take(batch: Batch, decoded: Decoded): void {
    switch (decoded.kind) {
      case 'garbage':
        warn(decoded.warning);
        break;
      case 'reply':
        strays += 1;
        break;
      case 'peer':
        takePeer(batch, decoded);
        break;
      case 'request':
        takeRequest(batch, decoded.dest, decoded.request);
        break;
      case 'init':
        flush(batch);
        takeInit(batch, decoded);
        break;
      case 'malformed-init':
        takeMalformedInit(batch, decoded);
        break;
      case 'echo': {
        const { src: client, dest, msgId, echo } = decoded;
        batch.events.push({ type: 'echo.received', dest, client, msgId, echo });
        break;
      }
      case 'invalid':
        takeInvalid(batch, decoded);
        break;
    }
  }

  function takeInit(batch: Batch, { src: client, msgId, nodeId, nodeIds }: Kind<'init'>): void {
    if (peers === null) {
      self = nodeId;
      peers = new Set(nodeIds.filter((name) => name !== nodeId));
    }
    batch.events.push({ type: 'init.received', client, msgId, nodeId, nodeIds });
  }

  function takeMalformedInit(batch: Batch, { src: client, dest, msgId, text }: Kind<'malformed-init'>): void {
    if (msgId === null) warnUnanswerable(client, text);
    batch.events.push({ type: 'init.malformed', dest, client, msgId, text });
  }

  function takeInvalid(batch: Batch, { src: client, dest, msgId, code, text }: Kind<'invalid'>): void {
    if (msgId === null) warnUnanswerable(client, text);
    batch.events.push({ type: 'invalid.received', dest, client, msgId, code, text });
  }

  function warnUnanswerable(client: string, text: string): void {
    warn(`passed over a message without msg_id from ${excerpt(client)}: ${text}`);
  }

  function takePeer(batch: Batch, decoded: Kind<'peer'>): void {
    if (!isFromNode(decoded)) takeInvalid(batch, unknownToClients(decoded, workload));
    else if (decoded.message !== null) batch.peers.push(decoded.message);
    else warn(`passed over a malformed ${decoded.messageType} from ${excerpt(decoded.src)}`);
  }

  /**
   * Before init anyone may be a node; the chart passes over them all. After it, the conflict store knows its nodes. The
   * members of a log's cluster come and go, and this node may be the last to hear of it (thesis section 4.1): a node is
   * whoever speaks as one, and so expects no reply.
   */
  function isFromNode({ src, msgId }: Kind<'peer'>): boolean {
    return peers === null || peers.has(src) || (!isStore && msgId === null && src !== self);
  }

  function takeRequest(batch: Batch, dest: string, request: ClientRequest): void {
    // Requests of one event share its dest; in practice there is only one, this node's name.
    if (batch.requests.length > 0 && batch.dest !== dest) flush(batch);
    batch.dest = dest;
    const { client, msgId } = request;
    // A log may have to travel some day, also where no other node belongs to the cluster yet.
    const staysHere = peers === null || (isStore && peers.size === 0);
    if (request.bytes < MEASURED_FROM_BYTES || staysHere) {
      batch.requests.push(request);
      return;
    }
    const keyBytes = isStore || !('key' in request.op) ? 0 : bytesOfJson(request.op.key);
    if (keyBytes > KEY_LIMIT_BYTES) {
      const found = `one of ${keyBytes} bytes`;
      const text = wrongField('key', `a value of at most ${KEY_LIMIT_BYTES} bytes as JSON`, found);
      takeInvalid(batch, { kind: 'invalid', src: client, dest, msgId, code: ERROR.malformedRequest, text });
      return;
    }
    const bytes = largestPart(request.op);
    const limit = isStore ? STORE_OPERATION_LIMIT_BYTES : OPERATION_LIMIT_BYTES;
    if (bytes <= limit) {
      batch.requests.push({ ...request, bytes: Math.max(bytes, request.bytes) });
      return;
    }
    const text = `${request.op.type} takes ${bytes} bytes as JSON; between the nodes of a cluster at most ${limit} can travel in one message`;
    takeInvalid(batch, { kind: 'invalid', src: client, dest, msgId, code: ERROR.malformedRequest, text });
  }

  function flush(batch: Batch): void {
    if (batch.peers.length > 0) batch.events.push({ type: 'peers.received', messages: batch.peers });
    if (batch.requests.length > 0) {
      batch.events.push({ type: 'requests.received', dest: batch.dest, requests: batch.requests });
    }
    batch.peers = [];
    batch.requests = [];
  }

  return {
    receive(lines) {
      const batch: Batch = { events: [], dest: '', peers: [], requests: [] };
      for (const line of lines) {
        take(batch, 'body' in line ? decodeHanded(line, workload) : decode(line.text, line.bytes, workload));
      }
      flush(batch);
      return batch.events;
    },
    strayReplies: () => strays,
  };
}

/** How large the largest part of an operation is that has to travel in one piece: entries travel each by itself. */
function largestPart(op: ClientOperation): number {
  const parts = op.type === 'kv_merge' ? op.entries : [op];
  return parts.reduce((largest, part) => Math.max(largest, bytesOfJson(part)), 0);
}

function bytesOfJson(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
