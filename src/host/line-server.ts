import { lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createLineSplitter } from './lines.ts';

/** Lines of text over a socket of this machine: a unix socket, or a port on loopback. */

export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

export const ADDRESS_RULE =
  'a path of a unix socket, or a host on loopback and a port such as 127.0.0.1:7001';

const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '[::1]', '::1'];
const MAX_PATH_BYTES = 100;

/** @returns null unless the text is an address of this machine; see `ADDRESS_RULE` */
export function parseAddress(text: string): Address | null {
  const [, host, digits] = /^([^/]*):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined) {
    // The operating system cuts longer paths without a word.
    return text === '' || /^\d+$/.test(text) || Buffer.byteLength(text) > MAX_PATH_BYTES
      ? null
      : { path: text };
  }
  const port = Number(digits);
  return LOOPBACK.includes(host) && port <= 65_535 ? { host: host.replace(/[[\]]/g, ''), port } : null;
}

/** One end of a connection. */
export type LineSocket = {
  /** Another one for every connection of this process, from 1. */
  readonly number: number;
  /** Writes one line; the terminator is added. */
  write(line: string): void;
  close(): void;
};

export type LineHandlers = {
  readonly onLine: (line: string, socket: LineSocket) => void;
  /** Nothing more will come. */
  readonly onClose?: (socket: LineSocket) => void;
  /** Is told of what was passed over, in one sentence. */
  readonly onWarning?: (text: string) => void;
};

export type LineServer = {
  /** Where it listens: the port that was found, if 0 was asked for. */
  readonly address: string;
  close(): Promise<void>;
};

/** No request or reply of an operator is longer, in bytes. */
const LINE_LIMIT_BYTES = 1024 * 1024;
let connections = 0;

/**
 * Listens for connections.
 * @throws Error when somebody listens there already, or nobody may
 */
export async function serveLines(address: Address, handlers: LineHandlers): Promise<LineServer> {
  if ('path' in address) await clearAway(address.path);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    speakLines(socket, handlers);
  });
  await listening(server, address);
  return {
    address: placeOf(server, address),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.end();
        server.close(() => resolve());
        // Whoever does not hang up is hung up on.
        setImmediate(() => {
          for (const socket of sockets) socket.destroySoon();
        });
      }),
  };
}

/** @throws Error when nobody listens there */
export function connectLines(address: Address, handlers: LineHandlers): Promise<LineSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect('path' in address ? { path: address.path } : { ...address });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(speakLines(socket, handlers));
    });
  });
}

function speakLines(socket: Socket, { onLine, onClose, onWarning = () => {} }: LineHandlers): LineSocket {
  const splitter = createLineSplitter({ limitBytes: LINE_LIMIT_BYTES, warn: onWarning });
  connections += 1;
  const end: LineSocket = {
    number: connections,
    write: (line) => socket.write(`${line}\n`),
    close: () => socket.destroySoon(),
  };
  socket.on('data', (chunk: Buffer) => {
    for (const { text } of splitter.push(chunk)) onLine(text, end);
  });
  // A connection that breaks is one that is over: whoever waits for it is told so.
  socket.on('error', () => {});
  socket.on('close', () => onClose?.(end));
  return end;
}

/** The socket of a process that was killed stays behind; that of one that lives is not ours to take. */
async function clearAway(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw new Error(`${path} is there, and is no socket`);
  const isTaken = await new Promise<boolean>((resolve) => {
    const probe = connect({ path }, () => resolve(true));
    probe.on('error', () => resolve(false));
    probe.on('connect', () => probe.destroy());
  });
  if (isTaken) throw new Error(`somebody listens at ${path} already`);
  unlinkSync(path);
}

function listening(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function placeOf(server: Server, address: Address): string {
  const at = server.address();
  return at === null || typeof at === 'string' || 'path' in address
    ? String(at)
    : `${address.host}:${at.port}`;
}
