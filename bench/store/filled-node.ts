import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Mode } from '../../machines/store/operations.ts';
import { NodeProcess, type Program } from '../../src/bench/node-process.ts';
import { Dice } from '../../src/kit/dice.ts';
import { cpuMsOf } from '../cpu.ts';

/** A node of its own with so many keys: what it takes, and what an operation costs it. */
export type NodeRow = {
  readonly part: 'node';
  readonly mode: Mode;
  readonly keys: number;
  /** Resident memory of the whole process when it was filled, in MB; null where /proc is missing. */
  readonly residentMb: number | null;
  /** The same after the operations, garbage that was not collected yet included. */
  readonly workedMb: number | null;
  /** Of that, what is above the memory of a node without keys, by key. */
  readonly bytesPerKey: number | null;
  readonly writesPerSecond: number;
  readonly readsPerSecond: number;
  /** CPU time of the node for one operation, half of them writes; null where /proc is missing. */
  readonly nodesCpuUs: number | null;
};

/** So many requests are on their way at a time: enough that the node never waits, and little beside its keys. */
const WINDOW = 512;

/** A real process, spoken to through its pipes. */
export class FilledNode {
  readonly #process: NodeProcess;
  readonly #dice: Dice;
  readonly #mode: Mode;
  /** How often each key was written: the context of its next write. */
  readonly #counts: Uint32Array;
  #answered = 0;
  #nextMsgId = 1;
  #wake: () => void = () => {};
  #failure: string | null = null;

  constructor(program: Program, logDir: string, mode: Mode, keys: number, seed: number) {
    this.#mode = mode;
    this.#dice = new Dice(seed);
    this.#counts = new Uint32Array(keys);
    const fail = (problem: string) => {
      this.#failure = problem;
      this.#wake();
    };
    this.#process = new NodeProcess('n1', program, join(logDir, `n1-${mode}-${keys}.log`), {
      onLine: (line) => {
        if (line.includes('"type":"error"')) fail(`it answered ${line}`);
        this.#answered += 1;
        this.#wake();
      },
      onBadOutput: fail,
      onExit: fail,
    });
  }

  async measure(operations: number, keys: number): Promise<NodeRow> {
    await this.#run(1, () => ({ type: 'init', node_id: 'n1', node_ids: ['n1'] }));
    const emptyMb = this.#residentMb();
    let next = 0;
    await this.#run(keys, () => this.#write(next++));
    const residentMb = this.#residentMb();
    // What the compiler has learnt from filling is not what operations on a full store need.
    await this.#both(operations >> 2);
    const before = this.#cpuMs();
    const [writesPerSecond, readsPerSecond] = await this.#both(operations);
    const after = this.#cpuMs();
    const workedMb = this.#residentMb();
    return {
      part: 'node',
      mode: this.#mode,
      keys,
      residentMb,
      workedMb,
      bytesPerKey: residentMb === null || emptyMb === null ? null : ((residentMb - emptyMb) * 2 ** 20) / keys,
      writesPerSecond,
      readsPerSecond,
      nodesCpuUs: before === null || after === null ? null : ((after - before) * 1000) / (2 * operations),
    };
  }

  async #both(operations: number): Promise<readonly [writes: number, reads: number]> {
    const keys = this.#counts.length;
    const type = this.#mode === 'lww' ? 'kv_read' : 'vv_read';
    return [
      await this.#run(operations, () => this.#write(this.#dice.below(keys))),
      await this.#run(operations, () => ({ type, key: `key-${this.#dice.below(keys)}` })),
    ];
  }

  #write(key: number): object {
    const count = this.#counts[key] as number;
    this.#counts[key] = count + 1;
    const write = { key: `key-${key}`, value: `value ${this.#nextMsgId}` };
    if (this.#mode === 'lww') return { type: 'write', ...write };
    return { type: 'vv_write', ...write, context: count === 0 ? {} : { c1: count } };
  }

  /** @returns operations a second */
  async #run(operations: number, bodyOf: () => object): Promise<number> {
    const start = performance.now();
    const goal = this.#answered + operations;
    let sent = this.#answered;
    while (this.#answered < goal) {
      while (sent < goal && sent < this.#answered + WINDOW) {
        const body = { ...bodyOf(), msg_id: this.#nextMsgId };
        this.#nextMsgId += 1;
        sent += 1;
        this.#process.send(JSON.stringify({ src: 'c1', dest: 'n1', body }));
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (this.#failure !== null) throw new Error(`the node failed: ${this.#failure}`);
    }
    return operations / ((performance.now() - start) / 1000);
  }

  #cpuMs(): number | null {
    const { pid } = this.#process;
    return pid === undefined ? null : cpuMsOf([pid]);
  }

  #residentMb(): number | null {
    try {
      const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    } catch {
      return null;
    }
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
