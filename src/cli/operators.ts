import type { Json } from '../../machines/json.ts';
import { ERROR } from '../../machines/operations.ts';
import { type Address, type LineServer, type LineSocket, serveLines } from '../host/line-server.ts';
import type { Line } from '../host/lines.ts';
import { inexactField, inexactNumber } from '../maelstrom/exact-numbers.ts';

/**
 * The node's door for operators, beside its pipes: requests come in by a socket of this machine, and their replies go
 * back there. For the node they are clients like any other, under names that nobody else has.
 */

type Message = { src?: unknown; dest?: unknown; body?: { msg_id?: unknown } };

export class Operators {
  readonly #server: LineServer;
  /** Who asked, by the name that the node knows. */
  readonly #askers = new Map<string, { readonly socket: LineSocket; readonly name: string }>();

  private constructor(server: LineServer) {
    this.#server = server;
  }

  /**
   * @param take hands a line to the node
   * @throws Error when nobody can listen there
   */
  static async open(
    address: Address,
    take: (line: Line) => void,
    warn: (text: string) => void,
  ): Promise<Operators> {
    let door: Operators | null = null;
    const server = await serveLines(address, {
      onLine: (text, socket) => door?.hear(text, socket, take, warn),
      onClose: (socket) => door?.forget(socket),
      onWarning: warn,
    });
    door = new Operators(server);
    return door;
  }

  get address(): string {
    return this.#server.address;
  }

  /**
   * Sends a reply to whoever asked by this door, if it is still there.
   * @returns false when the name is not one of this door
   */
  reply(src: string, dest: string, body: { readonly [name: string]: Json }): boolean {
    if (!ALIAS.test(dest)) return false;
    const asker = this.#askers.get(dest);
    asker?.socket.write(JSON.stringify({ src, dest: asker.name, body }));
    return true;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  private hear(
    text: string,
    socket: LineSocket,
    take: (line: Line) => void,
    warn: (text: string) => void,
  ): void {
    const message = parsed(text);
    if (message === null || message.body?.msg_id === undefined) {
      // Nodes do not speak here, and whoever wants no answer has nothing to ask.
      return warn(`passed over a line from ${this.address}: it is no request with a msg_id`);
    }
    const name = typeof message.src === 'string' ? message.src : '';
    // It is written anew, and the node would see only what became of a number that was lost in that.
    const inexact = inexactNumber(text);
    if (inexact !== null) {
      const body = { type: 'error', code: ERROR.malformedRequest, text: inexactField(inexact) };
      const reply = { ...body, in_reply_to: message.body.msg_id };
      return socket.write(JSON.stringify({ src: message.dest, dest: name, body: reply }));
    }
    const alias = `${name} by socket ${socket.number}`;
    this.#askers.set(alias, { socket, name });
    const line = JSON.stringify({ ...message, src: alias });
    take({ text: line, bytes: Buffer.byteLength(line) });
  }

  private forget(socket: LineSocket): void {
    for (const [alias, asker] of this.#askers) if (asker.socket === socket) this.#askers.delete(alias);
  }
}

/** What no client is called that comes by the pipe. */
const ALIAS = / by socket \d+$/;

function parsed(text: string): Message | null {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null ? message : null;
  } catch {
    return null;
  }
}
