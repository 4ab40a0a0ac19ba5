import { createLineFile, type LineOutput, openLinePipe } from '../host/line-output.ts';
import type { TraceHeader, TraceRecord, TraceSink } from '../trace/format.ts';
import { UsageError } from './usage.ts';

/** Who watches a run of node, sim or bench: a file that everything is written to. */

/** Those of the options that node, sim and bench share. */
export const OBSERVER_OPTIONS = { trace: { type: 'string' } } as const;

const HELP: readonly (readonly [option: string, lines: readonly string[]])[] = [
  [
    '--trace FILE',
    [
      'write what every actor does, every message and every fault to FILE, as JSON lines;',
      'actorum inspect FILE shows it',
    ],
  ],
];

/** The lines of these options for a command's help. @param column where the explanations begin */
export function observerHelp(column: number): string {
  return HELP.flatMap(([option, lines]) =>
    lines.map((line, place) => `${(place === 0 ? `  ${option}` : '').padEnd(column)}${line}`),
  ).join('\n');
}

/** What was asked for. */
export type Watched = {
  readonly trace: string | null;
  /** Whoever takes the trace carries the messages, too, and tells of them itself. */
  readonly carriesMessages: boolean;
};

/** `fd:N` is a descriptor that the process was started with: a bench reads its nodes' traces that way. */
const DESCRIPTOR = /^fd:(\d+)$/;

/** @returns null when nobody watches */
export function readObservers({
  trace = null,
}: {
  readonly trace?: string | null | undefined;
}): Watched | null {
  if (trace === null) return null;
  return { trace, carriesMessages: DESCRIPTOR.test(trace) };
}

export type Observers = {
  /** Takes each record as it happens. */
  readonly sink: TraceSink;
  /** Writes out what is still held. */
  close(): Promise<void>;
};

/**
 * Opens what was asked for.
 * @param warn is told, once, when the trace cannot be written any more
 * @throws UsageError when it cannot be opened
 */
export async function openObservers(
  { trace }: Watched,
  header: TraceHeader,
  warn: (text: string) => void,
): Promise<Observers> {
  if (trace === null) return { sink: () => {}, close: async () => {} };
  const output = await openTrace(trace, warn);
  output.write(JSON.stringify(header));
  return { sink: writerTo(output), close: () => output.close() };
}

async function openTrace(target: string, warn: (text: string) => void): Promise<LineOutput> {
  const fd = DESCRIPTOR.exec(target)?.[1];
  try {
    return fd === undefined ? createLineFile(target, warn) : await openLinePipe(Number(fd));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--trace is "${target}", which cannot be written: ${reason}`, 'name another file');
  }
}

/** Writes records, and where some had to be dropped, how many. */
function writerTo(output: LineOutput): TraceSink {
  let dropped = 0;
  return (record) => {
    if (dropped > 0) {
      const gap: TraceRecord = { kind: 'dropped', t: record.t, count: dropped };
      if (output.write(JSON.stringify(gap))) dropped = 0;
    }
    if (!output.write(JSON.stringify(record))) dropped += 1;
  };
}
