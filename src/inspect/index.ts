import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pause } from '../host/clock.ts';
import { packageRoot } from '../host/package.ts';
import type { TraceHeader, TraceSink } from '../trace/format.ts';
import { Feed } from './feed.ts';
import { startServer } from './server.ts';

/** A view of a run for browsers on this machine. */
export type LiveView = {
  /** Where the page is. */
  readonly url: string;
  readonly feed: Feed;
  /** Takes each record as it happens; never waits for anybody. */
  readonly sink: TraceSink;
  /** Nothing more will come; whoever looks is told, and may go on looking. */
  end(): void;
  /** Lets go of everybody, after a moment for those who have not got everything. */
  close(): Promise<void>;
};

/** Viewers that read get what is left within this time. */
const LAST_WORDS_MS = 300;

/**
 * Opens a view.
 * @param port 0 for any port that is free
 * @throws Error when the port is taken, or the page was not built
 */
export async function openLiveView(header: TraceHeader, port: number): Promise<LiveView> {
  const feed = new Feed(header);
  const server = await startServer({
    feed,
    pages: { '/': readPage('inspect.html'), '/stately': readPage('stately.html') },
    port,
  });
  return {
    url: server.url,
    feed,
    sink: (record) => {
      feed.push(record);
      return true;
    },
    end: () => feed.end(),
    async close() {
      feed.end();
      if (feed.viewers > 0) await pause(LAST_WORDS_MS);
      await server.close();
    },
  };
}

/** A page, as the build left it beside the bundle. */
export function readPage(
  name: 'inspect.html' | 'stately.html',
  here = fileURLToPath(import.meta.url),
): string {
  const file = join(packageRoot(here), 'dist', name);
  if (!existsSync(file)) throw new Error(`there is no ${file}: run npm run build`);
  return readFileSync(file, 'utf8');
}

export { pageWith } from './embed.ts';
export { Feed } from './feed.ts';
