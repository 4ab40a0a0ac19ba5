import { type AnyStateMachine, createMachine } from 'xstate';
import type { Tape } from './tape.ts';
import { type Calls, EVENT_TYPES, UserFunctions } from './user-functions.ts';

/** The shape of a state before anything happens in it. */
type Shape = {
  readonly id: string;
  readonly kind: 'atomic' | 'final' | 'compound' | 'parallel';
  readonly children: readonly Shape[];
};
type Config = { [property: string]: unknown };

const DESCRIPTORS = [...EVENT_TYPES, '*', 'a.*', 'b.*', 'b.x.*', 'a.x.*'] as const;
const MAX_STATES = 14;

/**
 * A machine read off a tape: nested and parallel states, final ones, wildcards, guards and actions of all kinds.
 *
 * @param calls is told of every call of a function of the machine's
 * @throws Error when XState takes no such machine
 */
export function randomMachine(tape: Tape, calls: Calls): AnyStateMachine {
  const root = shapeOf(tape);
  const shapes = allOf(root);
  const functions = new UserFunctions(
    tape,
    calls,
    shapes.map(({ id }) => id),
  );
  const config = configOf(root, null, { tape, functions, shapes });
  const extra: Config = {
    context: { n: tape.below(4) },
    // Without a limit, machines that never come to rest would be tested for ever.
    options: { maxIterations: 3 + tape.below(20) },
  };
  if (tape.chance(1, 3)) extra.output = functions.output();
  const { actions, guards } = functions;
  return createMachine({ ...config, ...extra } as never, { actions, guards } as never) as AnyStateMachine;
}

function shapeOf(tape: Tape): Shape {
  let count = 0;
  const grow = (depth: number): Shape => {
    const id = `s${count}`;
    count += 1;
    const kinds = ['atomic', 'atomic', 'final', 'compound', 'compound', 'parallel'] as const;
    const kind = depth === 0 ? tape.pick(['compound', 'parallel'] as const) : tape.pick(kinds);
    if (kind === 'atomic' || kind === 'final' || depth > 3 || count > MAX_STATES) {
      return { id, kind: kind === 'final' ? 'final' : 'atomic', children: [] };
    }
    return { id, kind, children: Array.from({ length: 1 + tape.below(3) }, () => grow(depth + 1)) };
  };
  return grow(0);
}

function allOf(shape: Shape): readonly Shape[] {
  return [shape, ...shape.children.flatMap(allOf)];
}

type Making = { readonly tape: Tape; readonly functions: UserFunctions; readonly shapes: readonly Shape[] };

function configOf(shape: Shape, parent: Shape | null, making: Making): Config {
  const { tape, functions } = making;
  const { id, kind, children } = shape;
  const config: Config = { id };
  if (kind === 'final') {
    config.type = 'final';
    if (tape.chance(1, 2)) config.output = functions.output();
  }
  if (kind === 'parallel') config.type = 'parallel';
  if (tape.chance(1, 4)) config.tags = tape.list(2, () => tape.pick(['red', 'blue', 'green']));
  if (tape.chance(1, 5)) config.meta = { of: id };
  if (tape.chance(1, 3)) config.entry = tape.list(2, () => functions.action());
  if (tape.chance(1, 3)) config.exit = tape.list(2, () => functions.action());
  if (children.length > 0) {
    config.states = Object.fromEntries(children.map((child) => [child.id, configOf(child, shape, making)]));
    if (kind === 'compound') config.initial = initialOf(shape, making);
    if (tape.chance(1, 2)) config.onDone = transitions(shape, parent, making);
  }
  // A final state has no transitions that anybody would expect to be taken, and may have them all the same.
  if (kind !== 'final' || tape.chance(1, 8)) {
    const on = tape.list(3, () => [tape.pick(DESCRIPTORS), transitions(shape, parent, making)] as const);
    if (on.length > 0) config.on = Object.fromEntries(on);
    if (tape.chance(1, 4)) config.always = transitions(shape, parent, making);
  }
  return config;
}

function initialOf({ children }: Shape, { tape, functions }: Making): unknown {
  const { id } = tape.pick(children);
  return tape.chance(1, 4) ? { target: id, actions: tape.list(2, () => functions.action()) } : id;
}

/** One candidate, several, or one that forbids the event. */
function transitions(shape: Shape, parent: Shape | null, making: Making): unknown {
  const { tape } = making;
  const kind = tape.below(8);
  if (kind === 7) return {};
  if (kind === 6) return undefined;
  if (kind < 4) return transition(shape, parent, making);
  return Array.from({ length: 2 }, () => transition(shape, parent, making));
}

function transition(shape: Shape, parent: Shape | null, making: Making): Config {
  const { tape, functions } = making;
  const config: Config = {};
  const target = targetOf(shape, parent, making);
  if (target !== undefined) config.target = target;
  if (tape.chance(1, 2)) config.guard = functions.guard();
  if (tape.chance(1, 4)) config.reenter = true;
  if (tape.chance(1, 2)) config.actions = tape.list(3, () => functions.action());
  return config;
}

function targetOf(shape: Shape, parent: Shape | null, { tape, shapes }: Making): unknown {
  switch (tape.below(7)) {
    case 0:
      return undefined;
    case 1:
      return shape.children.length > 0 ? `.${tape.pick(shape.children).id}` : undefined;
    case 2:
      return parent === null ? undefined : tape.pick(parent.children).id;
    case 3:
      return severalTargets(tape, shapes);
    default:
      return `#${tape.pick(shapes).id}`;
  }
}

/** A state in each of two regions of one parallel state; now and then any two states, which XState takes as well. */
function severalTargets(tape: Tape, shapes: readonly Shape[]): unknown {
  if (tape.chance(1, 4)) return [`#${tape.pick(shapes).id}`, `#${tape.pick(shapes).id}`];
  const parallels = shapes.filter(({ kind, children }) => kind === 'parallel' && children.length > 1);
  if (parallels.length === 0) return undefined;
  const { children } = tape.pick(parallels);
  return children.slice(0, 2).map((region) => `#${tape.pick(allOf(region)).id}`);
}
