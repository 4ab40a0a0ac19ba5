/** What the admin functions need of the world: messages to nodes, and time. */

/** The body of a message: its type, and the fields of that type. */
export type Body = { readonly type: string; readonly [name: string]: unknown };

export type Transport = {
  /**
   * Sends a request and waits for its reply.
   * @param to the node to ask; null for any
   * @returns the reply's body; null when none came in time, or there is no such node
   * @throws AdminError when nobody can be asked any more
   */
  request(to: string | null, body: Body): Promise<Body | null>;
  /** Monotonic time in milliseconds. */
  nowMs(): number;
  sleep(ms: number): Promise<void>;
};

/** An operator's wish that was not fulfilled: what was in the way, and whether it may still happen. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  /** The error code of the last refusal (docs/protocol.md); 0 when nothing is known. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
