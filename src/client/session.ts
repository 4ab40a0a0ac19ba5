import type { Json } from '../../machines/json.ts';
import { Correspondence, mailroomOf } from './correspondence.ts';
import type { SessionOptions } from './options.ts';
import { withDefaults } from './options.ts';
import type { Judgement, Request } from './replies.ts';
import { indexOf, judge, unanswered } from './replies.ts';
import { inBrief, RequestFailed } from './request-failed.ts';
import type { Body } from './transport.ts';

/**
 * Who serves a read. `leader`: a linearizable read. `follower`: a replica that has applied all that the session
 * has seen, and not the one that was last known to lead, if there is another. `any`: the node that the session
 * talks to, on the same condition.
 */
export const READ_FROM = ['leader', 'follower', 'any'] as const;
export type ReadFrom = (typeof READ_FROM)[number];

export type WriteResult = {
  /** The log index of the write; undefined when the node's replies show none (the lin-kv workload). */
  readonly index: number | undefined;
  /** The node that answered. */
  readonly node: string;
  /** How often a node was asked. */
  readonly attempts: number;
};

export type ReadResult = WriteResult & {
  /** null when the key was never written. */
  readonly value: Json;
  /** The replica that served it, where the reply says so. */
  readonly servedBy: string | undefined;
  /** How long a replica waited to catch up, in milliseconds, where the reply says so. */
  readonly waitedMs: number | undefined;
};

export type Session = {
  /** The highest log index that any reply has shown to this session. Never decreases. */
  readonly token: number;
  /** The node that is asked next, unless the operation wishes for another. */
  readonly node: string;
  write(key: Json, value: Json): Promise<WriteResult>;
  read(key: Json, options?: { readonly from?: ReadFrom }): Promise<ReadResult>;
  /** A cas that the register refuses rejects with {@link RequestFailed}: code 20 (no such key) or 22 (another value). */
  cas(
    key: Json,
    from: Json,
    to: Json,
    options?: { readonly createIfNotExists?: boolean },
  ): Promise<WriteResult>;
  /** Ends the session: what waits fails (definitely, if it was never sent), and messages are heard no more. */
  close(): void;
};

/**
 * Begins a session: operations whose reads see all that the session wrote, and never anything older than it has
 * already seen, whichever nodes serve it (Terry et al. 1994). To that end the session remembers the highest log
 * index that a reply has shown, its token, and sends it with every read.
 *
 * - Operations are carried out one after another, in the order in which they were asked for.
 * - A read is tried again at another node after any failure that may pass. A write or cas only after a definite
 *   one (codes 1 and 11: it did not happen and never will), so it never happens twice; one that was not answered
 *   in time fails at once, with `definite: false`.
 * - A read whose reply lies below the token is not shown, but tried elsewhere.
 * - A reply that comes after its attempt was given up settles nothing: a read that is tried elsewhere waits for
 *   that answer, and a write has failed already. A late success of a write still advances the token, so that
 *   later reads see the write.
 *
 * @example
 * const session = createSession({ transport, nodes: ['n1', 'n2', 'n3'] });
 * await session.write('x', 1);
 * const { value } = await session.read('x', { from: 'follower' }); // 1, or newer
 *
 * @throws RangeError when an option is out of range
 */
export function createSession(options: SessionOptions): Session {
  return new ClientSession(options);
}

class ClientSession implements Session {
  readonly #options: Required<SessionOptions>;
  readonly #correspondence: Correspondence;
  #token: number;
  #place = 0;
  /** The node that was last known to lead. */
  #leader: string | undefined;
  /** Resolves when all operations asked for so far have ended. */
  #idle: Promise<void> = Promise.resolve();
  #closed = false;
  /** Ends the pause between two attempts, if there is one. */
  #wake: (() => void) | undefined;

