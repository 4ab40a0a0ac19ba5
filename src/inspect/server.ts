import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Feed } from './feed.ts';

/** Serves the page and the events to browsers on this machine, and to nobody else. */
export type InspectServer = {
  /** Where the page is: `http://127.0.0.1:PORT/`. */
  readonly url: string;
  /** Lets go of everybody. */
  close(): Promise<void>;
};

const HOST = '127.0.0.1';

export type ServerOptions = {
  readonly feed: Feed;
  /** The pages, self-contained HTML, by their paths. */
  readonly pages: { readonly [path: string]: string };
  /** 0 for any port that is free. */
  readonly port: number;
};

const COMMON_HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/**
 * Starts the server. It listens on the loopback interface alone, and answers only requests that name it by a loopback
 * name: a page elsewhere whose own name is made to point here (DNS rebinding) learns nothing.
 *
 * @throws Error when the port is taken
 */
export async function startServer({ feed, pages, port }: ServerOptions): Promise<InspectServer> {
  // Loaded when it is asked for: a node starts faster without.
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => {
    const refusal = refusalOf(request, portOf(server.address()));
    if (refusal !== null) return refuse(response, ...refusal);
    const path = request.url ?? '';
    if (path === '/events') return sendEvents(request, response, feed);
    if (Object.hasOwn(pages, path)) return sendPage(response, pages[path] as string);
    refuse(response, 404, `there is no ${path}; the page is /`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  return {
    url: `http://${HOST}:${portOf(server.address())}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(address: ReturnType<import('node:http').Server['address']>): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Why a request is not answered, if it is not: status and reason. */
function refusalOf({ method, headers }: IncomingMessage, port: number): [number, string] | null {
  const names = [`${HOST}:${port}`, `localhost:${port}`];
  if (headers.host === undefined || !names.includes(headers.host)) {
    return [403, `the host must be ${names.join(' or ')}`];
  }
  const { origin } = headers;
  if (origin !== undefined && !names.includes(origin.replace(/^http:\/\//, ''))) {
    return [403, 'pages from elsewhere may not look'];
  }
  if (method !== 'GET') return [405, 'only GET'];
  return null;
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { ...COMMON_HEADERS, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${reason}\n`);
}

function sendPage(response: ServerResponse, page: string): void {
  response.writeHead(200, {
    ...COMMON_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'x-frame-options': 'DENY',
  });
  response.end(page);
}

function sendEvents(request: IncomingMessage, response: ServerResponse, feed: Feed): void {
  response.writeHead(200, { ...COMMON_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
  const detach = feed.attach(response);
  request.on('close', detach);
  response.on('error', detach);
}
