import { explain, type Violation } from './explanation.ts';
import type { HistoryEvent, Json } from './history.ts';
import { show, spelling } from './json.ts';
import type { Operation } from './operations.ts';
import { operations } from './operations.ts';
import type { Step } from './register.ts';
import { stepOf } from './register.ts';
import type { SearchResult, Verdict } from './search.ts';
import { search } from './search.ts';
import { assertLinearization } from './witness.ts';

export type LinearizabilityOptions = {
  /** How many configurations of one register may be explored; 1,000,000 by default (about 40 MB). */
  readonly maxStatesPerKey?: number;
  /** How many may be explored in all; 10,000,000 by default. */
  readonly maxStates?: number;
  /**
   * Asked before each register and every thousand or so configurations; true ends the check with what is
   * known by then. This is where a caller puts a limit of time. Without it, equal histories get equal results.
   */
  readonly cancelled?: () => boolean;
};

export type KeyResult = {
  readonly key: Json;
  readonly verdict: Verdict;
  /** One line: why the verdict is what it is. */
  readonly reason: string;
  /** Operations that were checked: those known to have happened or observed, and those that may have happened. */
  readonly operations: number;
  /** Configurations explored. */
  readonly states: number;
  /** What is wrong, when the verdict is illegal. */
  readonly violation?: Violation;
};

export type LinearizabilityResult = {
  /** illegal when one key is; else unknown when one key is, or when nothing was checked; else ok. */
  readonly verdict: Verdict;
  readonly reason: string;
  readonly operations: number;
  readonly states: number;
  /** One entry for each register of which something is known, in the order of their first appearance. */
  readonly keys: readonly KeyResult[];
  /** The registers of which nothing is known, since no operation on them completed: nothing to check. */
  readonly uncheckedKeys: readonly Json[];
};

/** The first look at each register gets this much, so that a hard one cannot use up what easy ones need. */
const FIRST_LOOK_STATES = 10_000;
const MAX_STATES_PER_KEY = 1_000_000;
const MAX_STATES = 10_000_000;

type Register = { readonly key: Json; readonly steps: Step[]; result?: SearchResult; states: number };

/**
 * Judges whether each register of a history (read, write, cas; keys equal as JSON values) behaved as one that
 * takes every operation at a single moment between its invocation and its completion (Herlihy and Wing 1990).
 * Linearizability is local: a history is linearizable exactly when each of its registers is.
 *
 * An operation without a known outcome (`info`) may have taken effect at any moment after its invocation, or
 * never. A `fail` did not happen; a cas refused by the register itself is an observation, see
 * {@link HistoryEvent}. `ok` is said only with a linearization in hand, checked once more.
 *
 * @throws HistoryError when the events are no history of registers
 */
export function checkLinearizability(
  events: readonly HistoryEvent[],
  options: LinearizabilityOptions = {},
): LinearizabilityResult {
  const registers = byKey(operations(events));
  const checked = registers.filter(({ steps }) => steps.some((step) => Number.isFinite(step.returnedAt)));
  const perKey = options.maxStatesPerKey ?? MAX_STATES_PER_KEY;
  let left = options.maxStates ?? MAX_STATES;
  for (const limit of [Math.min(FIRST_LOOK_STATES, perKey), perKey]) {
    for (const register of checked) {
      if (!isOpen(register.result, Math.min(limit, left))) continue;
      const maxStates = Math.min(limit, left);
      register.result = look(register.steps, maxStates, options.cancelled);
      register.states += register.result.states;
      left = Math.max(0, left - register.result.states);
    }
  }
  const keys = checked.map(toKeyResult);
  return {
    ...overall(keys),
    operations: keys.reduce((sum, key) => sum + key.operations, 0),
    states: keys.reduce((sum, key) => sum + key.states, 0),
    keys,
    uncheckedKeys: registers.filter((register) => !checked.includes(register)).map(({ key }) => key),
  };
}

function byKey(all: readonly Operation[]): Register[] {
  const registers = new Map<string, Register>();
  for (const operation of all) {
    const name = spelling(operation.key);
    const register = registers.get(name) ?? { key: operation.key, steps: [], states: 0 };
    registers.set(name, register);
    const step = stepOf(operation);
    if (step !== undefined) register.steps.push(step);
  }
  return [...registers.values()];
}

/** Whether a (further) look with this limit could decide. */
function isOpen(result: SearchResult | undefined, limit: number): boolean {
  return result === undefined || (result.stopped === 'budget' && result.states <= limit);
}

function look(
  steps: readonly Step[],
  maxStates: number,
  cancelled: (() => boolean) | undefined,
): SearchResult {
  if (cancelled?.() === true) return { verdict: 'unknown', stopped: 'cancelled', states: 0, order: [] };
  const result = search(steps, { maxStates, cancelled });
  if (result.verdict === 'ok') assertLinearization(steps, result.order);
  return result;
}

function toKeyResult({ key, steps, result, states }: Register): KeyResult {
  const { verdict, stopped, order } = result as SearchResult;
  const counts = { key, verdict, operations: steps.length, states };
  if (verdict === 'ok') return { ...counts, reason: 'a linearization was found' };
  if (verdict === 'illegal') {
    return { ...counts, reason: 'no linearization exists', violation: explain(key, steps, order) };
  }
  const reason =
    stopped === 'cancelled'
      ? 'the check was cancelled'
      : `undecided after ${states} states: the budget ran out`;
  return { ...counts, reason };
}

function overall(keys: readonly KeyResult[]): { verdict: Verdict; reason: string } {
  if (keys.length === 0) {
    return { verdict: 'unknown', reason: 'nothing was checked: no operation on any key completed' };
  }
  const illegal = keys.filter((key) => key.verdict === 'illegal');
  if (illegal.length > 0)
    return { verdict: 'illegal', reason: `${naming(illegal)}: no linearization exists` };
  const unknown = keys.filter((key) => key.verdict === 'unknown');
  if (unknown.length > 0) return { verdict: 'unknown', reason: `${naming(unknown)}: ${unknown[0]?.reason}` };
  return {
    verdict: 'ok',
    reason: `a linearization was found for ${keys.length === 1 ? 'the key' : `each of ${keys.length} keys`}`,
  };
}

function naming(keys: readonly KeyResult[]): string {
  const shown = keys.slice(0, 5).map(({ key }) => show(key));
  const more = keys.length > shown.length ? ` and ${keys.length - shown.length} more` : '';
  return `${keys.length === 1 ? 'key' : 'keys'} ${shown.join(', ')}${more}`;
}
