import type { RunSource } from '../report/source.ts';
import { contradictionsIn, lossesIn } from '../verify/index.ts';
import { judgeHistory } from './judge.ts';
import { replayCommand } from './log-report.ts';
import { type SimulationOptions, simulatedNodes } from './options.ts';
import type { SimulationResult } from './simulation.ts';
import { storeReplayCommand } from './store-report.ts';
import type { StoreSimulationResult } from './store-result.ts';

/** What simulations hand over to be reported. */

/** Of a simulated log. */
export function logSource({ options, failure, judgement, history, ...run }: SimulationResult): RunSource {
  const { messages, leaderships, faultTexts } = run;
  return {
    ...sourceOf(options, replayCommand(options), failure, judgement?.linearizability.reason, run.stats),
    mode: null,
    history,
    faultTexts,
    messages,
    leaderships,
    contradictions: contradictionsOf(options.workload, judgement, history),
  };
}

/** Of a simulated conflict store. */
export function storeSource({
  options,
  failure,
  survival,
  history,
  messages,
  faultTexts,
  stats,
}: StoreSimulationResult): RunSource {
  return {
    ...sourceOf(options, storeReplayCommand(options), failure, survival?.reason, stats),
    mode: options.store.mode,
    history,
    faultTexts,
    messages,
    leaderships: [],
    contradictions: survival === null ? [] : lossesIn(history),
  };
}

/** A run that an invariant has ended was not judged; what clients had seen by then may show what it means to them. */
function contradictionsOf(
  workload: SimulationOptions['workload'],
  judgement: SimulationResult['judgement'],
  history: SimulationResult['history'],
) {
  const { linearizability, sessions, indices } = judgement ?? judgeHistory(workload, history);
  return contradictionsIn(linearizability, sessions, indices);
}

function sourceOf(
  options: SimulationOptions,
  command: string,
  failure: string | null,
  reason: string | undefined,
  { virtualSeconds }: { readonly virtualSeconds: number },
) {
  const { seed, workload, seconds, concurrency, opsPerSecond, keys, weather } = options;
  const [least, most] = weather.delayMs;
  return {
    ran: 'sim',
    workload,
    command,
    seed,
    nodes: simulatedNodes(options),
    time: 'virtual',
    facts: [
      ['', `${concurrency} clients`],
      ['', `${opsPerSecond} operations a second asked for`],
      ['', keys === 1 ? '1 key' : `${keys} keys`],
      ['messages take', `${least} to ${most} ms`],
    ],
    load: { fromMs: 0, toMs: Math.min(seconds, virtualSeconds) * 1000 },
    verdict: {
      outcome: failure === null ? 'ok' : 'illegal',
      headline: failure ?? 'Every property held.',
      notes: reason === undefined || failure?.includes(reason) ? [] : [`${reason}.`],
    },
  } as const;
}
