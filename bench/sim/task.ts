import type { SimulationOptions, Weather } from '../../src/sim/options.ts';
import { CALM, drawOptions } from '../../src/sim/options.ts';

/** What is simulated: always five nodes and twenty operations a second, under these kinds of weather. */
export const WEATHERS = {
  calm: CALM,
  faults: {
    ...CALM,
    delayMs: [1, 30],
    loss: 0.02,
    duplicate: 0.02,
    partitionRate: 0.2,
    pauseRate: 0.1,
    crashRate: 0.1,
    transferRate: 0.1,
    oneWay: 0.5,
    syncMs: 2,
  },
  storm: {
    ...CALM,
    delayMs: [1, 30],
    loss: 0.2,
    duplicate: 0.2,
    partitionRate: 1,
    pauseRate: 0.5,
    crashRate: 0.5,
    transferRate: 0.5,
    oneWay: 0.5,
    syncMs: 20,
  },
} as const satisfies { readonly [name: string]: Weather };

export type WeatherName = keyof typeof WEATHERS;

/** What a process of its own simulates, after so many virtual seconds of the same kind. */
export type SimTask = {
  readonly options: SimulationOptions;
  readonly accelerate: boolean;
  readonly warmUpSeconds: number;
};

/** What it measured. */
export type SimFigures = {
  /** Simulated seconds in a second of time, and in a second of CPU time (all threads). */
  readonly perSecond: number;
  readonly perCpuSecond: number;
  /** Events and messages between nodes in a simulated second. */
  readonly events: number;
  readonly messages: number;
  readonly traceHash: string;
};

export function optionsOf(weather: WeatherName, seed: number, seconds: number): SimulationOptions {
  // What the conflict store would draw is not used by lin-kv.
  return {
    ...drawOptions(seed),
    seed,
    workload: 'lin-kv',
    rywWaitMs: 100,
    nodes: 5,
    seconds,
    concurrency: 5,
    opsPerSecond: 20,
    keys: 5,
    weather: WEATHERS[weather],
  };
}
