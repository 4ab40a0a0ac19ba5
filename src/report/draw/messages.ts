import { element, rounded } from '../../page/markup.ts';
import { formatNumber } from '../../page/numbers.ts';
import { ticksOf } from '../../page/ticks.ts';
import { type Draw, leftScale, picture, plotWidth, scaleOf, text } from './frame.ts';

const HEIGHT = 150;
const TOP = 10;
const LEAST_STEP = 5;

/** Messages between nodes, types above each other. */
export const drawMessages: Draw = (run, view) => {
  const { widthMs, types } = run.messages;
  const x = scaleOf(view);
  const inner = plotWidth(view);
  const perMs = inner / Math.max(0.001, view.toMs - view.fromMs);
  // Windows go together until a step can be seen.
  const together = Math.max(1, Math.ceil(LEAST_STEP / (perMs * widthMs)));
  const stepMs = widthMs * together;
  const first = Math.max(0, Math.floor(view.fromMs / stepMs) - 1);
  const last = Math.min(Math.ceil(run.endMs / stepMs), Math.ceil(view.toMs / stepMs) + 1);
  const steps = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
  const rates = types.map(({ counts }) =>
    steps.map((step) => {
      let sum = 0;
      for (let i = step * together; i < (step + 1) * together; i += 1) sum += counts[i] ?? 0;
      // The last window ends with the run.
      return (sum / Math.max(widthMs, Math.min(stepMs, run.endMs - step * stepMs))) * 1000;
    }),
  );
  const sums = steps.map((_, i) => rates.reduce((sum, some) => sum + (some[i] ?? 0), 0));
  const most = Math.max(1, ...sums);
  const y = (rate: number) => HEIGHT - (rate / most) * (HEIGHT - TOP);
  const below = steps.map(() => 0);
  const areas = types.map((_, place) => {
    let top = '';
    let bottom = '';
    steps.forEach((step, i) => {
      const base = below[i] ?? 0;
      const rate = base + (rates[place]?.[i] ?? 0);
      below[i] = rate;
      const [from, to] = [rounded(x(step * stepMs)), rounded(x((step + 1) * stepMs))];
      top += `L${from} ${rounded(y(rate))}H${to}`;
      bottom = `L${to} ${rounded(y(base))}H${from}${bottom}`;
    });
    return top === '' ? '' : element('path', { class: `type-${place}`, d: `M${top.slice(1)}${bottom}Z` });
  });
  const total = types.reduce((sum, type) => sum + type.total, 0);
  const none =
    total === 0 ? text(inner / 2, HEIGHT / 2, 'nodes sent each other nothing', 'empty', 'middle') : '';
  const ticks = ticksOf(0, most, 3).map((value) => ({ y: y(value), label: formatNumber(value) }));
  return picture(run, view, {
    name: 'messages',
    label: `Messages between nodes over time, by type: ${formatNumber(total)} in all${types.length === 0 ? '' : `, most of them ${types[0]?.name}`}.`,
    height: HEIGHT,
    left: total === 0 ? '' : leftScale(view, ticks),
    marks: areas.join('') + none,
  });
};
