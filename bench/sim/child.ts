import { stepWithStockXState } from '../../src/actors/step.ts';
import { simulate } from '../../src/sim/simulation.ts';
import { cpuUs, report, taskOf } from '../child.ts';
import type { SimFigures, SimTask } from './task.ts';

/** One simulation, in a process that has warmed up with others of other seeds, as long as it. */
const { options, accelerate, warmUpSeconds } = taskOf<SimTask>();
stepWithStockXState(!accelerate);
for (let run = 1; (run - 1) * options.seconds < warmUpSeconds; run += 1)
  simulate({ ...options, seed: options.seed + run * 1_000_000 });

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
