import type { TraceHeader, TraceRecord } from '../trace/format.ts';
import { worldToJson } from '../trace/world.ts';
import { Ring, type RingLimits } from './ring.ts';

/** Where a viewer's events go: the answer to its request, as far as it is needed here. */
export type ViewerStream = {
  /** What was written and has not left yet, in bytes. */
  readonly writableLength: number;
  write(text: string): unknown;
  end(): unknown;
  once(event: 'drain', listener: () => void): unknown;
};

/** No more than this waits for one viewer; the rest stays in the ring, and is passed over if it leaves that. */
const UNREAD_LIMIT_BYTES = 1024 * 1024;
/** So many records are written together. */
const BATCH = 256;

type Viewer = {
  readonly stream: ViewerStream;
  /** The number of the next record that it is to get. */
  seq: number;
  /** Waits for its stream to drain. */
  blocked: boolean;
  /** Has been told that nothing more will come. */
  told: boolean;
};

/**
 * One run, and all who look at it. Everybody reads from the same ring at their own speed. Who is so slow that the ring
 * has moved on is told how many records it has missed and what the cluster was then, and goes on from there.
 */
export class Feed {
  readonly header: TraceHeader;
  readonly ring: Ring;
  readonly #viewers = new Set<Viewer>();
  #ended = false;
  #scheduled = false;
  /** Records that a viewer has missed, summed over all viewers. */
  missed = 0;

  constructor(header: TraceHeader, limits?: RingLimits) {
    this.header = header;
    this.ring = new Ring(header, limits);
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  push(record: TraceRecord): void {
    this.pushLine(JSON.stringify(record));
  }

  /** A record as a line. */
  pushLine(line: string): void {
    this.ring.push(line);
    if (this.#viewers.size === 0 || this.#scheduled) return;
    // All records of one turn of the event loop leave together.
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      for (const viewer of this.#viewers) this.#serve(viewer);
    });
  }

  /** Somebody begins to look. @returns what to call when they have gone */
  attach(stream: ViewerStream): () => void {
    const viewer: Viewer = { stream, seq: 1, blocked: false, told: false };
    this.#viewers.add(viewer);
    stream.write(event('header', this.header));
    this.#serve(viewer);
    return () => {
      this.#viewers.delete(viewer);
    };
  }

  /** Nothing more will come. Viewers are told when they have got everything. */
  end(): void {
    this.#ended = true;
    for (const viewer of this.#viewers) this.#serve(viewer);
  }

  #serve(viewer: Viewer): void {
    const { ring } = this;
    const { stream } = viewer;
    while (!viewer.blocked && viewer.seq < ring.nextSeq) {
      if (viewer.seq < ring.firstSeq) this.#catchUp(viewer);
      let text = '';
      const until = Math.min(viewer.seq + BATCH, ring.nextSeq);
      for (; viewer.seq < until; viewer.seq += 1)
        text += `id: ${viewer.seq}\ndata: ${ring.line(viewer.seq)}\n\n`;
      stream.write(text);
      if (stream.writableLength > UNREAD_LIMIT_BYTES) this.#waitFor(viewer);
    }
    if (!this.#ended || viewer.blocked || viewer.told) return;
    viewer.told = true;
    stream.write(event('end', { missed: this.missed }));
  }

  /** Tells the viewer what it has missed, or, at the beginning, what came before it. */
  #catchUp(viewer: Viewer): void {
    const { ring } = this;
    const before = ring.firstSeq - 1;
    const missed = viewer.seq === 1 ? 0 : ring.firstSeq - viewer.seq;
    this.missed += missed;
    viewer.seq = ring.firstSeq;
    viewer.stream.write(event('base', { before, missed, world: worldToJson(ring.base) }));
  }

  #waitFor(viewer: Viewer): void {
    viewer.blocked = true;
    viewer.stream.once('drain', () => {
      viewer.blocked = false;
      this.#serve(viewer);
    });
  }
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
