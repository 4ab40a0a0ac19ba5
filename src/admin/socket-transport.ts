import { monotonicMs, NamedTimers } from '../host/clock.ts';
import { type Address, connectLines, type LineSocket } from '../host/line-server.ts';
import { AdminError, type Body, type Transport } from './transport.ts';

/** Admin requests over a socket of this machine: a node's, or a bench's, which has all nodes behind it. */
export type SocketTransport = Transport & { close(): void };

/** A node answers within 900 ms; what has not come by then will not come. */
const REPLY_TIMEOUT_MS = 1_500;

/**
 * @param node whom to ask when it does not matter to the caller; empty for whoever listens
 * @throws Error when nobody listens at the address
 */
export async function openTransport(address: Address, node: string): Promise<SocketTransport> {
  const waiting = new Map<number, (body: Body | null) => void>();
  const timers = new NamedTimers();
  let lastId = 0;
  let sleeps = 0;
  let isOpen = true;
  const socket: LineSocket = await connectLines(address, {
    onLine(line) {
      const body = bodyOf(line);
      if (body !== null) settle(body.in_reply_to, body);
    },
    onClose() {
      isOpen = false;
      for (const id of [...waiting.keys()]) settle(id, null);
    },
  });

  function settle(id: unknown, body: Body | null): void {
    const resolve = waiting.get(Number(id));
    waiting.delete(Number(id));
    resolve?.(body);
  }

  return {
    nowMs: monotonicMs,
    sleep: (ms) =>
      new Promise((resolve) => {
        sleeps += 1;
        timers.set(`sleep ${sleeps}`, ms, resolve);
      }),
    close: () => socket.close(),
    request: (to, body) =>
      new Promise((resolve, reject) => {
        if (!isOpen) {
          return reject(
            new AdminError(0, 'the connection was closed before it was done; a change may still happen'),
          );
        }
        lastId += 1;
        const id = lastId;
        timers.set(`reply ${id}`, REPLY_TIMEOUT_MS, () => settle(id, null));
        waiting.set(id, (reply) => {
          timers.clear(`reply ${id}`);
          resolve(reply);
        });
        socket.write(JSON.stringify({ src: 'admin', dest: to ?? node, body: { ...body, msg_id: id } }));
      }),
  };
}

function bodyOf(line: string): Body | null {
  try {
    return (JSON.parse(line) as { body: Body }).body ?? null;
  } catch {
    return null;
  }
}
