import type { SimulationOptions } from '../../src/sim/options.ts';
import { simulate } from '../../src/sim/simulation.ts';
import type { TraceRecord } from '../../src/trace/format.ts';

/** The trace of a simulation, without its header. */
export function recordsOf(options: SimulationOptions): TraceRecord[] {
  const records: TraceRecord[] = [];
  simulate(options, undefined, (record) => {
    records.push(record);
    return true;
  });
  return records;
}
