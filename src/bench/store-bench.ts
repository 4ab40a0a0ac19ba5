import { join } from 'node:path';
import { monotonicMs } from '../host/clock.ts';
import type { RunSource } from '../report/source.ts';
import { DataHome } from './data-home.ts';
import type { Narrator } from './narrator.ts';
import { faultsLine } from './prologue.ts';
import { storeSource } from './run-source.ts';
import type { TraceHost } from './run-trace.ts';
import type { Store } from './store.ts';
import type { StoreBenchOptions } from './store-options.ts';
import { headline } from './store-report.ts';
import { type ModeResults, modeResults, type StoreResults, storeResults } from './store-results.ts';
import { StoreRun, type StoreRunOptions } from './store-run.ts';
import { plain } from './text.ts';

/** The same load and the same faults in each mode, one after the other; leaves histories and results behind. */
export async function benchStore(
  { run: options, modes, data }: StoreBenchOptions,
  command: string,
  store: Store,
  narrator: Narrator | null,
  interrupted: AbortSignal,
  trace: TraceHost | null,
): Promise<{ readonly results: StoreResults; readonly sources: readonly RunSource[] }> {
  const sources: RunSource[] = [];
  for (const line of prologue(options)) narrator?.say(line);
  const home = options.durableArgs === null ? null : new DataHome(data, join(store.directory, 'data'));
  const done: ModeResults[] = [];
  for (const mode of modes) {
    if (interrupted.aborted) break;
    narrator?.say(`In mode ${mode}:`);
    const run = new StoreRun(options, mode, {
      nowMs: monotonicMs,
      logDir: store.logDirOf(mode),
      dataDir: home?.part(mode) ?? null,
      interrupted,
      tell: (timeMs, text) => narrator?.tell(timeMs, text),
      trace,
    });
    narrator?.showProgress(run.recorder.samples, () => run.sinceStartMs());
    await run.start();
    narrator?.stop();
    store.writeHistory(run.history, `history-${mode}`);
    const found = modeResults(run);
    run.close(found.verdict, headline(found, plain));
    done.push(found);
    sources.push(storeSource(run, options, found, command));
  }
  const results = storeResults(done, options, interrupted.aborted);
  store.writeResults(results);
  if (home?.close(results.verdict)) narrator?.say(`The nodes' directories are left in ${home.directory}.`);
  return { results, sources };
}

/** What is about to happen, for someone who has never seen it. */
function prologue(options: StoreRunOptions): string[] {
  const { nodes, program, concurrency, rate, timeMs, keys, latency, nemesis, seed } = options;
  const speed = rate === 0 ? 'as fast as they can' : `at ${rate} operations a second`;
  const far = latency.meanMs === 0 ? '' : `, ${latency.meanMs} ms apart`;
  const skews = Object.entries(options.clockOffsetsMs).map(([node, ms]) => `${node} by ${ms} ms`);
  return [
    `A cluster of ${nodes} processes of ${program.name}${far}, and ${concurrency} clients that read, write and delete`,
    `${keys} keys ${speed} for ${timeMs / 1000} s, each operation at any node.`,
    ...(skews.length === 0 ? [] : [`Clocks are off: ${skews.join(', ')}.`]),
    faultsLine(nemesis, seed),
    '',
  ];
}
