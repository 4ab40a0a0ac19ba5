import { element, escaped } from '../page/markup.ts';
import { formatMs, formatNumber } from '../page/numbers.ts';
import type { RunData } from './data.ts';
import { OperationTable } from './draw/table.ts';
import { drawTimeline } from './draw/timeline.ts';
import { PANELS } from './panels.ts';
import type { RunRecord } from './record.ts';
import { levelTable } from './tables.ts';

/** The width for which pictures are drawn before a script knows how wide the page is. */
const WIDTH = 1100;

type Figure = {
  readonly name: string;
  readonly title: string;
  readonly legend: readonly (readonly [kind: string, words: string])[];
  /** Markup below the picture. */
  readonly below?: string;
};

const OUTCOMES = [
  ['fill-ok', 'ok'],
  ['fill-refused', 'refused by the register: served, too'],
  ['fill-fail', 'failed: it did not happen'],
  ['fill-info', 'unknown: it may have happened'],
] as const;

/** Everything over time, a figure each. */
export function figuresOf(record: RunRecord, data: RunData): string[] {
  const { source } = record;
  const view = { fromMs: 0, toMs: data.endMs, width: WIDTH };
  return figures(record, data)
    .filter(({ name }) => name !== 'elections' || source.workload !== 'lww-kv')
    .map((figure) => {
      const draw = PANELS[figure.name];
      const drawn =
        draw === undefined ? drawTimeline(data, view, new OperationTable(data)) : draw(data, view);
      return markupOf(figure, drawn);
    });
}

function figures({ source }: RunRecord, data: RunData): Figure[] {
  const refuses = source.workload !== 'lww-kv';
  const outcomes = OUTCOMES.filter(([kind]) => refuses || kind !== 'fill-refused');
  const { availability, messages } = data;
  return [
    { name: 'faults', title: 'Faults', legend: [] },
    {
      name: 'throughput',
      title: 'Throughput: operations that ended, a second',
      legend: outcomes,
    },
    {
      name: 'latency',
      title: 'Latency of what was served (logarithmic)',
      legend: [
        ['line line-p50', 'median'],
        ['line line-p95', '95 of 100 are faster'],
        ['line line-p99', '99 of 100'],
        ['line line-max', 'the slowest'],
      ],
      below: levelTable(data),
    },
    {
      name: 'availability',
      title: `Availability, in windows of ${formatMs(availability.widthMs)}`,
      legend: [
        ['served', 'something was served'],
        ['vain', 'somebody asked, and nothing was'],
        ['', 'empty: nobody asked'],
      ],
    },
    {
      name: 'elections',
      title: 'Leaders and their terms',
      legend: [['reign', 'leads, as the others were told']],
    },
    { name: 'timeline', title: 'Operations of every client', legend: outcomes },
    {
      name: 'messages',
      title: 'Messages between nodes, a second',
      legend: messages.types.map(({ name, total }, i) => [`type-${i}`, `${name} (${formatNumber(total)})`]),
    },
  ];
}

function markupOf({ name, title, legend, below = '' }: Figure, drawn: string): string {
  const entries = legend.map(
    ([kind, words]) =>
      `<span>${kind === '' ? '' : element('i', { class: kind }, ' ')}${escaped(words)}</span>`,
  );
  const lanes = name === 'timeline' ? ' class="lanes"' : '';
  return `<figure><figcaption>${escaped(title)}${entries.length === 0 ? '' : `<span class="legend">${entries.join('')}</span>`}</figcaption>
<div${lanes}><div data-panel="${name}" tabindex="0" role="group" aria-label="${escaped(title)}">${drawn}</div></div>${below}</figure>`;
}
