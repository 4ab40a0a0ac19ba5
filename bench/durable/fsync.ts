import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { median } from '../../src/bench/statistics.ts';
import { report, taskOf } from '../child.ts';

/** What the drive itself gives: appends of one page, each made durable before the next. In a process of its own. */
export type FsyncTask = { readonly dir: string; readonly name: string; readonly forMs: number };
export type FsyncRate = {
  readonly perSecond: number;
  /** The middle and the slow end of one append with its sync, in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
};

/** What a small batch of a log takes: one page. */
const PAGE_BYTES = 4096;

function measure({ dir, name, forMs }: FsyncTask): FsyncRate {
  const path = join(dir, name);
  const file = openSync(path, 'w');
  const page = Buffer.alloc(PAGE_BYTES, 1);
  const tookMs: number[] = [];
  const startMs = performance.now();
  try {
    let beforeMs = startMs;
    while (beforeMs - startMs < forMs) {
      writeSync(file, page);
      fdatasyncSync(file);
      const nowMs = performance.now();
      tookMs.push(nowMs - beforeMs);
      beforeMs = nowMs;
    }
    const perSecond = (tookMs.length / (beforeMs - startMs)) * 1000;
    const sorted = tookMs.toSorted((a, b) => a - b);
    const p99Ms = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
    return { perSecond, p50Ms: median(sorted), p99Ms };
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}

report(measure(taskOf<FsyncTask>()));
