import { ERROR } from '../../machines/operations.ts';
import { type Address, type LineServer, type LineSocket, serveLines } from '../host/line-server.ts';
import type { ClientNetwork } from './client.ts';
import type { Body } from './envelope.ts';

/**
 * A door into a running bench: requests come in by a socket of this machine, as `actorum admin` sends them, and go to
 * the node that they name, or to one node after the other when they name none. Replies go back by `src`.
 */

/** @throws Error when nobody can listen there */
export function openDoor(
  address: Address,
  network: ClientNetwork,
  nodes: readonly string[],
  tell: (text: string) => void,
): Promise<LineServer> {
  /** The names that the nodes know, by connection and by the name that was given. */
  const aliases = new Map<string, string>();
  let turns = 0;

  function aliasOf(name: string, socket: LineSocket): string {
    const place = `${socket.number} ${name}`;
    const known = aliases.get(place);
    if (known !== undefined) return known;
    // No client of a load is called so, whatever the number.
    const alias = `c-operator-${aliases.size + 1}`;
    aliases.set(place, alias);
    network.attachClient(alias, {
      receive: (src: string, body: Body) => socket.write(JSON.stringify({ src, dest: name, body })),
    });
    return alias;
  }

  return serveLines(address, {
    onLine(line, socket) {
      const message = requestIn(line);
      if (message === null) return tell('passed over a line of an operator: it is no request with a msg_id');
      turns += 1;
      const dest = message.dest === '' ? (nodes[turns % nodes.length] as string) : message.dest;
      if (!nodes.includes(dest)) {
        const text = `there is no node ${dest} here; the nodes are ${nodes.join(', ')}`;
        const body = { type: 'error', in_reply_to: message.body.msg_id, code: ERROR.abort, text };
        return socket.write(JSON.stringify({ src: dest, dest: message.src, body }));
      }
      const src = aliasOf(message.src, socket);
      network.request(dest, JSON.stringify({ src, dest, body: message.body }));
    },
    onWarning: tell,
  });
}

function requestIn(line: string): { src: string; dest: string; body: Body } | null {
  try {
    const { src, dest, body } = JSON.parse(line) as { src: unknown; dest: unknown; body: Body };
    const isRequest = typeof src === 'string' && typeof dest === 'string' && body.msg_id !== undefined;
    return isRequest ? { src, dest, body } : null;
  } catch {
    return null;
  }
}
