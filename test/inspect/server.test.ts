import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Feed } from '../../src/inspect/feed.ts';
import { type InspectServer, startServer } from '../../src/inspect/server.ts';
import { HEADER, RECORDS } from './run.ts';

describe('the server of the live view', () => {
  let feed: Feed;
  let server: InspectServer;
  let port = 0;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    feed = new Feed(HEADER, { records: 1000, characters: 4 * 1024 * 1024 });
    server = await startServer({ feed, pages: { '/': '<!doctype html>page' }, port: 0 });
    port = Number(new URL(server.url).port);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.close();
  });

  type Answer = {
    readonly status: number;
    readonly text: string;
    readonly headers: { [name: string]: unknown };
  };

  function ask(
    path: string,
    more: { method?: string; headers?: { [name: string]: string } } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, ...more }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += String(chunk);
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
        );
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  it('serves its page, which may be kept by nobody and framed by nobody, and tells no other site anything', async () => {
    const { status, text, headers } = await ask('/');
    expect([status, text]).toEqual([200, '<!doctype html>page']);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('streams a run to its end', async () => {
    for (const record of RECORDS.slice(0, 50)) feed.push(record);
    feed.end();
    const answer = new Promise<string>((resolve) => {
      let text = '';
      const socket = open('/events');
      socket.on('data', (chunk) => {
        text += String(chunk);
        if (text.includes('event: end')) resolve(text);
      });
    });
    const text = await answer;
    expect(text).toContain('content-type: text/event-stream');
    expect(text.match(/^id: \d+$/gm)).toHaveLength(50);
  });

  it.each([
    ['a name that was made to point here', { host: 'evil.example' }, 403],
    ['another port', { host: '127.0.0.1:1' }, 403],
    ['a page of another site', { origin: 'https://evil.example' }, 403],
    ['a page of another port of this machine', { origin: 'http://localhost:1' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
  ])('refuses %s', async (_, headers, status) => {
    for (const path of ['/', '/events']) expect((await ask(path, { headers })).status).toBe(status);
  });

  it('answers to both of its names', async () => {
    expect((await ask('/', { headers: { host: `localhost:${port}` } })).status).toBe(200);
    expect((await ask('/', { headers: { origin: `http://127.0.0.1:${port}` } })).status).toBe(200);
  });

  it('has nothing else, and does nothing but answer', async () => {
    expect((await ask('/etc/passwd')).status).toBe(404);
    expect((await ask('/__proto__')).status).toBe(404);
    expect((await ask('/', { method: 'POST' })).status).toBe(405);
    expect((await ask('/', { method: 'OPTIONS' })).status).toBe(405);
  });

  it('cannot be reached from another machine', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of others) {
      const outcome = await new Promise((resolve) => {
        const socket = connect({ host: address, port }, () => resolve('connected'));
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
        sockets.push(socket);
      });
      expect(outcome).toBe('ECONNREFUSED');
    }
    expect(server.url).toBe(`http://127.0.0.1:${port}/`);
  });

  it('is not held up by a viewer that never reads, and bounds what waits for it', async () => {
    const socket = open('/events');
    socket.pause();
    await new Promise((resolve) => socket.once('connect', resolve));
    while (feed.viewers === 0) await nextTurn();
    const text = 'x'.repeat(10_000);
    for (let count = 0; count < 10_000; count += 1) {
      feed.push({ kind: 'verdict', t: count, verdict: 'ok', text });
      if (count % 100 === 0) await nextTurn();
    }
    // A hundred megabytes have gone by: the ring is full, and the viewer has what fits its pipe.
    expect(feed.ring.characters).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(feed.viewers).toBe(1);
    expect((await ask('/')).status).toBe(200);
  });

  /** Asks for a path and leaves the answer to be read. */
  function open(path: string): Socket {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    });
    socket.on('error', () => {});
    sockets.push(socket);
    return socket;
  }
});
