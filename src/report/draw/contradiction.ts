import { element, escaped, rounded } from '../../page/markup.ts';
import { formatMs } from '../../page/numbers.ts';
import { type Contradiction, KEY_DOES_NOT_EXIST, type Operation } from '../../verify/index.ts';
import { shortened } from '../faults.ts';
import { type Outcome, outcomeOf, valueText } from '../record.ts';
import { rule, text } from './frame.ts';
import { deed } from './table.ts';

const NAME = 96;
const ROW = 46;
const BAR = 24;
const TOP = 14;
const LETTER = 8;
/** Pixels between two moments at least, and what stands to the right of the last. */
const GAP = 22;
const END = 46;
const FOOT = 30;
/** More than that is no picture any more; the words below have them all. */
const MOST = 40;
const MOST_LETTERS = 26;
const MOST_NODE_LETTERS = 10;

type Bar = {
  readonly operation: Operation;
  readonly label: string;
  readonly row: number;
  /** Places among the moments; the end is null for what nobody saw end. */
  readonly from: number;
  readonly to: number | null;
};

/**
 * The operations of a contradiction: a row for each process, time to the right, in order and not to scale. Where one
 * read what another of them wrote, an arrow says so.
 */
export function drawContradiction({ title, operations, culprits }: Contradiction): string {
  const shown = operations.slice(0, MOST);
  const bars = barsOf(shown);
  const places = placesOf(bars);
  const processes = [...new Set(shown.map(({ process }) => process))];
  const end = endOf(bars, places);
  const width = NAME + end + 8;
  const height = TOP + processes.length * ROW + FOOT;
  const y = (row: number) => TOP + row * ROW + ROW / 2;
  const x = (place: number | null) => NAME + (place === null ? end : (places[place] ?? 0));
  const names = processes.map((process, row) => {
    return rule(NAME, y(row), width, y(row), 'lane') + text(0, y(row) + 5, `process ${process}`, 'lane-name');
  });
  const drawn = bars.map((bar) =>
    barOf(bar, x(bar.from), x(bar.to), y(bar.row), culprits.includes(bar.operation)),
  );
  return element(
    'svg',
    {
      class: 'contradiction',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      style: `min-width:${Math.round(width * 0.8)}px;max-width:${Math.round(width)}px`,
      role: 'img',
      'aria-label': `${title}: ${shown.length} operations. They are told in words below.`,
    },
    [
      ...names,
      ...moments(bars, places, height),
      ...drawn,
      ...arrows(bars, x, y),
      text(width - 8, height - 8, 'time, in order, not to scale →', 'tick', 'end'),
    ].join(''),
  );
}

function barsOf(operations: readonly Operation[]): Bar[] {
  const ends = operations.flatMap(({ invocation, completion, outcome }) =>
    completion === undefined || outcome === 'info'
      ? [invocation.index]
      : [invocation.index, completion.index],
  );
  const order = ends.sort((a, b) => a - b);
  const processes = [...new Set(operations.map(({ process }) => process))];
  return operations.map((operation) => {
    const { invocation, completion, outcome, process } = operation;
    const isOpen = completion === undefined || outcome === 'info';
    return {
      operation,
      label: labelOf(operation),
      row: processes.indexOf(process),
      from: order.indexOf(invocation.index),
      to: isOpen ? null : order.indexOf(completion.index),
    };
  });
}

function labelOf(operation: Operation): string {
  const outcome = outcomeOf(operation.outcome, operation.completion);
  const words = deed({ f: operation.f, value: shortened(valueText(operation), MOST_LETTERS), outcome });
  const { node } = operation.invocation;
  const at = node === undefined ? '' : ` at ${shortened(node, MOST_NODE_LETTERS)}`;
  return `${words}${at}${endingOf(operation, outcome)}`;
}

/** How it ended, as far as that is not plain: what the register said, and the places in the log that were told. */
function endingOf({ invocation, completion }: Operation, outcome: Outcome): string {
  const { token } = invocation;
  const index = completion?.shownIndex;
  const sent = token === undefined ? '' : `, token ${token}`;
  if (outcome === 'ok') return index === undefined ? sent : `${sent}, index ${index}`;
  if (outcome !== 'refused') return outcome === 'info' ? ': unknown' : ': failed';
  return completion?.error === KEY_DOES_NOT_EXIST ? ': no such key' : ': another value';
}

