import type { ChartModel } from '../model.ts';
import { LEGEND, type Section, sectionsOf } from '../sections.ts';
import type { Format } from './format.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { diagramOf } from './mermaid.ts';
import { svg } from './svg.ts';
import { xstate } from './xstate.ts';

/** The catalogue as documentation: for each chart a page, its drawing and its definition; and all of them at once. */
export const pages: Format = {
  name: 'pages',
  purpose: 'Markdown pages with drawings and tables, and all the other formats beside them',
  files: async (charts) => {
    const files = await Promise.all([svg, json, xstate, html].map((format) => format.files(charts)));
    return [
      { name: 'README.md', text: indexOf(charts) },
      ...charts.map((chart) => ({ name: `${chart.name}.md`, text: pageOf(chart) })),
      ...files.flat(),
    ];
  },
};

const GENERATED = '<!-- Made from the charts by `npm run charts`: change a chart, not this page. -->';

function indexOf(charts: readonly ChartModel[]): string {
  const rows = charts.map(({ name, title, purpose, states, events }) => [
    `[${title}](${name}.md)`,
    purpose,
    String(states.length),
    String(events.length),
    `[svg](${name}.svg), [json](${name}.json), [xstate](${name}.xstate.js)`,
  ]);
  return join([
    '# The charts',
    GENERATED,
    'Every protocol of the house is a statechart, and these pages are drawn from the charts that run. [index.html](index.html) shows all of them on one page, without any network.',
    LEGEND,
    table(['Chart', 'Purpose', 'States', 'Events', 'As'], rows),
  ]);
}

function pageOf(chart: ChartModel): string {
  const { name, title, purpose, sources } = chart;
  return join([
    `# ${title}`,
    GENERATED,
    purpose,
    `[![The statechart ${title}](${name}.svg)](${name}.svg)`,
    LEGEND,
    `The definition as JSON: [${name}.json](${name}.json). A source to paste into the [Stately editor](https://stately.ai/editor): [${name}.xstate.js](${name}.xstate.js). All charts: [index](README.md).`,
    ...(sources.length === 0 ? [] : ['## Implements', sources.map((source) => `- ${source}`).join('\n')]),
    ...sectionsOf(chart).flatMap(sectionParts),
    '## As Mermaid',
    `\`\`\`mermaid\n${diagramOf(chart)}\`\`\``,
  ]);
}

function sectionParts({ title, text, head, rows }: Section): string[] {
  return [`## ${title}`, ...(text === '' ? [] : [text]), table(head, rows)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function join(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
