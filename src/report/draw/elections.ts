import { element, escaped } from '../../page/markup.ts';
import { formatMs } from '../../page/numbers.ts';
import type { RunData } from '../data.ts';
import { shortened } from '../faults.ts';
import { type Draw, LEFT, picture, plotWidth, rule, scaleOf, text } from './frame.ts';

const ROW = 20;
const LETTER = 6.6;

/** Of how many kinds of faults nobody leads any more who is struck by them. */
const DEADLY: ReadonlySet<string> = new Set(['crash', 'crash-all', 'torn', 'torn-all', 'kill', 'kill-all']);

type Reign = { readonly node: string; readonly term: number; readonly fromMs: number; readonly toMs: number };

/** Who led when: until another led with a higher term, or until it ended itself. */
export function reignsOf({ leaderships, bands, endMs }: RunData): Reign[] {
  const ordered = leaderships.toSorted((a, b) => a.term - b.term || a.timeMs - b.timeMs);
  return ordered.map(({ node, term, timeMs }, place) => {
    const next = ordered.find((other, later) => later > place && other.timeMs >= timeMs)?.timeMs ?? endMs;
    const death = bands.find(
      ({ name, nodes, fromMs }) => DEADLY.has(name) && nodes.includes(node) && fromMs >= timeMs,
    );
    return { node, term, fromMs: timeMs, toMs: Math.min(next, death?.fromMs ?? endMs) };
  });
}

/** Leaders and their terms, a row a node. */
export const drawElections: Draw = (run, view) => {
  const x = scaleOf(view);
  const inner = plotWidth(view);
  const reigns = reignsOf(run);
  const height = run.nodes.length * ROW + 4;
  const rows = run.nodes.map((node, i) =>
    text(LEFT - 8, 2 + i * ROW + 14, shortened(node, 10), 'lane-name', 'end'),
  );
  const lines = run.nodes.map((_, i) => rule(0, 2 + (i + 0.5) * ROW, inner, 2 + (i + 0.5) * ROW, 'lane'));
  const bars = reigns.map(({ node, term, fromMs, toMs }) => {
    const row = run.nodes.indexOf(node);
    const [from, to] = [x(fromMs), x(toMs)];
    if (row < 0 || to < 0 || from > inner) return '';
    const y = 2 + row * ROW + 2;
    const title = element(
      'title',
      {},
      escaped(`${node} led term ${term}, ${formatMs(fromMs)} to ${formatMs(toMs)}`),
    );
    const bar = element(
      'rect',
      { class: 'reign', x: from, y, width: Math.max(2, to - from), height: ROW - 4, rx: 2 },
      title,
    );
    const [left, right] = [Math.max(0, from), Math.min(inner, to)];
    const label = [`term ${term}`, String(term)].find((one) => one.length * LETTER + 8 <= right - left);
    return bar + (label === undefined ? '' : text(left + 4, y + 12, label, 'in-bar'));
  });
  const none =
    reigns.length === 0 ? text(inner / 2, height / 2 + 4, 'nobody was seen to lead', 'empty', 'middle') : '';
  const last = reigns.at(-1);
  return picture(run, view, {
    name: 'elections',
    label:
      last === undefined
        ? 'Nobody was seen to lead.'
        : `Leaders over time: ${reigns.length} leaderships; the last is ${last.node}, in term ${last.term}.`,
    height,
    left: rows.join(''),
    marks: lines.join('') + bars.join('') + none,
  });
};
