import { catalogue } from '../../machines/index.ts';
import { packageVersion } from '../host/package.ts';
import { TRACE_FORMAT, TRACE_VERSION, type TraceHeader } from '../trace/format.ts';

/** The first line of a trace that this program writes. */
export function traceHeader(
  run: Pick<TraceHeader, 'ran' | 'command' | 'seed' | 'nodes' | 'time' | 'startedAtMs'>,
): TraceHeader {
  return {
    format: TRACE_FORMAT,
    version: TRACE_VERSION,
    program: `actorum ${packageVersion()}`,
    ...run,
    charts: catalogue.map(({ machine }) => machine.id),
  };
}
