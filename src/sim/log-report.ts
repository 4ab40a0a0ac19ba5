import { spellLog, spellWeather } from './choices.ts';
import type { SimulationOptions } from './options.ts';
import type { SimulationResult } from './simulation.ts';

/** What is told of a simulated log. */

/** The command that runs exactly this again. */
export function replayCommand(options: SimulationOptions): string {
  const { seed, workload, rywWaitMs, nodes, seconds, opsPerSecond, concurrency, keys, weather } = options;
  return [
    `actorum sim --workload ${workload} --seed ${seed} --nodes ${nodes} --seconds ${seconds} --ops ${opsPerSecond}`,
    `--concurrency ${concurrency} --keys ${keys}`,
    spellWeather(weather),
    spellLog(options),
    ...(workload === 'ryw-kv' ? [`--ryw-wait-ms ${rywWaitMs}`] : []),
    '--verbose',
  ].join(' ');
}

/** What the seed has chosen, for people. */
export function describeOptions(options: SimulationOptions): string {
  const { seed, workload, rywWaitMs, nodes, seconds, opsPerSecond, concurrency, keys, weather, limits } =
    options;
  return [
    `seed ${seed}: ${nodes} node${nodes === 1 ? '' : 's'}, ${seconds} s, ${opsPerSecond} operations a second by ${concurrency} clients on ${keys} keys`,
    `  messages take ${weather.delayMs[0]} to ${weather.delayMs[1]} ms, ${percent(weather.loss)} lost, ${percent(weather.duplicate)} twice; a sync takes up to ${weather.syncMs} ms`,
    `  a second: ${weather.partitionRate} partitions (${percent(weather.oneWay)} one-way), ${weather.pauseRate} pauses, ${weather.crashRate} crashes, ${weather.transferRate} transfers, ${weather.membershipRate} changes of membership`,
    describeDisks(weather),
    `  a checkpoint after ${limits.checkpointEntries} entries, and ${limits.trailingEntries} stay behind it`,
    ...(workload === 'ryw-kv' ? [`  ryw-kv: a read waits up to ${rywWaitMs} ms for its follower`] : []),
  ].join('\n');
}

/** What goes wrong with disks, for people. */
export function describeDisks(weather: SimulationOptions['weather']): string {
  const { torn, crashAllRate, fsyncFailureRate, ioErrorRate, diskFullRate, bitFlipRate, slowDiskRate } =
    weather;
  const failing = `${fsyncFailureRate} failed syncs, ${ioErrorRate} failed writes, ${diskFullRate} full disks, ${bitFlipRate} flipped bits, ${slowDiskRate} slow disks`;
  return `  and ${crashAllRate} crashes of all, ${percent(torn)} of crashes torn; ${failing}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}

/** What was found, for people. */
export function describeResult({ stats, traceHash, judgement }: SimulationResult): string {
  const messages = Object.values(stats.messages).reduce((sum, count) => sum + count, 0);
  const faults = Object.entries(stats.faults).map(([name, count]) => `${count} ${name}`);
  return [
    `  clients: ${stats.ok} ok, ${stats.fail} failed, ${stats.info} unknown; ${judgement?.linearizability.reason ?? 'not judged'}`,
    ...(judgement?.sessions ? [`  sessions: ${judgement.sessions.reason}`] : []),
    ...(judgement?.indices ? [`  indices: ${judgement.indices.reason}`] : []),
    `  raft: ${stats.committed} entries committed, ${stats.termsLed} terms led, ${stats.invariantChecks} checks of the paper's properties`,
    `  network: ${messages} messages between nodes, ${stats.lost} lost, ${stats.duplicated} repeated`,
    `  faults: ${faults.length === 0 ? 'none' : faults.join(', ')}`,
    `  disks: ${stats.syncs} syncs, ${stats.restarts} starts that found what was acknowledged, ${stats.restores} states from checkpoints, ${describeRefused(stats.refused)}`,
    `  log: ${stats.longestLog} entries at the most; ${stats.memberships} memberships`,
    `  recovery: ${stats.recoveryMs === null ? 'none' : `${Math.round(stats.recoveryMs)} ms until every node answered for every key`}`,
    `  ${stats.events} events in ${stats.virtualSeconds.toFixed(1)} virtual seconds; trace hash ${traceHash}`,
  ].join('\n');
}

export function describeRefused(refused: readonly string[]): string {
  return refused.length === 0 ? 'no disk refused' : `${refused.join(' and ')} refused by a damaged disk`;
}

/** The result as `--json` prints it. */
export function toJson({ options, failure, judgement, stats, traceHash }: SimulationResult) {
  return {
    valid: failure === null,
    failure,
    linearizable: judgement?.linearizability.verdict ?? null,
    ...(options.workload === 'ryw-kv'
      ? { sessions: judgement?.sessions?.verdict ?? null, indices: judgement?.indices?.verdict ?? null }
      : {}),
    traceHash,
    options,
    stats,
    replay: replayCommand(options),
  };
}
