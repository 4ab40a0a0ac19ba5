import type { NemesisOptions } from './nemesis/options.ts';
import type { RunOptions } from './run.ts';

/** What is about to happen, for someone who has never seen it. */
export function prologue(options: RunOptions): string[] {
  const { nodes, program, concurrency, rate, timeMs, latency, nemesis, seed } = options;
  const { workload, slowFollowerMs } = options;
  const speed = rate === 0 ? 'as fast as they can' : `at ${rate} operations a second`;
  const far = latency.meanMs === 0 ? '' : `, ${latency.meanMs} ms apart`;
  const lines = [
    `A cluster of ${nodes} processes of ${program.name}${far}, and ${concurrency} clients that read, write and`,
    workload === 'lin-kv'
      ? `compare-and-set keys ${speed} for ${timeMs / 1000} s, each asking a node of its own.`
      : `compare-and-set keys ${speed} for ${timeMs / 1000} s, each carrying its session from node to node.`,
  ];
  if (slowFollowerMs > 0) lines.push(`One follower hears the other nodes ${slowFollowerMs} ms late.`);
  return [...lines, faultsLine(nemesis, seed), ''];
}

/** Which faults are to be expected, in one line. */
export function faultsLine({ faults, intervalMs, rates }: NemesisOptions, seed: number): string {
  if (faults.length === 0) return `Nothing is broken on purpose. Seed ${seed}.`;
  const told = faults.map((fault) => {
    const perSecond = rates[fault];
    return perSecond === undefined ? fault : `${fault} ${perSecond} times a second`;
  });
  return `Faults, in strikes of about ${intervalMs / 1000} s: ${told.join(', ')}. Seed ${seed}.`;
}
