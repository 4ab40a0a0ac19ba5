import { createLineFile, type LineOutput, openLinePipe } from '../host/line-output.ts';
import type { LiveView } from '../inspect/index.ts';
import type { TraceHeader, TraceRecord, TraceSink } from '../trace/format.ts';
import { numberOption, partOfPackage, UsageError } from './usage.ts';

/** Who watches a run of node, sim or bench: a file that everything is written to, and browsers on this machine. */

/** Those of the options that node, sim and bench share. */
export const OBSERVER_OPTIONS = { trace: { type: 'string' }, inspect: { type: 'string' } } as const;

const HELP: readonly (readonly [option: string, lines: readonly string[]])[] = [
  [
    '--trace FILE',
    [
      'write what every actor does, every message and every fault to FILE, as JSON lines;',
      'actorum inspect FILE shows it',
    ],
  ],
  [
    '--inspect[=PORT]',
    [
      'show the same live, on a page of this machine: PORT of 127.0.0.1, or any that is free;',
      'its address goes to stderr. sim and bench go on showing it at the end, until Ctrl-C',
    ],
  ],
  ['--inspect=stately', ['show it in the inspector of stately.ai, which the page loads from there']],
];

/** The lines of these options for a command's help. @param column where the explanations begin */
export function observerHelp(column: number): string {
  return HELP.flatMap(([option, lines]) =>
    lines.map((line, place) => `${(place === 0 ? `  ${option}  ` : '').padEnd(column)}${line}`),
  ).join('\n');
}

/** What was asked for. */
export type Watched = {
  readonly trace: string | null;
  readonly inspect: { readonly view: 'page' | 'stately'; readonly port: number } | null;
  /** Whoever takes the trace carries the messages, too, and tells of them itself. */
  readonly carriesMessages: boolean;
};

/** `fd:N` is a descriptor that the process was started with: a bench reads its nodes' traces that way. */
const DESCRIPTOR = /^fd:(\d+)$/;

const BARE = '--inspect';

/** The arguments with a value for an `--inspect` that has none, which the parser of options would not understand. */
export function withInspectValue(args: readonly string[]): string[] {
  return args.map((arg) => (arg === BARE ? `${BARE}=0` : arg));
}

type Given = { readonly trace?: string | undefined; readonly inspect?: string | undefined };

/**
 * @returns null when nobody watches
 * @throws UsageError when `--inspect` is neither a port nor `stately`
 */
export function readObservers({ trace, inspect }: Given): Watched | null {
  if (trace === undefined && inspect === undefined) return null;
  return {
    trace: trace ?? null,
    inspect: inspect === undefined ? null : readInspect(inspect),
    carriesMessages: trace !== undefined && DESCRIPTOR.test(trace),
  };
}

function readInspect(text: string): Watched['inspect'] {
  if (text === 'stately') return { view: 'stately', port: 0 };
  if (/^\D/.test(text)) {
    throw new UsageError(`--inspect is "${text}"`, '--inspect takes nothing, =PORT or =stately');
  }
  return { view: 'page', port: numberOption('--inspect', text, { min: 0, max: 65_535, whole: true }) };
}

export type Observers = {
  /** Takes each record as it happens. */
  readonly sink: TraceSink;
  /** Shows what was recorded for as long as somebody may want to see it; returns at once where there is no page. */
  linger(signals: SignalSource): Promise<void>;
  /** Writes out what is still held, and lets go of those who look. */
  close(): Promise<void>;
};

/** Where SIGINT and SIGTERM come from: `process`, or a stand-in. */
export type SignalSource = { once(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown };

/**
 * Opens what was asked for.
 * @param tell is told the address of the page, and, once, when the trace cannot be written any more
 * @throws UsageError when something cannot be opened
 */
export async function openObservers(
  { trace, inspect }: Watched,
  header: TraceHeader,
  tell: (text: string) => void,
): Promise<Observers> {
  const output = trace === null ? null : await openTrace(trace, tell);
  output?.write(JSON.stringify(header));
  const write = output === null ? null : writerTo(output);
  const view = inspect === null ? null : await openView(inspect, header, tell);
  return {
    sink(record) {
      view?.sink(record);
      return write === null || write(record);
    },
    async linger(signals) {
      if (view === null) return;
      view.end();
      tell(`the run is over; ${view.url} shows it until Ctrl-C`);
      await untilInterrupted(signals);
    },
    async close() {
      await view?.close();
      await output?.close();
    },
  };
}

/** Resolves with the first signal that asks the process to end. */
export function untilInterrupted(signals: SignalSource): Promise<void> {
  return new Promise((resolve) => {
    signals.once('SIGINT', resolve);
    signals.once('SIGTERM', resolve);
  });
}

async function openView(
  { view, port }: NonNullable<Watched['inspect']>,
  header: TraceHeader,
  tell: (text: string) => void,
): Promise<LiveView> {
  // Loaded when it is asked for: a node starts faster without.
  const { openLiveView } = await partOfPackage(() => import('../inspect/index.ts'));
  try {
    const live = await openLiveView(header, port);
    tell(`live view: ${live.url}${view === 'stately' ? 'stately' : ''}`);
    return live;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--inspect cannot show a page: ${reason}`, 'try another port, or none');
  }
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
    const written = output.write(JSON.stringify(record));
    if (!written) dropped += 1;
    return written;
  };
}
