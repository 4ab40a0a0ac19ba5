import type { Field, Payload } from './declarations.ts';
import { baseName, type ChartModel, type StateModel, type TransitionModel, withInner } from './model.ts';

/** What is to be told of a chart beside its picture: tables that Markdown and HTML show alike. */

export type Section = {
  readonly title: string;
  readonly text: string;
  readonly head: readonly string[];
  /** What stands between backticks is code; all else is plain text. */
  readonly rows: readonly (readonly string[])[];
};

/** How a drawing is to be read, for whoever sees one for the first time. */
export const LEGEND =
  'An arrow is labelled event, [guard], / actions: when the event happens and the guard holds, the actions are done, in order, and the state changes; always needs no event, and [else] is what happens when no guard before it held. What is done without leaving a state stands in its box, and what stands in a box around others is done in all of them, unless one of them answers the event itself. An action with a › in front emits effects, one without updates the context.';

/** Every section of a chart that has something in it. */
export function sectionsOf(chart: ChartModel): Section[] {
  const all = withInner(chart.root);
  return [
    states(chart),
    transitions(all),
    events(chart, all),
    effects(chart),
    types(chart),
    guards(chart, all),
    actions(chart, all),
  ].filter(({ rows }) => rows.length > 0);
}

function states({ states }: ChartModel): Section {
  return {
    title: 'States',
    text: '',
    head: ['State', 'Meaning', 'On entering', 'On leaving'],
    rows: states.map(({ path, description, entry, exit }) => [
      code(path),
      description,
      codes(entry),
      codes(exit),
    ]),
  };
}

function transitions(all: readonly StateModel[]): Section {
  return {
    title: 'Transitions',
    text: 'In each state the first row of an event whose guard holds is taken; without one, the state around it is asked.',
    head: ['In', 'On', 'If', 'Goes to', 'Does, in this order', 'Because'],
    rows: all.flatMap((state) =>
      state.transitions.map(({ event, guard, targets, actions, description }) => [
        placeOf(state),
        event === null ? '(at once)' : code(event),
        guard === null ? '' : code(guard),
        codes(targets),
        codes(actions),
        description,
      ]),
    ),
  };
}

function events({ events, declared }: ChartModel, all: readonly StateModel[]): Section {
  return {
    title: 'Events',
    text: 'What can happen, with what it carries.',
    head: ['Event', 'Payload', 'Meaning', 'Handled in'],
    rows: events.map((event) => {
      const payload = declared.events.find(({ type }) => type === event);
      const places = all.filter((state) =>
        state.transitions.some((transition) => transition.event === event),
      );
      return [code(event), ...payloadCells(payload), places.map(placeOf).join(', ')];
    }),
  };
}

function effects({ declared }: ChartModel): Section {
  return {
    title: 'Effects',
    text: 'What the chart asks of whoever runs it, as data.',
    head: ['Effect', 'Payload', 'Meaning'],
    rows: declared.effects.map((effect) => [code(effect.type), ...payloadCells(effect)]),
  };
}

function types({ declared }: ChartModel): Section {
  return {
    title: 'Types',
    text: 'What the payloads are made of.',
    head: ['Type', 'Consists of', 'Meaning'],
    rows: declared.types.map(({ name, fields, text, description }) => [
      code(name),
      fields.length === 0 ? code(text) : fieldsCell(fields),
      meaning(description, fields),
    ]),
  };
}

function guards({ guards, declared }: ChartModel, all: readonly StateModel[]): Section {
  return {
    title: 'Guards',
    text: '',
    head: ['Guard', 'Meaning', 'Asked'],
    rows: guards.map((name) => [
      code(name),
      declared.guards[name] ?? '',
      uses(all, ({ guard }) => guard !== null && baseName(guard) === name),
    ]),
  };
}

function actions({ actions, declared }: ChartModel, all: readonly StateModel[]): Section {
  const has = (names: readonly string[], wanted: string) => names.some((name) => baseName(name) === wanted);
  return {
    title: 'Actions',
    text: '',
    head: ['Action', 'Kind', 'Meaning', 'Done'],
    rows: actions.map(({ name, kind }) => {
      const done = [
        ...all.filter(({ entry }) => has(entry, name)).map((state) => `on entering ${placeOf(state)}`),
        ...all.filter(({ exit }) => has(exit, name)).map((state) => `on leaving ${placeOf(state)}`),
        uses(all, (transition) => has(transition.actions, name)),
      ];
      return [code(name), kind, declared.actions[name] ?? '', done.filter((use) => use !== '').join('; ')];
    }),
  };
}

function payloadCells(payload: Payload | undefined): [string, string] {
  if (payload === undefined) return ['', ''];
  return [fieldsCell(payload.fields), meaning(payload.description, payload.fields)];
}

function fieldsCell(fields: readonly Field[]): string {
  return fields.map(({ name, type }) => code(`${name}: ${type}`)).join(', ');
}

/** What the whole means, and then each of its fields that says something. */
function meaning(description: string, fields: readonly Field[]): string {
  const parts = fields
    .filter((field) => field.description !== '')
    .map((field) => `${code(field.name)}: ${field.description}`);
  return [description, ...parts].filter((part) => part !== '').join(' ');
}

function uses(all: readonly StateModel[], isUse: (transition: TransitionModel) => boolean): string {
  const found = all.flatMap((state) =>
    state.transitions
      .filter(isUse)
      .map(({ event }) => `${event === null ? '(at once)' : code(event)} in ${placeOf(state)}`),
  );
  return [...new Set(found)].join('; ');
}

function placeOf({ path }: StateModel): string {
  return path === '' ? 'any state' : code(path);
}

function code(text: string): string {
  return `\`${text}\``;
}

function codes(names: readonly string[]): string {
  return names.map(code).join(', ');
}
