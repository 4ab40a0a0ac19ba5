import type { Program } from '../src/bench/node-process.ts';
import type { Service } from '../src/bench/operation.ts';
import { percentilesOf } from '../src/kit/percentiles.ts';
import { type Figures, Subject } from './cell.ts';
import { carryingTokens, type Mode } from './read-modes.ts';
import { createReadsWorkload } from './workloads.ts';

/** One measurement: a way to read, mixed with writes. */
export type Cell = {
  readonly mode: Mode;
  /** From 0 to 1; the others are writes. */
  readonly readShare: number;
  readonly concurrency: number;
  readonly forMs: number;
};

export type ClusterKind = {
  readonly program: Program;
  readonly nodes: number;
  readonly slowFollowerMs: number;
  readonly logDir: string;
  readonly seed: number;
};

/** What a cell reached. */
export type Row = Omit<Figures, 'services' | 'leader' | 'messages'> & {
  readonly nodes: number;
  readonly slowFollowerMs: number;
  readonly mode: string;
  readonly readShare: number;
  /** Of the ryw_reads, from 0 to 1; null when there were none. */
  readonly byFollowers: number | null;
  readonly redirected: number | null;
  readonly waited: number | null;
  /** How long those waited that waited; null when none did. */
  readonly waitP50Ms: number | null;
  readonly waitP99Ms: number | null;
};

/** A machine that is short of processors may lose a leader; then the measurement is made again. */
const MAX_TRIES = 5;

/** Measures all cells in one fresh cluster. */
export async function measureCluster(
  kind: ClusterKind,
  cells: readonly Cell[],
  progress: (text: string) => void,
): Promise<Row[]> {
  const { program, nodes, slowFollowerMs, logDir, seed } = kind;
  const subject = await Subject.start(program, nodes, logDir, seed, { workload: 'ryw-kv', slowFollowerMs });
  try {
    await subject.ready('read');
    const rows: Row[] = [];
    for (const cell of cells) {
      const slow = slowFollowerMs > 0 ? ', one follower slow' : '';
      progress(`${nodes} nodes${slow}, ${cell.readShare * 100} % reads: ${cell.mode.name}`);
      rows.push(rowOf(kind, cell, await measureSteadily(subject, cell, seed)));
    }
    return rows;
  } finally {
    await subject.stop();
  }
}

/** Under one and the same leader from the beginning to the end. */
async function measureSteadily(
  subject: Subject,
  { mode, readShare, concurrency, forMs }: Cell,
  seed: number,
): Promise<Figures> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const { leader } = subject;
    if (leader === undefined) throw new Error('nobody leads');
    const workload = createReadsWorkload(mode.kind, readShare, seed);
    const performers = carryingTokens(mode, leader);
    const figures = await subject.measureLoad({ workload, concurrency, forMs, performers });
    if (figures.leader === leader) return figures;
  }
  throw new Error(`the leadership changed during each of ${MAX_TRIES} measurements`);
}

function rowOf({ nodes, slowFollowerMs }: ClusterKind, { mode, readShare }: Cell, figures: Figures): Row {
  const { services, leader, messages: _, ...rest } = figures;
  return { nodes, slowFollowerMs, mode: mode.name, readShare, ...rest, ...servedOf(services, leader) };
}

function servedOf(
  services: readonly Service[],
  leader: string | undefined,
): Pick<Row, 'byFollowers' | 'redirected' | 'waited' | 'waitP50Ms' | 'waitP99Ms'> {
  const share = (of: (service: Service) => boolean): number | null =>
    services.length === 0 ? null : services.filter(of).length / services.length;
  const isOwn = (service: Service): boolean => !service.redirected && service.servedBy !== leader;
  const hasWaited = (service: Service): boolean => isOwn(service) && (service.waitedMs ?? 0) > 0;
  const waits = percentilesOf(services.filter(hasWaited).map(({ waitedMs }) => waitedMs ?? 0));
  return {
    byFollowers: share(isOwn),
    redirected: share(({ redirected }) => redirected),
    waited: share(hasWaited),
    waitP50Ms: waits?.p50 ?? null,
    waitP99Ms: waits?.p99 ?? null,
  };
}
