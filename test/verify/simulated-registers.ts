import type { HistoryEvent, Json } from '../../src/verify/index.ts';
import { KEY_DOES_NOT_EXIST, PRECONDITION_FAILED } from '../../src/verify/index.ts';
import { Recorder } from './recorder.ts';

export type SimulationOptions = {
  readonly seed: number;
  readonly operations: number;
  readonly processes: number;
  readonly keys: readonly Json[];
  /** Values are drawn from here; `unique` writes every value once. */
  readonly values: readonly Json[] | 'unique';
  /** Relative weights of read, write and cas. */
  readonly mix?: readonly [number, number, number];
  /** Probabilities: of an unknown outcome, and of a failure before anything happened. */
  readonly info?: number;
  readonly fail?: number;
};

type Register = { value: Json } | undefined;
type Pending = {
  readonly f: 'read' | 'write' | 'cas';
  readonly key: string;
  readonly value?: Json;
  readonly creates: boolean;
  answer?: { type: 'ok' | 'fail'; value?: Json; error?: string };
};

/** Mulberry32: a generator of numbers in [0, 1) from a 32-bit seed. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A history that is linearizable by construction: registers that really are atomic, clients that are slow at
 * random, answers that get lost, and requests that take effect long after their client has given up.
 */
export function simulateRegisters(options: SimulationOptions): HistoryEvent[] {
  return new Simulation(options).run();
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #random: () => number;
  readonly #recorder = new Recorder();
  readonly #registers = new Map<string, Register>();
  readonly #open = new Map<number, Pending>();
  readonly #orphans: Pending[] = [];
  readonly #processes: number[];
  #begun = 0;
  #nextProcess: number;
  #nextValue = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#random = randomFrom(options.seed);
    this.#processes = Array.from({ length: options.processes }, (_, i) => i);
    this.#nextProcess = options.processes;
  }

  run(): HistoryEvent[] {
    const { operations, processes } = this.#options;
    while (this.#begun < operations || this.#open.size > 0) {
      const slot = Math.floor(this.#random() * processes);
      this.#advance(slot, this.#processes[slot] as number);
      if (this.#orphans.length > 0 && this.#random() < 0.05) this.#landOrphan();
    }
    return this.#recorder.events;
  }

  #advance(slot: number, process: number): void {
    const pending = this.#open.get(process);
    const { info = 0, fail = 0 } = this.#options;
    if (pending === undefined) {
      if (this.#begun < this.#options.operations) this.#begin(process);
    } else if (pending.answer !== undefined) {
      if (this.#random() < info) this.#giveUp(slot, process);
      else this.#complete(process, pending.answer);
    } else if (this.#random() < fail) {
      this.#complete(process, { type: 'fail', error: 'temporarily-unavailable' });
    } else if (this.#random() < info) {
      this.#orphans.push(pending);
      this.#giveUp(slot, process);
    } else {
      this.#apply(pending);
    }
  }

  #begin(process: number): void {
    const key = this.#pick(this.#options.keys);
    const f = this.#pickOperation();
    const creates = f === 'cas' && this.#random() < 0.2;
    const value =
      f === 'read' ? {} : { value: f === 'write' ? this.#value() : [this.#expected(key), this.#value()] };
    this.#begun += 1;
    this.#open.set(process, { f, key: JSON.stringify(key), creates, ...value });
    this.#recorder.begin(process, f, key, { ...value, ...(creates ? { createIfNotExists: true } : {}) });
  }

  #complete(process: number, answer: NonNullable<Pending['answer']>): void {
    const { type, ...details } = answer;
    this.#open.delete(process);
    this.#recorder.end(process, type, details);
  }

  #giveUp(slot: number, process: number): void {
    this.#open.delete(process);
    this.#recorder.end(process, 'info', { error: 'timeout' });
    this.#processes[slot] = this.#nextProcess;
    this.#nextProcess += 1;
  }

  #landOrphan(): void {
    const [orphan] = this.#orphans.splice(Math.floor(this.#random() * this.#orphans.length), 1);
    if (orphan !== undefined && this.#random() < 0.6) this.#apply(orphan);
  }

  #apply(pending: Pending): void {
    const register = this.#registers.get(pending.key);
    if (pending.f === 'read') {
      pending.answer = { type: 'ok', value: register === undefined ? null : register.value };
    } else if (pending.f === 'write') {
      this.#registers.set(pending.key, { value: pending.value as Json });
      pending.answer = { type: 'ok' };
    } else {
      const [from, to] = pending.value as [Json, Json];
      const matches =
        register === undefined ? pending.creates : JSON.stringify(register.value) === JSON.stringify(from);
      if (matches) this.#registers.set(pending.key, { value: to });
      const error = register === undefined ? KEY_DOES_NOT_EXIST : PRECONDITION_FAILED;
      pending.answer = matches ? { type: 'ok' } : { type: 'fail', error };
    }
  }

  #pickOperation(): 'read' | 'write' | 'cas' {
    const [read, write, cas] = this.#options.mix ?? [1, 1, 1];
    const draw = this.#random() * (read + write + cas);
    if (draw < read) return 'read';
    return draw < read + write ? 'write' : 'cas';
  }

  #value(): Json {
    if (this.#options.values !== 'unique') return this.#pick(this.#options.values);
    this.#nextValue += 1;
    return this.#nextValue;
  }

  /** With unique values a client that wants its cas to succeed has to know what is there. */
  #expected(key: Json): Json {
    if (this.#options.values !== 'unique') return this.#pick(this.#options.values);
    return this.#registers.get(JSON.stringify(key))?.value ?? 0;
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)] as T;
  }
}