/** Pixels of each moment: as near as their labels let them. */
function placesOf(bars: readonly Bar[]): number[] {
  const size = Math.max(...bars.flatMap(({ from, to }) => [from, to ?? from])) + 1;
  const places: number[] = [];
  for (let place = 0; place < size; place += 1) {
    const least = (places[place - 1] ?? -GAP / 2) + GAP;
    const ending = bars.filter(({ to }) => to === place);
    const needed = ending.map(({ from, label }) => (places[from] ?? 0) + label.length * LETTER + 16);
    places.push(Math.max(least, ...needed));
  }
  return places;
}

/** Where the picture ends: what never ended has its label to the right of its beginning. */
function endOf(bars: readonly Bar[], places: readonly number[]): number {
  const open = bars.filter(({ to }) => to === null);
  return Math.max(
    (places.at(-1) ?? 0) + END,
    ...open.map(({ from, label }) => (places[from] ?? 0) + label.length * LETTER + 16),
  );
}

function barOf(
  { operation, label, to }: Bar,
  from: number,
  end: number,
  y: number,
  isCulprit: boolean,
): string {
  const { f, outcome, invocation, completion } = operation;
  const kind = outcomeOf(outcome, completion);
  const when =
    to === null
      ? `from ${formatMs(invocation.timeMs)} on`
      : `${formatMs(invocation.timeMs)} to ${formatMs(completion?.timeMs ?? 0)}`;
  const title = element(
    'title',
    {},
    escaped(
      `${label}, key ${shortened(JSON.stringify(operation.key), MOST_LETTERS)}, process ${operation.process}, ${when}`,
    ),
  );
  const reads = f.endsWith('read');
  const shape = `${reads ? 'reads' : 'writes'} ${kind}${isCulprit ? ' culprit' : ''}`;
  const body = element(
    'rect',
    {
      class: `deed ${shape}${to === null ? ' open' : ''}`,
      x: from,
      y: y - BAR / 2,
      width: Math.max(4, end - from),
      height: BAR,
      rx: 5,
    },
    title,
  );
  return body + text(from + 8, y + 5, label, `deed-name ${shape}`);
}

/** Faint lines that carry every moment from row to row. */
function moments(bars: readonly Bar[], places: readonly number[], height: number): string[] {
  const known = new Set(bars.flatMap(({ from, to }) => (to === null ? [from] : [from, to])));
  return places.flatMap((x, place) =>
    known.has(place) ? [rule(NAME + x, 4, NAME + x, height - FOOT, 'grid')] : [],
  );
}

/** From each write to the reads that saw its value, where only one write of them wrote it. */
function arrows(
  bars: readonly Bar[],
  x: (place: number | null) => number,
  y: (row: number) => number,
): string[] {
  const writers = bars.filter(({ operation: { f } }) => f === 'write' || f === 'cas');
  return bars.flatMap((reader) => {
    const { f, outcome, completion } = reader.operation;
    if (!f.endsWith('read') || outcome !== 'ok') return [];
    const seen = JSON.stringify(completion?.value ?? null);
    const wrote = writers.filter(({ operation }) => isWrittenBy(operation, seen, f === 'final_read'));
    if (f !== 'final_read' && wrote.length > 1) return [];
    return wrote.map((writer) => {
      const from = [
        x(writer.from) + 14,
        y(writer.row) + (reader.row >= writer.row ? BAR / 2 : -BAR / 2),
      ] as const;
      const to = [
        x(reader.from) + 14,
        y(reader.row) + (reader.row > writer.row ? -BAR / 2 : BAR / 2),
      ] as const;
      const bend = reader.row === writer.row ? 18 : (to[1] - from[1]) / 2;
      const d = `M${from.map(rounded).join(' ')}C${rounded(from[0])} ${rounded(from[1] + bend)} ${rounded(to[0])} ${rounded(reader.row === writer.row ? to[1] + bend : to[1] - bend)} ${to.map(rounded).join(' ')}`;
      const way = reader.row > writer.row ? -6 : 6;
      const head = `M${rounded(to[0] - 4)} ${rounded(to[1] + way)}L${rounded(to[0])} ${rounded(to[1])}L${rounded(to[0] + 4)} ${rounded(to[1] + way)}`;
      return element('path', { class: 'saw', d: d + head });
    });
  });
}

function isWrittenBy({ f, invocation }: Operation, seen: string, many: boolean): boolean {
  const { value } = invocation;
  const written = f === 'cas' && Array.isArray(value) ? value[1] : value;
  const spelt = JSON.stringify(written ?? null);
  if (!many) return spelt === seen;
  const all: unknown = JSON.parse(seen);
  return Array.isArray(all) && all.some((one) => JSON.stringify(one) === spelt);
}
