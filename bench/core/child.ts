import { stepWithStockXState } from '../../src/actors/step.ts';
import { cpuUs, report, taskOf } from '../child.ts';
import { startActorum } from './actorum.ts';
import { startCoaty } from './coaty.ts';
import type { Cluster, CoreFigures, CoreTask } from './task.ts';

/**
 * One core's rate, in a process that has warmed up for as long as it then measures. So long means CPU time: on a machine
 * that others use, too, as much work is measured as on one that is idle.
 */
const { contender, batch, forMs, peersDir } = taskOf<CoreTask>();
stepWithStockXState(contender === 'stock');
measure();
report(measure());

function measure(): CoreFigures {
  const cluster = start();
  let number = 1;
  const startUs = cpuUs();
  const startMs = performance.now();
  while (cpuUs() - startUs < forMs * 1000) {
    // The clock is read once in a thousand entries.
    for (const end = number + 1000; number < end; number += batch) cluster.commit(batch, number);
  }
  const seconds = (performance.now() - startMs) / 1000;
  const entries = number - 1;
  const cpu = (cpuUs() - startUs) / entries;
  const applied = cluster.applied();
  if (applied.some((count) => count !== entries)) {
    throw new Error(`${entries} entries were proposed; applied by each node: ${applied.join(', ')}`);
  }
  return { perSecond: entries / seconds, cpuUs: cpu };
}

function start(): Cluster {
  switch (contender) {
    case 'accelerated':
    case 'stock':
      return startActorum();
    case 'coaty':
    case 'coatyAtOnce':
      return startCoaty(peersDir, contender === 'coatyAtOnce');
  }
}
