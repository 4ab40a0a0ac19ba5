import type { RunSource } from '../report/source.ts';
import { contradictionsIn, lossesIn } from '../verify/index.ts';
import { replayCommand } from './log-report.ts';
import { type SimulationOptions, simulatedNodes } from './options.ts';
import type { SimulationResult } from './simulation.ts';
import { storeReplayCommand } from './store-report.ts';
import type { StoreSimulationResult } from './store-result.ts';

/** What simulations hand over to be reported. */

/** Of a simulated log. */
export function logSource({ options, failure, judgement, history, ...run }: SimulationResult): RunSource {
  const { messages, leaderships } = run;
  return {
    ...sourceOf(options, replayCommand(options), failure, judgement?.linearizability.reason),
    mode: null,
    history,
    messages,
    leaderships,
    contradictions:
      judgement === null
        ? []
        : contradictionsIn(judgement.linearizability, judgement.sessions, judgement.indices),
  };
}

/** Of a simulated conflict store. */
export function storeSource({
  options,
  failure,
  survival,
  history,
  messages,
}: StoreSimulationResult): RunSource {
  return {
    ...sourceOf(options, storeReplayCommand(options), failure, survival?.reason),
    mode: options.store.mode,
    history,
    messages,
    leaderships: [],
    contradictions: survival === null ? [] : lossesIn(history),
  };
}

function sourceOf(
  options: SimulationOptions,
  command: string,
  failure: string | null,
  reason: string | undefined,
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
    faultTexts: [],
    facts: [
      ['', `${concurrency} clients`],
      ['', `${opsPerSecond} operations a second asked for`],
      ['', keys === 1 ? '1 key' : `${keys} keys`],
      ['messages take', `${least} to ${most} ms`],
    ],
    load: { fromMs: 0, toMs: seconds * 1000 },
    verdict: {
      outcome: failure === null ? 'ok' : 'illegal',
      headline: failure ?? 'Every property held.',
      notes: reason === undefined || failure?.includes(reason) ? [] : [`${reason}.`],
    },
  } as const;
}
