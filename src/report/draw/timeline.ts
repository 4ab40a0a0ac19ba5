import { element, rounded } from '../../page/markup.ts';
import type { RunData } from '../data.ts';
import type { Outcome } from '../record.ts';
import { LEFT, picture, plotWidth, scaleOf, text, type View } from './frame.ts';
import { deed, type OperationTable } from './table.ts';

/** What is drawn later lies above: nothing that failed disappears behind what was served. */
const OUTCOMES: readonly Outcome[] = ['ok', 'refused', 'fail', 'info'];
const LEAST_BAR = 1.5;
const GAP = 0.8;
/** Bars nearer to each other than that are one to the eye. */
const ONE = 0.5;
const LETTER = 6.4;
const MOST_LABELS = 400;
const TOP = 4;

/** How high a lane is: the more there are, the lower. */
export function laneHeight(lanes: number): number {
  if (lanes <= 24) return 18;
  return lanes <= 64 ? 12 : 7;
}

/** The lane at a height of the picture. */
export function laneAt(y: number, lanes: number): number {
  return Math.floor((y - TOP) / laneHeight(lanes));
}

/**
 * Operations as bars, a lane for every client. Bars of one outcome are one path, and those that a pixel cannot tell
 * apart are one bar, so that a hundred thousand are drawn as fast as a thousand.
 *
 * @param chosen the operation that is pointed out
 */
export function drawTimeline(
  run: RunData,
  view: View,
  table: OperationTable,
  chosen: number | null = null,
): string {
  const { lanes } = run;
  const each = laneHeight(lanes);
  const height = TOP + Math.max(1, lanes) * each + 2;
  const x = scaleOf(view);
  const inner = plotWidth(view);
  const paths = OUTCOMES.map(() => new Bars(lanes, each));
  const labels: string[] = [];
  for (let i = 0; i < table.size; i += 1) {
    const fromMs = table.fromMs[i] as number;
    if (fromMs > view.toMs) break;
    if ((table.toMs[i] as number) < view.fromMs) continue;
    const outcome = table.outcome[i] as Outcome;
    const lane = table.lane[i] as number;
    const from = Math.max(-2, x(fromMs));
    const to = Math.min(inner + 2, Math.max(from + LEAST_BAR, x(table.toMs[i] as number)));
    // Bars that are wide enough are told apart from the next by a gap.
    paths[OUTCOMES.indexOf(outcome)]?.add(lane, from, to - from > 4 ? to - GAP : to);
    const y = TOP + (lane + 0.5) * each;
    if (each < 12 || to - from < 3 * LETTER || labels.length >= MOST_LABELS) continue;
    const row = table.row(i);
    const label = [`${deed(row)} @ ${row.key}`, deed(row), row.f].find(
      (words) => words.length * LETTER + 8 <= to - Math.max(0, from),
    );
    if (label !== undefined) labels.push(text(Math.max(0, from) + 4, y + 4, label, `in-bar on-${outcome}`));
  }
  const marks = OUTCOMES.map((outcome, place) => barsOf(outcome, paths[place]?.path() ?? '', each));
  const names = each < 12 ? fewNames(lanes, each) : allNames(lanes, each);
  const none =
    table.size === 0 ? text(inner / 2, height / 2 + 4, 'nobody asked for anything', 'empty', 'middle') : '';
  return picture(run, view, {
    name: 'timeline',
    label: `Operations over time in ${lanes} lanes, one for each client: ${table.size} operations.`,
    height,
    left: names,
    marks: marks.join('') + labels.join('') + halo(chosen, table, x, each) + none,
  });
}

/** Bars of one outcome, as one path; in each lane they come in the order in which they begin. */
class Bars {
  readonly #each: number;
  readonly #parts: string[] = [];
  readonly #from: Float64Array;
  readonly #to: Float64Array;

  constructor(lanes: number, each: number) {
    this.#each = each;
    this.#from = new Float64Array(lanes).fill(Number.NaN);
    this.#to = new Float64Array(lanes).fill(Number.NEGATIVE_INFINITY);
  }

  add(lane: number, from: number, to: number): void {
    if (from > (this.#to[lane] as number) + ONE) {
      this.#flush(lane);
      this.#from[lane] = from;
      this.#to[lane] = to;
    } else this.#to[lane] = Math.max(to, this.#to[lane] as number);
  }

  path(): string {
    for (let lane = 0; lane < this.#from.length; lane += 1) this.#flush(lane);
    return this.#parts.join('');
  }

  #flush(lane: number): void {
    const from = this.#from[lane] as number;
    if (Number.isNaN(from)) return;
    const y = TOP + (lane + 0.5) * this.#each;
    this.#parts.push(`M${rounded(from)} ${rounded(y)}H${rounded(this.#to[lane] as number)}`);
  }
}

/** Also told apart without colours: what failed is a line below, and what remains unknown one under a pale bar. */
function barsOf(outcome: Outcome, d: string, each: number): string {
  if (d === '') return '';
  const full = each - Math.min(4, each * 0.3);
  const thin = Math.max(2, each * 0.2);
  const bar = (kind: string) => element('path', { class: `op-${outcome} ${kind}`, 'stroke-width': full, d });
  const line = element('path', {
    class: `op-${outcome}`,
    'stroke-width': thin,
    transform: `translate(0 ${(full - thin) / 2})`,
    d,
  });
  if (outcome === 'fail') return line;
  return outcome === 'info' ? bar('pale') + line : bar('solid');
}

function allNames(lanes: number, each: number): string {
  return Array.from({ length: lanes }, (_, i) =>
    text(LEFT - 8, TOP + (i + 0.5) * each + 4, `client ${i + 1}`, 'lane-name', 'end'),
  ).join('');
}

function fewNames(lanes: number, each: number): string {
  return Array.from({ length: lanes }, (_, i) => i)
    .filter((i) => i % 10 === 0)
    .map((i) => text(LEFT - 8, TOP + (i + 0.5) * each + 4, `client ${i + 1}`, 'lane-name', 'end'))
    .join('');
}

function halo(chosen: number | null, table: OperationTable, x: (timeMs: number) => number, each: number) {
  if (chosen === null) return '';
  const [from, to] = [x(table.fromMs[chosen] as number), x(table.toMs[chosen] as number)];
  return element('rect', {
    class: 'chosen',
    x: from - 2,
    y: TOP + (table.lane[chosen] as number) * each,
    width: Math.max(LEAST_BAR, to - from) + 4,
    height: each,
    rx: 3,
  });
}
