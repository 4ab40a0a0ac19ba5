import type { SimArguments } from './arguments.ts';
import type { SimulationOptions } from './options.ts';
import { SurvivalTotals } from './store-report.ts';
import { describe, replayOf, type Told } from './told.ts';

/** How many lines of what happened stand above a failure. */
const TAIL_LINES = 100;

type Asked = Pick<SimArguments, 'json' | 'tail' | 'runs' | 'isStock'>;

/** Tells of runs, one after the other, and at the end of all of them, in text or as JSON. */
export class Telling {
  readonly #asked: Asked;
  readonly #print: (text: string) => void;
  readonly #totals = new SurvivalTotals();
  #virtualSeconds = 0;

  /** @param print takes one line or several, without the last end */
  constructor(asked: Asked, print: (text: string) => void) {
    this.#asked = asked;
    this.#print = print;
  }

  /** What is about to be run, when it is one run. */
  begin(options: SimulationOptions): void {
    if (this.#asked.runs === 1 && !this.#asked.json) this.#print(describe(options));
  }

  /** A run is over. */
  run(options: SimulationOptions, told: Told): void {
    const { json, tail, runs } = this.#asked;
    this.#virtualSeconds += told.virtualSeconds;
    this.#totals.add(options.store.mode, told.survival);
    if (json) {
      if (told.json !== null) this.#print(told.json);
      return;
    }
    for (const line of told.lines) this.#print(line);
    if (runs === 1 && told.failure === null) this.#print(told.result);
    if (tail) for (const line of told.traceTail) this.#print(line);
    if (told.failure === null) return;
    if (!tail) for (const line of told.traceTail.slice(-TAIL_LINES)) this.#print(line);
    this.#fail(options, told.result, told.failure, told.violations);
  }

  /** Another process has ended in the middle of a run. @param how in a few words: `was killed by SIGKILL` */
  crash(options: SimulationOptions, how: string): void {
    const failure = `its process ${how} before the run was over; if memory ran out, fewer --jobs take less`;
    if (!this.#asked.json) return this.#fail(options, null, failure, []);
    this.#print(JSON.stringify({ valid: false, failure, options, replay: this.#replay(options) }));
  }

  /** All runs are over, and none failed. @param seed the first of them */
  end(seed: number): void {
    const { json, runs } = this.#asked;
    if (json || runs === 1) return;
    const last = (seed + runs - 1) >>> 0;
    const time = `${this.#virtualSeconds.toFixed(0)} virtual seconds`;
    this.#print(`${runs} seeds (${seed} to ${last}), ${time}: every property held`);
    for (const line of this.#totals.lines()) this.#print(line);
  }

  #fail(
    options: SimulationOptions,
    result: string | null,
    failure: string,
    violations: readonly string[],
  ): void {
    this.#print(describe(options));
    if (result !== null) this.#print(result);
    this.#print(`FAILED: ${failure}`);
    for (const violation of violations) this.#print(violation);
    this.#print(`replay: ${this.#replay(options)}`);
  }

  #replay(options: SimulationOptions): string {
    return `${replayOf(options)}${this.#asked.isStock ? ' --no-accelerate' : ''}`;
  }
}
