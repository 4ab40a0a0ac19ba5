import { element, rounded } from '../../page/markup.ts';
import { formatMs } from '../../page/numbers.ts';
import { shortened } from '../faults.ts';
import { type Draw, LEFT, picture, scaleOf, text } from './frame.ts';

const ROW = 20;
/** The row of all nodes stands apart. */
const APART = 6;
const STATES = [
  ['s', 'served'],
  ['v', 'vain'],
] as const;

/** For all nodes together and for each, the windows of time in which those who asked were served, and were not. */
export const drawAvailability: Draw = (run, view) => {
  const { widthMs, rows } = run.availability;
  const x = scaleOf(view);
  const paths = { served: '', vain: '' };
  const names = rows.map(({ name, states, share }, i) => {
    const y = 2 + i * ROW + (i === 0 ? 0 : APART);
    for (const [letter, kind] of STATES) {
      for (const [from, to] of runsOf(states, letter)) {
        const [left, right] = [x(from * widthMs), x(to * widthMs)];
        paths[kind] += `M${rounded(left)} ${y + 3}h${rounded(right - left)}v${ROW - 6}H${rounded(left)}Z`;
      }
    }
    const told = share === null ? '–' : percent(share);
    return text(0, y + 14, shortened(name, 4), 'lane-name') + text(LEFT - 8, y + 14, told, 'tick', 'end');
  });
  const overall = rows[0]?.share ?? null;
  return picture(run, view, {
    name: 'availability',
    label:
      overall === null
        ? 'Availability: nobody asked for anything.'
        : `Availability in windows of ${formatMs(widthMs)}: something was served in ${percent(overall)} of those in which somebody asked; by node ${rows
            .slice(1)
            .map(({ name, share }) => `${name} ${share === null ? 'was not asked' : percent(share)}`)
            .join(', ')}.`,
    height: rows.length * ROW + APART + 4,
    left: names.join(''),
    marks: STATES.map(([, kind]) =>
      paths[kind] === '' ? '' : element('path', { class: kind, d: paths[kind] }),
    ).join(''),
  });
};

/** The stretches of windows that are all of one kind, each from and to (exclusive). */
function runsOf(states: string, letter: string): [number, number][] {
  return [...states.matchAll(new RegExp(`${letter}+`, 'g'))].map((match) => [
    match.index,
    match.index + match[0].length,
  ]);
}

/** `98.2 %`, which no line breaks; `100 %` only when it is all. */
export function percent(share: number): string {
  if (share === 1) return '100\u00a0%';
  return `${Math.min(99.9, share * 100).toFixed(1)}\u00a0%`;
}
