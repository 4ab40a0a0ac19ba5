import type { RunSource } from '../report/source.ts';
import { type Contradiction, lossesIn } from '../verify/index.ts';
import type { Finding } from './findings.ts';
import type { FaultBand } from './nemesis/fault-log.ts';
import { verdictText } from './report.ts';
import type { Results } from './results.ts';
import type { Run } from './run.ts';
import { headline } from './store-report.ts';
import type { ModeResults } from './store-results.ts';
import type { StoreRun, StoreRunOptions } from './store-run.ts';
import { formatMoment, plain } from './text.ts';

/** What runs of the bench hand over to be reported. */

/** Of a run against a log. @param command what makes a run like it */
export function logSource(
  { options, nodes, recorder, network, leaders, load, faults }: Run,
  results: Results,
  contradictions: readonly Contradiction[],
  command: string,
): RunSource {
  const { sessions, findings } = results;
  return {
    ...sourceOf(options, nodes, command),
    workload: options.workload,
    mode: null,
    facts: factsOf(options),
    load,
    history: recorder.events,
    faultTexts: textsOf(faults),
    messages: network.traffic.overTime,
    leaderships: leaders.seen,
    verdict: {
      outcome: results.verdict,
      headline: verdictText(results),
      notes: [...findings.map(told), ...(sessions === null ? [] : [`Sessions: ${sessions.reason}.`])],
    },
    contradictions,
  };
}

/** Of a run against a conflict store in one mode. @param command what makes a run like it */
export function storeSource(
  run: StoreRun,
  options: StoreRunOptions,
  results: ModeResults,
  command: string,
): RunSource {
  const { mode, nodes, history, network, phases, faults } = run;
  const { verdict, survival, findings, convergedMs } = results;
  return {
    ...sourceOf(options, nodes, command),
    workload: 'lww-kv',
    mode,
    facts: [...factsOf(options), ['', `${options.keys} keys`]],
    load: phases.load,
    history,
    faultTexts: textsOf(faults),
    messages: network.traffic.overTime,
    leaderships: [],
    verdict: {
      outcome: verdict,
      headline: headline(results, plain),
      notes: [
        ...findings.map(told),
        ...survival.violations,
        convergedMs === null
          ? 'The nodes did not come to hold the same.'
          : `All nodes held the same ${Math.round(convergedMs)} ms after the network was whole.`,
      ],
    },
    contradictions: survival.lost === 0 ? [] : lossesIn(history),
  };
}

type Common = Pick<StoreRunOptions, 'concurrency' | 'rate' | 'latency' | 'seed'>;

function sourceOf({ seed }: Common, nodes: readonly string[], command: string) {
  return { ran: 'bench', command, seed, nodes, time: 'real' } as const;
}

function factsOf({ concurrency, rate, latency }: Common): [string, string][] {
  return [
    ['', `${concurrency} clients`],
    ['', rate === 0 ? 'as fast as possible' : `${rate} operations a second asked for`],
    [
      'messages take',
      latency.meanMs === 0 ? 'no time of their own' : `${latency.meanMs} ms (${latency.kind})`,
    ],
  ];
}

function textsOf(faults: readonly FaultBand[]): RunSource['faultTexts'] {
  return faults.map(({ fault, text }) => ({ name: fault, text }));
}

function told({ kind, node, timeMs, text }: Finding): string {
  return `${kind} at ${formatMoment(timeMs).trim()}: ${node} ${text}`;
}