  constructor(options: SessionOptions) {
    const mailroom = mailroomOf(options.transport);
    mailroom.sessions += 1;
    this.#options = withDefaults(options, mailroom.sessions);
    this.#token = this.#options.token;
    const { transport, clientId, setTimer } = this.#options;
    this.#correspondence = new Correspondence(transport, mailroom, clientId, setTimer, (body) =>
      this.#learnLate(body),
    );
  }

  get token(): number {
    return this.#token;
  }

  get node(): string {
    return this.#options.nodes[this.#place] as string;
  }

  write(key: Json, value: Json): Promise<WriteResult> {
    return this.#change({ type: 'write', key, value });
  }

  cas(
    key: Json,
    from: Json,
    to: Json,
    { createIfNotExists = false }: { readonly createIfNotExists?: boolean } = {},
  ): Promise<WriteResult> {
    const creates = createIfNotExists ? { create_if_not_exists: true } : {};
    return this.#change({ type: 'cas', key, from, to, ...creates });
  }

  read(key: Json, options: { readonly from?: ReadFrom } = {}): Promise<ReadResult> {
    const { from = this.#options.preferFollower ? 'any' : 'leader' } = options;
    if (!READ_FROM.includes(from)) {
      const allowed = READ_FROM.map((name) => `"${name}"`).join(', ');
      return Promise.reject(
        new RangeError(`option "from" is ${inBrief(from)}: it must be one of ${allowed}`),
      );
    }
    return this.#enqueue(async () => {
      const { body, ...result } = await this.#perform(() => this.#readRequest(key, from), from);
      const { value, served_by: servedBy, waited_ms: waitedMs } = body;
      return {
        ...result,
        value: value as Json,
        servedBy: typeof servedBy === 'string' ? servedBy : undefined,
        waitedMs: typeof waitedMs === 'number' ? waitedMs : undefined,
      };
    });
  }

  close(): void {
    this.#closed = true;
    this.#correspondence.close('the session was closed');
    this.#wake?.();
  }

  #readRequest(key: Json, from: ReadFrom): Request {
    if (from === 'leader') return { type: 'read', key };
    return { type: 'ryw_read', key, last_write_index: this.#token, prefer_follower: true };
  }

  #change(request: Request): Promise<WriteResult> {
    return this.#enqueue(async () => {
      const { body: _, ...result } = await this.#perform(() => request, 'any');
      return result;
    });
  }

  #enqueue<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#idle.then(operation);
    this.#idle = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /** Tries until it is done, or must not or cannot be tried again. */
  async #perform(request: () => Request, from: ReadFrom): Promise<WriteResult & { readonly body: Body }> {
    const { setTimer, deadlineMs, maxAttempts, nodes } = this.#options;
    if (this.#closed) throw failure(request(), UNSENT, undefined, 0);
    let expired = false;
    const cancel = setTimer(() => {
      expired = true;
      this.#correspondence.giveUp(`no success within ${deadlineMs} ms`);
      this.#wake?.();
    }, deadlineMs);
    const isOver = () => expired || this.#closed;
    try {
      this.#place = this.#placeFor(from);
      for (let attempts = 1; ; attempts += 1) {
        const { node } = this;
        const asked = request();
        const judgement = await this.#attempt(node, asked);
        if (judgement.type === 'done')
          return { index: judgement.index, node, attempts, body: judgement.body };
        // The next operation, too, had better not begin where this one got no good answer.
        if (judgement.retry || !judgement.definite) this.#moveOn();
        const again = judgement.retry && attempts < maxAttempts && !isOver();
        if (again && attempts % nodes.length === 0) await this.#pause();
        if (!again || isOver()) throw failure(asked, judgement, node, attempts);
      }
    } finally {
      cancel();
    }
  }

  async #attempt(node: string, request: Request): Promise<Judgement> {
    // A late success may advance the token meanwhile; this request was not asked to honour that.
    const token = this.#token;
    const answer = await this.#correspondence.ask(node, request, this.#options.timeoutMs);
    if ('silence' in answer) return unanswered(request, answer.silence);
    const judgement = judge(request, answer.body, token);
    if (judgement.type === 'done') {
      this.#show(judgement.index);
      const { served_by: servedBy, reason } = judgement.body;
      // A node that did not serve the read itself had the leader do it.
      if (typeof servedBy === 'string' && reason !== undefined) this.#leader = servedBy;
    }
    return judgement;
  }

  #learnLate(body: Body): void {
    if (body.type !== 'write_ok' && body.type !== 'cas_ok') return;
    const index = indexOf(body);
    if (index !== 'malformed') this.#show(index);
  }

  #show(index: number | undefined): void {
    if (index !== undefined && index > this.#token) this.#token = index;
  }

  /** Where to begin. */
  #placeFor(from: ReadFrom): number {
    const { nodes } = this.#options;
    if (from === 'any') return this.#place;
    if (this.#leader === undefined) {
      // Any node may be the leader: to ask them by turns keeps most reads away from it.
      return from === 'follower' ? (this.#place + 1) % nodes.length : this.#place;
    }
    const leader = nodes.indexOf(this.#leader);
    if (from === 'leader') return leader === -1 ? this.#place : leader;
    return leader === this.#place ? (this.#place + 1) % nodes.length : this.#place;
  }

  #moveOn(): void {
    // Whoever could not help is no longer held to lead.
    if (this.node === this.#leader) this.#leader = undefined;
    this.#place = (this.#place + 1) % this.#options.nodes.length;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        this.#wake = undefined;
        resolve();
      };
      const cancel = this.#options.setTimer(wake, this.#options.retryDelayMs);
      this.#wake = wake;
    });
  }
}

type Failure = Pick<Extract<Judgement, { type: 'failed' }>, 'definite' | 'code' | 'reason'>;
const UNSENT: Failure = { definite: true, code: undefined, reason: 'the session was closed' };

function failure(
  { type, key }: Request,
  { definite, code, reason }: Failure,
  node: string | undefined,
  attempts: number,
): RequestFailed {
  return new RequestFailed({ type, key: key as Json, definite, code, node, attempts }, reason);
}
