import { Configurations } from './configurations.ts';
import { PartialOrder } from './partial-order.ts';
import type { Problem } from './problem.ts';
import { at, layOut, NULL } from './problem.ts';
import type { Step } from './register.ts';
import { NEED } from './register.ts';

export type Verdict = 'ok' | 'illegal' | 'unknown';

export type SearchLimits = {
  /** How many configurations may be explored. */
  readonly maxStates: number;
  /** Asked now and then; true ends the search. */
  readonly cancelled?: (() => boolean) | undefined;
  /** Leaves `order` empty when that makes the verdict cheaper. */
  readonly verdictOnly?: boolean;
};

export type SearchResult = {
  readonly verdict: Verdict;
  /** Why the verdict is unknown. */
  readonly stopped?: 'budget' | 'cancelled';
  readonly states: number;
  /** ok: a linearization. Otherwise the longest partial one that was found. */
  readonly order: readonly Step[];
};

const STATES_BETWEEN_CANCEL_CHECKS = 1024;
/** A history that is known to be illegal is searched only for a long partial order to show. */
const DOOMED_MAX_STATES = 2000;

/**
 * Looks for a linearization of the steps of one register: depth first over the orders that respect real
 * time, remembering the configurations that led nowhere (Wing and Gong 1993; Lowe 2017; porcupine).
 *
 * Most orders need no trying, since from any linearization one of these follows:
 * - a step that changes nothing and finds what it needs is placed at once: moved here, it disturbs nobody;
 * - of steps that do the same thing, the one that must return first goes first: the two can swap;
 * - a write whose value nobody left can observe goes before any other write: it is hidden there;
 * - a step that may never happen is placed only where the next step needs what it wrote: the others can be
 *   left out. After it the search is `restricted` to steps that need something.
 *   (Whether it is restricted need not be part of a configuration: a completion that begins with a write is
 *   one of the configuration before the optional steps, too, and is found there.)
 * Each of these turns a linearization into one that is no longer and keeps the others' form, so they hold
 * together. Besides, no step may destroy the last chance of a demand (`losesDemand`).
 */
export function search(steps: readonly Step[], limits: SearchLimits): SearchResult {
  const problem = layOut(steps);
  const doomed = isDoomed(problem);
  if (doomed && limits.verdictOnly === true) return { verdict: 'illegal', states: 0, order: [] };
  const maxStates = doomed ? Math.min(limits.maxStates, DOOMED_MAX_STATES) : limits.maxStates;
  const result = new Search(problem, { ...limits, maxStates }).run();
  if (!doomed) return result;
  return { verdict: 'illegal', states: result.states, order: result.order };
}

/** Whether some step needs a value that nothing could have written before the step had returned. */
function isDoomed({ need, needed, effect, steps, required }: Problem): boolean {
  const firstWritten = new Map<number, number>();
  steps.forEach((step, i) => {
    const value = at(effect, i);
    if (value >= 0)
      firstWritten.set(value, Math.min(step.calledAt, firstWritten.get(value) ?? step.calledAt));
  });
  for (let i = 0; i < required; i += 1) {
    if (at(need, i) === NEED.impossible) return true;
    if (at(need, i) !== NEED.value) continue;
    if ((firstWritten.get(at(needed, i)) ?? Number.POSITIVE_INFINITY) > (steps[i] as Step).returnedAt)
      return true;
  }
  return false;
}

/** A configuration whose moves are being tried one after the other. */
type Choice = { readonly placed: number; readonly end: number; nextMove: number };

class Search {
  readonly #problem: Problem;
  readonly #limits: SearchLimits;
  readonly #order: PartialOrder;
  readonly #seen = new Configurations();
  readonly #key: Int32Array;
  readonly #choices: Choice[] = [];
  /** The moves of all open choices, one slice each. */
  readonly #moves: number[] = [];
  /** Of each kind of step: the collection in which it was met last. */
  readonly #kindMet: Int32Array;
  #collections = 0;
  /** Of each value: the collection in which a step of the window was waiting for it last. */
  readonly #valueAwaited: Int32Array;
  #best: readonly number[] = [];
  #bestLeft = Number.POSITIVE_INFINITY;

  constructor(problem: Problem, limits: SearchLimits) {
    this.#problem = problem;
    this.#limits = limits;
    this.#order = new PartialOrder(problem);
    this.#key = new Int32Array((problem.steps.length >>> 5) + 4);
    this.#kindMet = new Int32Array(problem.steps.length);
    this.#valueAwaited = new Int32Array(problem.stateCount);
  }

  run(): SearchResult {
    const { maxStates, cancelled } = this.#limits;
    const order = this.#order;
    for (;;) {
      const barrier = this.#settle();
      if (order.left === 0) return this.#result('ok', order.placed);
      if (this.#open(barrier, this.#endsInOptional())) {
        const states = this.#seen.size;
        if (states > maxStates) return this.#stop('budget');
        if (states % STATES_BETWEEN_CANCEL_CHECKS === 0 && cancelled?.() === true)
          return this.#stop('cancelled');
      }
      const move = this.#nextMove();
      if (move === undefined) return this.#result('illegal', this.#best);
      order.place(move);
    }
  }

