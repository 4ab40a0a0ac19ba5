import { UsageError } from '../cli/usage.ts';
import {
  CRASH_POINT_MS,
  type CrashPoint,
  drawOptions,
  type SimulationOptions,
  WEATHER_OPTIONS,
  type Weather,
  type WeatherOption,
} from './options.ts';

/** The numbers that a run consists of: the name of each option, and what it may be. */

const COUNT = { min: 1, whole: true } as const;
const SHARE = { min: 0, max: 1 } as const;
const RATE = { min: 0, max: 100 } as const;
const DELAY = { min: 0, max: 10_000 } as const;

export const NUMBERS = {
  nodes: { ...COUNT, max: 9 },
  seconds: { min: 0.1, max: 100_000 },
  ops: { min: 0.1, max: 10_000 },
  concurrency: { ...COUNT, max: 1000 },
  keys: { ...COUNT, max: 1000 },
  'min-delay-ms': DELAY,
  'max-delay-ms': DELAY,
  loss: SHARE,
  duplicate: SHARE,
  reorder: SHARE,
  'partition-rate': RATE,
  'one-way': SHARE,
  'pause-rate': RATE,
  'crash-rate': RATE,
  'crash-all-rate': RATE,
  'transfer-rate': RATE,
  'sync-ms': DELAY,
  'slow-disk-rate': RATE,
  torn: SHARE,
  'fsync-failure-rate': RATE,
  'io-error-rate': RATE,
  'disk-full-rate': RATE,
  'bit-flip-rate': RATE,
  'membership-rate': RATE,
  'checkpoint-entries': { ...COUNT, max: 1_000_000 },
  'trailing-entries': { min: 0, max: 1_000_000, whole: true },
  'ryw-wait-ms': { min: 0, max: 700 },
  'skew-ms': { min: 0, max: 1e9 },
  'gossip-interval-ms': { ...COUNT, max: 60_000 },
  'tombstone-grace-ms': { min: 0, max: 2 ** 31 - 1 },
} as const;
export type NumberName = keyof typeof NUMBERS;

/** What was given on the command line. */
export type Fixed = { readonly [name in NumberName]?: number };

/** What the seed chooses, but for what was given. @throws UsageError when what was given contradicts itself */
export function chooseOptions(
  seed: number,
  workload: SimulationOptions['workload'],
  fixed: Fixed,
  mode: SimulationOptions['store']['mode'] | null,
  crashAt: CrashPoint | null = null,
): SimulationOptions {
  const drawn = drawOptions(seed, workload);
  return {
    seed,
    workload,
    rywWaitMs: fixed['ryw-wait-ms'] ?? drawn.rywWaitMs,
    nodes: fixed.nodes ?? drawn.nodes,
    seconds: fixed.seconds ?? drawn.seconds,
    concurrency: fixed.concurrency ?? drawn.concurrency,
    opsPerSecond: fixed.ops ?? drawn.opsPerSecond,
    keys: fixed.keys ?? drawn.keys,
    weather: chooseWeather(drawn.weather, fixed),
    limits: {
      checkpointEntries: fixed['checkpoint-entries'] ?? drawn.limits.checkpointEntries,
      trailingEntries: fixed['trailing-entries'] ?? drawn.limits.trailingEntries,
    },
    crashAt,
    store: {
      mode: mode ?? drawn.store.mode,
      gossipIntervalMs: fixed['gossip-interval-ms'] ?? drawn.store.gossipIntervalMs,
      tombstoneGraceMs: fixed['tombstone-grace-ms'] ?? drawn.store.tombstoneGraceMs,
      skewMs: fixed['skew-ms'] ?? drawn.store.skewMs,
    },
  };
}

function chooseWeather(drawn: Weather, fixed: Fixed): Weather {
  const minMs =
    fixed['min-delay-ms'] ?? Math.min(drawn.delayMs[0], fixed['max-delay-ms'] ?? Number.POSITIVE_INFINITY);
  const maxMs = fixed['max-delay-ms'] ?? Math.max(drawn.delayMs[1], minMs);
  if (minMs > maxMs) {
    throw new UsageError(
      `--min-delay-ms ${minMs} is above --max-delay-ms ${maxMs}`,
      'try: actorum sim --help',
    );
  }
  const numbers = (Object.keys(WEATHER_OPTIONS) as WeatherOption[]).map((option) => {
    const field = WEATHER_OPTIONS[option];
    return [field, fixed[option] ?? drawn[field]] as const;
  });
  return { ...drawn, ...Object.fromEntries(numbers), delayMs: [minMs, maxMs] };
}

/** The options that give this weather, as a command line spells them. */
export function spellWeather(weather: Weather): string {
  const [minMs, maxMs] = weather.delayMs;
  const numbers = (Object.keys(WEATHER_OPTIONS) as WeatherOption[]).map(
    (option) => `--${option} ${weather[WEATHER_OPTIONS[option]]}`,
  );
  return [`--min-delay-ms ${minMs} --max-delay-ms ${maxMs}`, ...numbers].join(' ');
}

/** The options that give these limits and this crash. */
export function spellLog({ limits, crashAt }: SimulationOptions): string {
  const { checkpointEntries, trailingEntries } = limits;
  const text = `--checkpoint-entries ${checkpointEntries} --trailing-entries ${trailingEntries}`;
  return crashAt === null ? text : `${text} ${spellCrash(crashAt)}`;
}

export function spellCrash({ node, commit, kept, downMs }: CrashPoint): string {
  return `--crash-at ${node}:${commit}:${kept}:${downMs}`;
}

/** Reads NODE:COMMIT:KEPT or NODE:COMMIT:KEPT:MS. @throws UsageError when it is something else */
export function readCrashPoint(text: string): CrashPoint {
  const [, node, commit, kept, down] = /^(n\d+):([1-9]\d*):(none|all)(?::(\d+))?$/.exec(text) ?? [];
  if (node === undefined || commit === undefined) {
    throw new UsageError(
      `--crash-at is "${text}", and takes a node, the number of a commit, "none" or "all", and perhaps milliseconds`,
      'for example: --crash-at n2:17:none, or --crash-at n2:17:all:5000',
    );
  }
  const downMs = down === undefined ? CRASH_POINT_MS : Number(down);
  return { node, commit: Number(commit), kept: kept as CrashPoint['kept'], downMs };
}
