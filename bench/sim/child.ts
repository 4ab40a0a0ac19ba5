import { stepWithStockXState } from '../../src/actors/step.ts';
import { simulate } from '../../src/sim/simulation.ts';
import { cpuUs, report, taskOf } from '../child.ts';
import type { SimFigures, SimTask } from './task.ts';

/** One simulation, in a process that has warmed up with a shorter one of another seed. */
const { options, accelerate } = taskOf<SimTask>();
stepWithStockXState(!accelerate);
simulate({ ...options, seed: options.seed + 1_000_000, seconds: Math.min(30, options.seconds) });

const startMs = performance.now();
const startUs = cpuUs();
const { stats, traceHash, failure } = simulate(options);
const cpuSeconds = (cpuUs() - startUs) / 1e6;
const seconds = (performance.now() - startMs) / 1000;
if (failure !== null) throw new Error(`seed ${options.seed} failed, so it measures nothing: ${failure}`);

const messages = Object.values(stats.messages).reduce((sum, count) => sum + count, 0);
const figures: SimFigures = {
  perSecond: stats.virtualSeconds / seconds,
  perCpuSecond: stats.virtualSeconds / cpuSeconds,
  events: stats.events / stats.virtualSeconds,
  messages: messages / stats.virtualSeconds,
  traceHash,
};
report(figures);