  /** Places every step that changes nothing and finds what it needs. Returns the first return that is left. */
  #settle(): number {
    const order = this.#order;
    const { placeReturns, placeStep, effect } = this.#problem;
    let place = at(order.next, 0);
    while (place !== 0 && at(placeReturns, place) === 0) {
      const step = at(placeStep, place);
      if (at(effect, step) < 0 && order.enables(step)) {
        const before = order.before(place);
        order.place(step);
        place = at(order.next, before);
      } else {
        place = at(order.next, place);
      }
    }
    return place;
  }

  /** Whether the latest step is one that may never happen, so that only a step that needs its value may follow. */
  #endsInOptional(): boolean {
    const last = this.#order.placed.at(-1);
    return last !== undefined && !this.#order.isRequired(last);
  }

  /** Opens a choice unless the configuration is known to lead nowhere; says whether it did. */
  #open(barrier: number, restricted: boolean): boolean {
    const start = this.#moves.length;
    if (this.#seen.add(this.#key, this.#order.spell(this.#key, barrier))) {
      this.#collectMoves(barrier, restricted);
      const end = this.#moves.length;
      this.#choices.push({ placed: this.#order.placed.length, end, nextMove: start });
      if (end === start) this.#remember();
      return true;
    }
    this.#remember();
    return false;
  }

  #nextMove(): number | undefined {
    for (;;) {
      const choice = this.#choices.at(-1);
      if (choice === undefined) return undefined;
      this.#order.takeBackTo(choice.placed);
      if (choice.nextMove < choice.end) {
        const move = at(this.#moves, choice.nextMove);
        choice.nextMove += 1;
        return move;
      }
      this.#choices.pop();
      this.#moves.length = this.#choices.at(-1)?.end ?? 0;
    }
  }

  /** Appends the steps worth trying: those that must return first, first; those that may never happen, last. */
  #collectMoves(barrier: number, restricted: boolean): void {
    const order = this.#order;
    const { placeReturns, placeStep, effect, need } = this.#problem;
    this.#collections += 1;
    const start = this.#moves.length;
    let hidden = -1;
    for (let place = at(order.next, 0); at(placeReturns, place) === 0; place = at(order.next, place)) {
      const step = at(placeStep, place);
      const target = at(effect, step);
      if (target < 0 || !order.enables(step)) continue;
      if (at(need, step) !== NEED.nothing) this.#insertByReturn(start, step);
      else if (restricted) continue;
      else if (order.isUnobserved(target)) hidden = this.#earlier(hidden, step);
      else this.#insertByReturn(start, step);
    }
    const writesAllowed = !restricted && hidden < 0;
    let kept = start;
    for (let i = start; i < this.#moves.length; i += 1) {
      const step = at(this.#moves, i);
      const isWrite = at(need, step) === NEED.nothing;
      if ((isWrite && !writesAllowed) || order.losesDemand(step) || this.#isMet(step)) continue;
      this.#moves[kept] = step;
      kept += 1;
    }
    this.#moves.length = kept;
    if (hidden >= 0 && !order.losesDemand(hidden)) this.#moves.push(hidden);
    this.#collectOptional(barrier, writesAllowed);
  }

  /** A step that may never happen is worth trying only where some step could make use of it next. */
  #collectOptional(barrier: number, writesAllowed: boolean): void {
    const order = this.#order;
    const { required, optionalBefore, effect, need } = this.#problem;
    const end = required + at(optionalBefore, barrier);
    if (end === required) return;
    const anyAwaited = this.#markAwaited(end);
    for (let step = required; step < end; step += 1) {
      if (order.isPlaced(step)) continue;
      if (at(need, step) === NEED.nothing ? !writesAllowed : !order.enables(step)) continue;
      const target = at(effect, step);
      if (target === order.state || !(anyAwaited || at(this.#valueAwaited, target) === this.#collections))
        continue;
      if (!order.losesDemand(step) && !this.#isMet(step)) this.#moves.push(step);
    }
  }

  /** Marks the values that a step which can be next is waiting for. True when one waits for any other value. */
  #markAwaited(optionalEnd: number): boolean {
    const order = this.#order;
    const { required, placeReturns, placeStep, need, needed } = this.#problem;
    let any = false;
    for (let place = at(order.next, 0); at(placeReturns, place) === 0; place = at(order.next, place)) {
      const step = at(placeStep, place);
      if (at(need, step) === NEED.presentButNot) any = true;
      this.#valueAwaited[at(need, step) === NEED.nullOrAbsent ? NULL : at(needed, step)] = this.#collections;
    }
    for (let step = required; step < optionalEnd; step += 1) {
      if (!order.isPlaced(step)) this.#valueAwaited[at(needed, step)] = this.#collections;
    }
    return any;
  }

  /** Whether a step of the same kind was met in this collection; it is from now on. */
  #isMet(step: number): boolean {
    const kind = at(this.#problem.kind, step);
    if (at(this.#kindMet, kind) === this.#collections) return true;
    this.#kindMet[kind] = this.#collections;
    return false;
  }

  #insertByReturn(start: number, step: number): void {
    const { returnedAt } = this.#problem;
    let i = this.#moves.length;
    for (; i > start && at(returnedAt, at(this.#moves, i - 1)) > at(returnedAt, step); i -= 1) {
      this.#moves[i] = at(this.#moves, i - 1);
    }
    this.#moves[i] = step;
  }

  #earlier(a: number, b: number): number {
    return a < 0 || at(this.#problem.returnedAt, b) < at(this.#problem.returnedAt, a) ? b : a;
  }

  #remember(): void {
    if (this.#order.left >= this.#bestLeft) return;
    this.#bestLeft = this.#order.left;
    this.#best = [...this.#order.placed];
  }

  #stop(stopped: 'budget' | 'cancelled'): SearchResult {
    this.#remember();
    return { ...this.#result('unknown', this.#best), stopped };
  }

  #result(verdict: Verdict, order: readonly number[]): SearchResult {
    const { steps } = this.#problem;
    return { verdict, states: this.#seen.size, order: order.map((i) => steps[i] as Step) };
  }
}
