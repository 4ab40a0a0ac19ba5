import type { Problem } from './problem.ts';
import { ABSENT, at, NULL } from './problem.ts';
import { NEED } from './register.ts';

/**
 * A linearization under construction: which steps have been given their place, in which order, and what the
 * register holds after them. Steps are placed and taken back like a stack. The timeline of what is left is a
 * doubly linked list with its head at place 0, so that taking back is exact and costs the same as placing
 * (Wing and Gong's entry list, as in Lowe's and porcupine's checkers).
 *
 * It also counts what the steps that are left ask for, so that the search can tell at once that a value
 * matters to nobody any more, or that the last chance to meet a demand is about to pass.
 */
export class PartialOrder {
  readonly problem: Problem;
  /** The steps placed so far, in their order. */
  readonly placed: number[] = [];
  state = ABSENT;
  /** How many required steps are left. */
  left: number;
  readonly next: Int32Array;
  readonly #prev: Int32Array;
  readonly #statesBefore: number[] = [];
  readonly #requiredBits: Int32Array;
  readonly #optionalBits: Int32Array;
  /** Of each value, among the steps that are left: who could tell that it is there; who must find it. */
  readonly #observers: Int32Array;
  readonly #demands: Int32Array;
  readonly #producers: Int32Array;
  /** Refused cas that are left: all of them, and by the value that must not be there. */
  #refusals = 0;
  readonly #refusalsOf: Int32Array;

  constructor(problem: Problem) {
    const size = problem.placeStep.length;
    this.problem = problem;
    this.left = problem.required;
    this.next = Int32Array.from({ length: size }, (_, place) => (place + 1) % size);
    this.#prev = Int32Array.from({ length: size }, (_, place) => (place + size - 1) % size);
    this.#requiredBits = new Int32Array((problem.required >>> 5) + 1);
    this.#optionalBits = new Int32Array(((problem.steps.length - problem.required) >>> 5) + 1);
    this.#observers = new Int32Array(problem.stateCount);
    this.#demands = new Int32Array(problem.stateCount);
    this.#producers = new Int32Array(problem.stateCount);
    this.#refusalsOf = new Int32Array(problem.stateCount);
    for (let step = 0; step < problem.steps.length; step += 1) this.#count(step, 1);
  }

  /** Places a step next; the caller knows that its need is met. */
  place(step: number): void {
    this.placed.push(step);
    this.#statesBefore.push(this.state);
    this.#count(step, -1);
    const effect = at(this.problem.effect, step);
    if (effect >= 0) this.state = effect;
    this.#flip(step);
    if (!this.isRequired(step)) return;
    this.left -= 1;
    this.#unlink(at(this.problem.callPlace, step));
    this.#unlink(at(this.problem.returnPlace, step));
  }

  /** Takes back the latest steps, down to the given number of them. */
  takeBackTo(length: number): void {
    while (this.placed.length > length) {
      const step = this.placed.pop() as number;
      this.state = this.#statesBefore.pop() as number;
      this.#count(step, 1);
      this.#flip(step);
      if (!this.isRequired(step)) continue;
      this.left += 1;
      this.#relink(at(this.problem.returnPlace, step));
      this.#relink(at(this.problem.callPlace, step));
    }
  }

