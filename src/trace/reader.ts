import { TRACE_FORMAT, TRACE_VERSION, type TraceHeader, type TraceRecord } from './format.ts';

/** What is wrong with a line, in one sentence. */
export type Problem = { readonly problem: string };

/** A trace as far as it could be read. */
export type ReadTrace = {
  readonly header: TraceHeader;
  readonly records: readonly TraceRecord[];
  /** One sentence for each line that was passed over; a run that was killed leaves half a line at the end. */
  readonly problems: readonly string[];
};

/** The first line of a trace. */
export function parseHeader(line: string): TraceHeader | Problem {
  const value = parse(line);
  if (!isFields(value) || value.format !== TRACE_FORMAT) {
    return { problem: `is no trace: its first line has no "format":"${TRACE_FORMAT}"` };
  }
  if (value.version !== TRACE_VERSION) {
    return {
      problem: `is a trace of version ${JSON.stringify(value.version)}; this program reads version ${TRACE_VERSION}`,
    };
  }
  if (!isTexts(value.nodes) || !isTexts(value.charts) || typeof value.ran !== 'string') {
    return { problem: 'has a damaged header: "ran" must be a text, "nodes" and "charts" lists of texts' };
  }
  return value as unknown as TraceHeader;
}

/** Any later line. Only what the readers of records rely on is checked. */
export function parseRecord(line: string): TraceRecord | Problem {
  const value = parse(line);
  if (value === undefined) return { problem: 'is not JSON' };
  if (!isFields(value)) return { problem: 'is JSON but no record' };
  const check = typeof value.kind === 'string' ? CHECKS.get(value.kind) : undefined;
  if (check === undefined)
    return { problem: `is a record of the unknown kind ${JSON.stringify(value.kind)}` };
  if (typeof value.t !== 'number' || !check(value))
    return { problem: `is a damaged record: ${excerpt(line)}` };
  return value as unknown as TraceRecord;
}

/**
 * Reads a whole trace.
 * @returns a problem when it has no header that this program reads; damaged lines after it are only told of
 */
export function readTrace(lines: Iterable<string>): ReadTrace | Problem {
  let header: TraceHeader | null = null;
  const records: TraceRecord[] = [];
  const problems: string[] = [];
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (header === null) {
      const read = parseHeader(line);
      if ('problem' in read) return read;
      header = read;
    } else if (line !== '') {
      const read = parseRecord(line);
      if ('problem' in read) problems.push(`line ${number} ${read.problem}`);
      else records.push(read);
    }
  }
  return header === null ? { problem: 'is empty' } : { header, records, problems };
}

type Fields = { readonly [field: string]: unknown };

const CHECKS: ReadonlyMap<string, (record: Fields) => boolean> = new Map([
  [
    'step',
    (record) =>
      isText(record.node) &&
      isText(record.actor) &&
      isText(record.chart) &&
      isTyped(record.event) &&
      (isText(record.state) || isFields(record.state)) &&
      isFieldsOrNone(record.context) &&
      isFieldsOrNone(record.changed),
  ],
  ['send', ({ id, from, to, body }) => isNumber(id) && isText(from) && isText(to) && isTyped(body)],
  ['receive', ({ id }) => isNumber(id)],
  ['lost', ({ id, why }) => isNumber(id) && isText(why)],
  ['fault', ({ fault, text }) => isText(fault) && isText(text)],
  ['cluster', ({ nodes }) => isTexts(nodes)],
  ['verdict', ({ verdict, text }) => isText(verdict) && isText(text)],
  ['dropped', ({ count }) => isNumber(count)],
]);

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFieldsOrNone(value: unknown): boolean {
  return value === undefined || isFields(value);
}

function isTyped(value: unknown): boolean {
  return isFields(value) && typeof value.type === 'string';
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function excerpt(line: string): string {
  return line.length <= 80 ? line : `${line.slice(0, 80)}…`;
}
