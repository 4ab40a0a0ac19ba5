import { MODES, type Mode } from '../../machines/store/operations.ts';
import type { SurvivalResult } from '../verify/index.ts';
import { spellCrash, spellWeather } from './choices.ts';
import { describeDisks, describeRefused } from './log-report.ts';
import type { SimulationOptions } from './options.ts';
import type { StoreSimulationResult } from './store-result.ts';

/** A simulation of the conflict store, for people and for programs. */

export function describeStoreOptions(options: SimulationOptions): string {
  const { seed, nodes, seconds, opsPerSecond, concurrency, keys, weather, store } = options;
  return [
    `seed ${seed}: ${nodes} node${nodes === 1 ? '' : 's'}, ${seconds} s, ${opsPerSecond} operations a second by ${concurrency} clients on ${keys} keys, mode ${store.mode}`,
    `  messages take ${weather.delayMs[0]} to ${weather.delayMs[1]} ms, ${percent(weather.loss)} lost, ${percent(weather.duplicate)} twice; clocks are off by up to ${store.skewMs} ms`,
    `  a second: ${weather.partitionRate} partitions (${percent(weather.oneWay)} one-way), ${weather.pauseRate} pauses, ${weather.crashRate} crashes`,
    describeDisks(weather),
    `  nodes compare every ${store.gossipIntervalMs} ms, and keep deletions for ${store.tombstoneGraceMs} ms at least`,
  ].join('\n');
}

/** The command that runs exactly this again. */
export function storeReplayCommand(options: SimulationOptions): string {
  const { seed, nodes, seconds, opsPerSecond, concurrency, keys, weather, store } = options;
  return [
    `actorum sim --workload lww-kv --mode ${store.mode} --seed ${seed} --nodes ${nodes} --seconds ${seconds} --ops ${opsPerSecond}`,
    `--concurrency ${concurrency} --keys ${keys}`,
    spellWeather(weather),
    ...(options.crashAt === null ? [] : [spellCrash(options.crashAt)]),
    `--skew-ms ${store.skewMs}`,
    `--gossip-interval-ms ${store.gossipIntervalMs} --tombstone-grace-ms ${store.tombstoneGraceMs}`,
    '--verbose',
  ].join(' ');
}

export function describeStoreResult({ options, stats, survival, traceHash }: StoreSimulationResult): string {
  const messages = Object.values(stats.messages).reduce((sum, count) => sum + count, 0);
  const faults = Object.entries(stats.faults).map(([name, count]) => `${count} ${name}`);
  const [agreed, end] = stats.tombstones;
  const converged = stats.convergedMs === null ? 'not' : `${Math.round(stats.convergedMs)} ms after healing`;
  return [
    ...(survival === null ? [] : [storeHeadline(options.store.mode, survival)]),
    `  clients: ${stats.ok} ok, ${stats.fail} failed, ${stats.info} unknown; at most ${stats.mostSiblings} values stood under one key`,
    `  converged: ${converged}; ${agreed} tombstones were held then, ${end} at the end`,
    `  events of vectors: ${stats.minted}, none twice; ${stats.invariantChecks} steps of registers were checked`,
    `  disks: ${stats.syncs} syncs, ${stats.restarts} starts that found what was acknowledged, ${describeRefused(stats.refused)}`,
    `  network: ${messages} messages between nodes, ${stats.lost} lost, ${stats.duplicated} repeated`,
    `  faults: ${faults.length === 0 ? 'none' : faults.join(', ')}`,
    `  ${stats.events} events in ${stats.virtualSeconds.toFixed(1)} virtual seconds; trace hash ${traceHash}`,
  ].join('\n');
}

/** What became of the acknowledged writes of a run, or of many. */
export type SurvivalCounts = Pick<SurvivalResult, 'acknowledged' | 'held' | 'covered' | 'forgotten' | 'lost'>;

export function survivalCounts({
  acknowledged,
  held,
  covered,
  forgotten,
  lost,
}: SurvivalCounts): SurvivalCounts {
  return { acknowledged, held, covered, forgotten, lost };
}

/** The number that a mode stands or falls by. */
function storeHeadline(mode: Mode, { acknowledged, held, covered, forgotten, lost }: SurvivalCounts): string {
  const apart =
    forgotten === 0 ? '' : `; ${forgotten} more went with the damaged disk of the only node that knew them`;
  return `  ${mode}: ${lost} of ${acknowledged} acknowledged writes LOST (${held} held, ${covered} replaced by writes that had seen them)${apart}`;
}

/** What became of acknowledged writes over many runs, for each mode. */
export class SurvivalTotals {
  readonly #totals = new Map<Mode, SurvivalCounts>();

  add(mode: Mode, survival: SurvivalCounts | null): void {
    if (survival === null) return;
    const before = this.#totals.get(mode);
    const sum = (name: keyof SurvivalCounts) => survival[name] + (before?.[name] ?? 0);
    this.#totals.set(mode, {
      acknowledged: sum('acknowledged'),
      held: sum('held'),
      covered: sum('covered'),
      forgotten: sum('forgotten'),
      lost: sum('lost'),
    });
  }

  lines(): string[] {
    return MODES.flatMap((mode) => {
      const counts = this.#totals.get(mode);
      return counts === undefined ? [] : [storeHeadline(mode, counts)];
    });
  }
}

export function storeToJson(result: StoreSimulationResult) {
  const { options, failure, survival, stats, traceHash } = result;
  return {
    valid: failure === null,
    failure,
    survival,
    traceHash,
    options,
    stats,
    replay: storeReplayCommand(options),
  };
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}
