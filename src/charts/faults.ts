import { baseName, type ChartModel, type StateModel, type TransitionModel, withInner } from './model.ts';

/**
 * What keeps a chart from being documented: what has no name cannot be written on an arrow, and what nobody
 * describes cannot be understood.
 *
 * @returns one sentence a fault, with the place; nothing for a chart that documents itself
 */
export function faultsOf(chart: ChartModel): string[] {
  const { root, sources, declared, events } = chart;
  const all = withInner(root);
  const faults = all.flatMap((state) => [...descriptionFaults(state), ...nameFaults(chart, state)]);
  if (sources.length === 0) faults.push('the catalogue does not say what it implements');
  for (const { type } of declared.events) {
    if (!events.includes(type)) faults.push(`no state handles the event ${type}`);
  }
  for (const type of declared.events.length === 0 ? [] : events) {
    if (!declared.events.some((event) => event.type === type)) {
      faults.push(`the event ${type} is handled, but not among the types of its events`);
    }
  }
  return faults;
}

function descriptionFaults({ description, path }: StateModel): string[] {
  if (description !== '') return [];
  return [path === '' ? 'the chart has no description' : `the state ${path} has no description`];
}

function nameFaults({ actions, guards }: ChartModel, state: StateModel): string[] {
  const named = new Set(actions.map(({ name }) => name));
  const place = state.path === '' ? 'the chart' : `the state ${state.path}`;
  const actionFaults = (names: readonly string[], where: string) =>
    names
      .filter((name) => !named.has(baseName(name)))
      .map((name) => `an action ${where} of ${place} has no name in setup: ${name}`);
  const transitionFaults = ({ event, guard, actions: done }: TransitionModel) => {
    const where = `on ${event ?? 'always'}`;
    const isUnknown = guard !== null && !guards.includes(baseName(guard));
    const guardFaults = isUnknown ? [`a guard ${where} of ${place} has no name in setup: ${guard}`] : [];
    return [...guardFaults, ...actionFaults(done, where)];
  };
  return [
    ...actionFaults(state.entry, 'on entering'),
    ...actionFaults(state.exit, 'on leaving'),
    ...state.transitions.flatMap(transitionFaults),
  ];
}
