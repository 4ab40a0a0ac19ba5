import { type ChartModel, type StateModel, type TransitionModel, withInner } from '../model.ts';
import type { Format } from './format.ts';
import { json } from './json.ts';
import { diagramOf } from './mermaid.ts';

/** The catalogue as documentation: an index, and for each chart a page and its definition. */
export const pages: Format = {
  name: 'pages',
  purpose: 'Markdown pages with diagrams and tables, an index, and the definitions beside them',
  files: (charts) => [
    { name: 'README.md', text: indexOf(charts) },
    ...charts.map((chart) => ({ name: `${chart.name}.md`, text: pageOf(chart) })),
    ...json.files(charts),
  ],
};

const GENERATED = '<!-- Made from the charts by `npm run charts`: change a chart, not this page. -->';

function indexOf(charts: readonly ChartModel[]): string {
  const rows = charts.map(({ name, title, purpose, states, events }) => [
    `[${title}](${name}.md)`,
    purpose,
    String(states.length),
    String(events.length),
    `[${name}.json](${name}.json)`,
  ]);
  return join([
    '# The charts',
    GENERATED,
    'Every protocol of the house is a statechart, and these pages are drawn from the charts that run. In a diagram an arrow reads `event [guard] / actions`: when the event happens and the guard holds, the actions are done, in order, and the state changes. What is done without leaving a state stands in its box. A box "in any state" holds what is done in all the states beside it, unless one of them answers the event itself; its `entry` and `exit` are those of the state around it.',
    table(['Chart', 'Purpose', 'States', 'Events', 'Definition'], rows),
  ]);
}

function pageOf(chart: ChartModel): string {
  const { name, title, purpose, root, states, guards, actions, events } = chart;
  const all = withInner(root);
  const guardRows = guards.map((guard) => [
    code(guard),
    uses(all, (transition) => transition.guard === guard),
  ]);
  const actionRows = actions.map((action) => [
    code(action.name),
    action.kind,
    [
      ...places(all, 'on entering', ({ entry }) => entry.includes(action.name)),
      ...places(all, 'on leaving', ({ exit }) => exit.includes(action.name)),
      uses(all, (transition) => transition.actions.includes(action.name)),
    ]
      .filter((use) => use !== '')
      .join('; '),
  ]);
  return join([
    `# ${title}`,
    GENERATED,
    `${purpose} The definition as JSON: [${name}.json](${name}.json). All charts: [index](README.md).`,
    `\`\`\`mermaid\n${diagramOf(chart)}\`\`\``,
    '## States',
    table(['State', 'Meaning', 'On entering', 'On leaving'], states.map(stateRow)),
    '## Transitions',
    'In each state the first row of an event whose guard holds is taken; without one, the state around it is asked.',
    table(['In', 'On', 'If', 'Goes to', 'Does, in this order', 'Because'], all.flatMap(transitionRows)),
    '## Events',
    table(
      ['Event', 'Handled in'],
      events.map((event) => [code(event), handlers(all, event)]),
    ),
    ...(guards.length === 0 ? [] : ['## Guards', table(['Guard', 'Asked'], guardRows)]),
    '## Actions',
    table(['Action', 'Kind', 'Done'], actionRows),
  ]);
}

function stateRow(state: StateModel): string[] {
  return [code(state.path), state.description, codes(state.entry), codes(state.exit)];
}

function transitionRows(state: StateModel): string[][] {
  return state.transitions.map(({ event, guard, targets, actions, description }) => [
    placeOf(state),
    event === null ? '(at once)' : code(event),
    guard === null ? '' : code(guard),
    codes(targets),
    codes(actions),
    description,
  ]);
}

function placeOf({ path }: StateModel): string {
  return path === '' ? 'any state' : code(path);
}

function handlers(all: readonly StateModel[], event: string): string {
  return all
    .filter(({ transitions }) => transitions.some((transition) => transition.event === event))
    .map(placeOf)
    .join(', ');
}

function uses(all: readonly StateModel[], isUse: (transition: TransitionModel) => boolean): string {
  const found = all.flatMap((state) =>
    state.transitions
      .filter(isUse)
      .map(({ event }) => `${event === null ? '(at once)' : code(event)} in ${placeOf(state)}`),
  );
  return [...new Set(found)].join('; ');
}

function places(all: readonly StateModel[], word: string, isPlace: (state: StateModel) => boolean): string[] {
  return all.filter(isPlace).map((state) => `${word} ${placeOf(state)}`);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function codes(names: readonly string[]): string {
  return names.map(code).join(', ');
}

function join(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
