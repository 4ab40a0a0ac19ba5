import type { TraceHeader, TraceRecord } from '../../trace/format.ts';
import { apply, copyOf, emptyWorld, type World } from '../../trace/world.ts';
import { Picture } from './picture.ts';

/** The most records that the page keeps; older ones are let go, a tenth at a time. */
export const MAX_RECORDS = 150_000;
/** The page is shown anew at most this often. */
const NOTIFY_MS = 80;
/** After so many records the world is kept whole, so that any moment is never more than this far away. */
const KEYFRAME_EVERY = 256;

export type NextFrame = (show: (timeMs: number) => void) => unknown;

/**
 * All that the page knows of a run: the records that it keeps, and the cluster as it was at any of them. A moment is
 * named by how many records of the run have happened then, counted from the run's beginning.
 */
export class Store {
  header: TraceHeader | null = null;
  /** Where the records come from, for people. */
  origin = '';
  /** Records before the first that is kept. */
  before = 0;
  /** Records that this viewer has missed, because it was too slow. */
  missed = 0;
  /** Nothing more will come. */
  ended = false;
  /** What could not be read, one sentence each. */
  problems: string[] = [];
  records: TraceRecord[] = [];
  picture = new Picture([]);
  readonly #nextFrame: NextFrame;
  readonly #maxRecords: number;
  readonly #listeners = new Set<() => void>();
  #notified = true;
  #notifiedMs = 0;
  #world: World = emptyWorld([]);
  #keyframes: World[] = [];
  #near: { moment: number; world: World } | null = null;

  /**
   * @param nextFrame calls back before the next frame is shown, with the time in milliseconds
   */
  constructor(nextFrame: NextFrame, maxRecords = MAX_RECORDS) {
    this.#nextFrame = nextFrame;
    this.#maxRecords = maxRecords;
  }

  /** The latest moment. */
  get end(): number {
    return this.before + this.records.length;
  }

  /** The cluster as it is now. */
  get world(): World {
    return this.#world;
  }

  /** Calls back when there is more, some times a second. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A run begins; everything that was kept of another is let go. */
  begin(header: TraceHeader, origin: string): void {
    this.header = header;
    this.origin = origin;
    this.missed = 0;
    this.ended = false;
    this.problems = [];
    this.picture = new Picture(header.nodes);
    this.#restart(0, emptyWorld(header.nodes));
  }

  /** The records from here on stand on a world that this page has not seen come to be. */
  rebase(before: number, missed: number, world: World): void {
    this.missed += missed;
    this.picture.gap(world);
    this.#restart(before, world);
  }

  append(record: TraceRecord): void {
    if (this.records.length % KEYFRAME_EVERY === 0) this.#keyframes.push(copyOf(this.#world));
    this.records.push(record);
    apply(this.#world, record);
    this.picture.add(record);
    if (this.records.length > this.#maxRecords) this.#letGo();
    this.#notify();
  }

  problem(text: string): void {
    this.problems.push(text);
    this.#notify();
  }

  finish(): void {
    this.ended = true;
    this.#notify();
  }

  /** The record that leads to a moment; undefined at the beginning. */
  recordAt(moment: number): TraceRecord | undefined {
    return this.records[moment - this.before - 1];
  }

  /** The cluster as it was at a moment. Not to be changed. */
  worldAt(moment: number): World {
    const count = Math.min(Math.max(moment - this.before, 0), this.records.length);
    if (count === this.records.length) return this.#world;
    const frame = Math.floor(count / KEYFRAME_EVERY);
    let from = frame * KEYFRAME_EVERY;
    let world = this.#keyframes[frame] as World;
    const near = this.#near;
    if (near !== null && near.moment - this.before <= count && near.moment - this.before > from) {
      from = near.moment - this.before;
      world = near.world;
    }
    world = copyOf(world);
    for (let place = from; place < count; place += 1) apply(world, this.records[place] as TraceRecord);
    this.#near = { moment: this.before + count, world };
    return world;
  }

  /** The last moment at or before a time. */
  momentAt(t: number): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.records[middle] as TraceRecord).t <= t) low = middle + 1;
      else high = middle;
    }
    return this.before + low;
  }

  #restart(before: number, world: World): void {
    this.before = before;
    this.records = [];
    this.#keyframes = [];
    this.#near = null;
    this.#world = copyOf(world);
    this.#notify();
  }

  #letGo(): void {
    const frames = Math.ceil(this.#maxRecords / 10 / KEYFRAME_EVERY);
    const count = frames * KEYFRAME_EVERY;
    this.records.splice(0, count);
    this.#keyframes.splice(0, frames);
    this.before += count;
    this.#near = null;
    this.picture.forgetBefore(this.records[0]?.t ?? 0);
  }

  /** Before the next frame, but not more often than people can follow. */
  #schedule(): void {
    this.#nextFrame((time) => {
      if (time - this.#notifiedMs < NOTIFY_MS) return this.#schedule();
      this.#notifiedMs = time;
      this.#notified = true;
      for (const listener of this.#listeners) listener();
    });
  }

  #notify(): void {
    if (!this.#notified) return;
    this.#notified = false;
    this.#schedule();
  }
}
