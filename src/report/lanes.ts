import type { Operation } from '../verify/index.ts';

/**
 * Where every process is drawn. A client whose operation remains unknown goes on under a new process number, so
 * processes that follow each other share a lane, and there are about as many lanes as there were clients.
 */
export type Lanes = {
  readonly laneOf: ReadonlyMap<number, number>;
  /** For each lane its processes, in the order in which they began. */
  readonly processes: readonly (readonly number[])[];
};

type Life = { readonly process: number; readonly fromMs: number; toMs: number };

export function lanesOf(operations: readonly Operation[], endMs: number): Lanes {
  const lives = new Map<number, Life>();
  for (const { process, invocation, completion } of operations) {
    const toMs = completion?.timeMs ?? endMs;
    const life = lives.get(process);
    if (life === undefined) lives.set(process, { process, fromMs: invocation.timeMs, toMs });
    else life.toMs = Math.max(life.toMs, toMs);
  }
  const laneOf = new Map<number, number>();
  const processes: number[][] = [];
  const untilMs: number[] = [];
  for (const { process, fromMs, toMs } of [...lives.values()].sort((a, b) => a.fromMs - b.fromMs)) {
    const free = untilMs.findIndex((until) => until <= fromMs);
    const lane = free < 0 ? untilMs.length : free;
    untilMs[lane] = toMs;
    laneOf.set(process, lane);
    processes[lane] = [...(processes[lane] ?? []), process];
  }
  return { laneOf, processes };
}