  /** The place before this one among those that are left. */
  before(place: number): number {
    return at(this.#prev, place);
  }

  isRequired(step: number): boolean {
    return step < this.problem.required;
  }

  isPlaced(step: number): boolean {
    const { required } = this.problem;
    const bits = step < required ? this.#requiredBits : this.#optionalBits;
    const bit = step < required ? step : step - required;
    return (at(bits, bit >>> 5) & (1 << (bit & 31))) !== 0;
  }

  /** Whether the register now gives the step what it needs. The same rule as `isEnabled`, over numbers. */
  enables(step: number): boolean {
    const { state } = this;
    const needed = at(this.problem.needed, step);
    switch (at(this.problem.need, step)) {
      case NEED.nothing:
        return true;
      case NEED.value:
        return state === needed;
      case NEED.nullOrAbsent:
        return state === ABSENT || state === NULL;
      case NEED.absent:
        return state === ABSENT;
      case NEED.presentButNot:
        return state !== ABSENT && state !== needed;
      case NEED.absentOr:
        return state === ABSENT || state === needed;
      default:
        return false;
    }
  }

  /** Whether no step that is left could tell, by taking effect, that the register holds this value. */
  isUnobserved(value: number): boolean {
    return at(this.#observers, value) === 0 && this.#refusals === at(this.#refusalsOf, value);
  }

  /** Whether this step, which writes, makes another one impossible that must find what is there now. */
  losesDemand(step: number): boolean {
    const { state } = this;
    const target = at(this.problem.effect, step);
    if (target === state) return false;
    const own = at(this.problem.need, step) === NEED.value && this.isRequired(step) ? 1 : 0;
    if (at(this.#demands, state) > own && at(this.#producers, state) === 0) return true;
    if (state !== ABSENT || target === NULL) return false;
    return at(this.#demands, NULL) > 0 && at(this.#producers, NULL) === 0;
  }

  /**
   * Spells the configuration into words, and says how many: the first required step that is left, the state,
   * and which steps after it are placed. No placed step was called after `barrier`, the first return that is
   * left, so that the words cover the window of concurrent steps and not the whole history. All values that
   * no remaining need speaks of are one state: nobody can tell them apart.
   */
  spell(key: Int32Array, barrier: number): number {
    const { placeStep, requiredBefore, optionalBefore, stateCount } = this.problem;
    const first = at(placeStep, at(this.next, 0));
    const { state } = this;
    const named = state === ABSENT || at(this.#observers, state) > 0 || at(this.#refusalsOf, state) > 0;
    key[0] = first;
    key[1] = named ? state : stateCount;
    let length = 2;
    const lastWord = (at(requiredBefore, barrier) - 1) >>> 5;
    for (let word = first >>> 5; word <= lastWord; word += 1) key[length++] = at(this.#requiredBits, word);
    const optionalWords = (at(optionalBefore, barrier) + 31) >>> 5;
    for (let word = 0; word < optionalWords; word += 1) key[length++] = at(this.#optionalBits, word);
    return length;
  }

  #count(step: number, change: number): void {
    const { need, needed, effect } = this.problem;
    const value = at(needed, step);
    switch (at(need, step)) {
      case NEED.value:
        this.#add(this.#observers, value, change);
        if (this.isRequired(step)) this.#add(this.#demands, value, change);
        break;
      case NEED.nullOrAbsent:
        this.#add(this.#observers, NULL, change);
        this.#add(this.#demands, NULL, change);
        break;
      case NEED.absent:
        this.#add(this.#demands, ABSENT, change);
        break;
      case NEED.presentButNot:
        this.#refusals += change;
        this.#add(this.#refusalsOf, value, change);
        break;
      case NEED.absentOr:
        this.#add(this.#observers, value, change);
        break;
    }
    if (at(effect, step) >= 0) this.#add(this.#producers, at(effect, step), change);
  }

  #add(counts: Int32Array, value: number, change: number): void {
    counts[value] = at(counts, value) + change;
  }

  #flip(step: number): void {
    const required = this.isRequired(step);
    const bits = required ? this.#requiredBits : this.#optionalBits;
    const bit = required ? step : step - this.problem.required;
    bits[bit >>> 5] = at(bits, bit >>> 5) ^ (1 << (bit & 31));
  }

  #unlink(place: number): void {
    const before = at(this.#prev, place);
    const after = at(this.next, place);
    this.next[before] = after;
    this.#prev[after] = before;
  }

  #relink(place: number): void {
    this.next[at(this.#prev, place)] = place;
    this.#prev[at(this.next, place)] = place;
  }
}
