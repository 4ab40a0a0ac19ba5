import { type AnyStateMachine, type EventObject, StateMachine } from 'xstate';
import manifest from 'xstate/package.json' with { type: 'json' };
import { Enqueuer } from './enqueue.ts';
import { Plans } from './plans.ts';
import { Programs } from './programs.ts';
import { isDirect } from './scope.ts';
import { Twin } from './twin.ts';
import { internalsOf, type Machine, type Snapshot } from './xstate.ts';

/** The version of xstate whose steps the accelerator was proved equal to. */
export const PROVED_AGAINST = '5.33.3';

export type AccelerateOptions = {
  /**
   * How many configurations, choices and plans are held for the machine together (default 10,000). When there would be
   * more, all are forgotten and learnt anew, which costs time and changes nothing else.
   */
  readonly limit?: number;
  /**
   * After how many steps from one configuration by one type of event they become a program of their own (default 100;
   * Infinity for never). It costs some tens of microseconds, and changes nothing but the time of the steps that follow.
   * Where code may not be made of text, there are no programs.
   */
  readonly compileAfter?: number;
  /** Told once when xstate has another version (default: a warning on the console). */
  readonly warn?: (text: string) => void;
};

const DEFAULT_LIMIT = 10_000;
const DEFAULT_COMPILE_AFTER = 100;

/**
 * A machine like the one given, whose `transition` is several times faster: it replays what it has learnt of XState's
 * steps. Everything else about it is XState's, and its snapshots are.
 *
 * With any version of xstate but the one this was proved against, the machine given is returned as it is, after a
 * warning.
 *
 * @throws CannotAccelerate when the machine does something that could not be replayed exactly; it names where
 * @throws TypeError when it is no XState machine
 * @throws RangeError when `limit` is no whole number from 1, or `compileAfter` no number from 1
 */
export function accelerate<M extends AnyStateMachine>(machine: M, options: AccelerateOptions = {}): M {
  const { limit = DEFAULT_LIMIT, compileAfter = DEFAULT_COMPILE_AFTER, warn = warnOnConsole } = options;
  if (!Number.isInteger(limit) || limit < 1)
    throw new RangeError(`limit is ${limit}, it must be a whole number from 1`);
  if (!(compileAfter >= 1))
    throw new RangeError(`compileAfter is ${compileAfter}, it must be a number from 1`);
  if (typeof machine?.provide !== 'function')
    throw new TypeError('accelerate takes a machine made by XState');
  const fault = versionFault(machine);
  if (fault !== null) {
    warnOnce(fault, warn);
    return machine;
  }
  const accelerated = machine.provide({}) as M;
  const internals = internalsOf(accelerated);
  const plans = new Plans(internals, () => new Twin(internalsOf(machine.provide({}))), limit);
  const programs = new Programs(plans, new Enqueuer(internals), compileAfter);
  const stock = internals.transition;
  const transition: Machine['transition'] = (snapshot, event, scope) => {
    const configuration = isOurs(snapshot, internals) ? plans.configurationOf(snapshot) : null;
    if (configuration !== null) {
      if (isDirect(scope)) {
        const program = configuration.programs.get(event?.type);
        if (program !== undefined) return program(snapshot, event, scope);
        if (isOrdinary(event)) return programs.step(configuration, snapshot, event, scope);
      } else if (isOrdinary(event)) return programs.run(configuration, snapshot, event, scope).complete();
    }
    return stock(snapshot, event, scope);
  };
  return Object.assign(accelerated, { transition });
}

/** Whether steps from here are of the kind that can be replayed. All others are XState's. */
function isOurs(snapshot: Snapshot, machine: Machine): boolean {
  if (snapshot.machine !== machine || snapshot.status !== 'active') return false;
  // A context that is missing is an error of XState's; children are of somebody else's making.
  return Boolean(snapshot.context) && !hasAny(snapshot.children);
}

/** Whether this is no event that XState treats specially. */
function isOrdinary(event: EventObject): boolean {
  const type: unknown = event?.type;
  return typeof type === 'string' && type !== '*' && !(type.startsWith('xstate.') && isControl(type));
}

/** Types that XState handles before it looks for transitions. */
function isControl(type: string): boolean {
  return type === 'xstate.init' || type === 'xstate.stop' || type.startsWith('xstate.error.actor');
}

function hasAny(children: object): boolean {
  for (const _ in children) return true;
  return false;
}

function versionFault(machine: AnyStateMachine): string | null {
  const { version } = manifest;
  if (version !== PROVED_AGAINST) {
    return `accelerate was proved against xstate ${PROVED_AGAINST}, and this is ${version}: machines run unaccelerated`;
  }
  const { id } = machine;
  if (machine instanceof StateMachine) return null;
  return `the machine "${id}" was made by another copy of xstate than accelerate's: it runs unaccelerated`;
}

const warned = new Set<string>();

function warnOnce(text: string, warn: (text: string) => void): void {
  if (warned.has(text)) return;
  warned.add(text);
  warn(text);
}

function warnOnConsole(text: string): void {
  // biome-ignore lint/suspicious/noConsole: a library has no other place to warn.
  console.warn(text);
}
