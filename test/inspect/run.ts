import { drawOptions } from '../../src/sim/options.ts';
import { TRACE_FORMAT, TRACE_VERSION, type TraceHeader, type TraceRecord } from '../../src/trace/format.ts';
import { recordsOf } from '../trace/records.ts';

/** A run to look at: three nodes under every fault. */
export const HEADER: TraceHeader = {
  format: TRACE_FORMAT,
  version: TRACE_VERSION,
  program: 'actorum 0',
  ran: 'sim',
  command: 'actorum sim --seed 58',
  seed: 58,
  nodes: ['n1', 'n2', 'n3'],
  time: 'virtual',
  charts: ['raft'],
};

const drawn = drawOptions(58);

export const RECORDS: readonly TraceRecord[] = recordsOf({
  ...drawn,
  nodes: 3,
  seconds: 8,
  weather: {
    ...drawn.weather,
    partitionRate: 1,
    pauseRate: 0.5,
    crashRate: 0.5,
    loss: 0.05,
    duplicate: 0.2,
  },
});
