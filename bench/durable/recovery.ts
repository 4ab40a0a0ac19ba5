import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { NodeProcess, type Program } from '../../src/bench/node-process.ts';

/** A node of its own that comes back with a long log: how long it takes, and how much memory meanwhile. */
export type RecoveryRow = {
  readonly part: 'recovery';
  readonly entries: number;
  /** From the start of the process to the answer to a read, in milliseconds. */
  readonly readyMs: number;
  /** The most resident memory until then, in MB; null where /proc is missing. */
  readonly peakMb: number | null;
  /** Resident memory when it had answered. */
  readonly residentMb: number | null;
};

/** So many requests are on their way at a time: each sync of the disk takes as many as have gathered. */
const WINDOW = 4096;
/** The log is written, not the state: no checkpoint may shorten it. */
const NO_CHECKPOINTS = ['--checkpoint-entries', '1000000000', '--checkpoint-bytes', '2147483647'];
const KEYS = 100_000;

/** Fills a directory through a real node, kills that, and starts another on what it left. */
export async function measureRecovery(
  program: Program,
  logDir: string,
  dataDir: string,
  entries: number,
): Promise<RecoveryRow> {
  const durable = { ...program, args: [...program.args, '--data-dir', dataDir, ...NO_CHECKPOINTS] };
  const first = new Speaker(durable, join(logDir, 'fill.log'));
  await first.ask(1, init);
  await first.ask(entries, (number) => ({
    type: 'write',
    key: `key-${number % KEYS}`,
    value: `value ${number}`,
  }));
  await first.kill();

  const startMs = performance.now();
  const second = new Speaker(durable, join(logDir, 'recover.log'));
  try {
    await second.ask(1, init);
    const key = `key-${(entries - 1) % KEYS}`;
    const last = await second.ask(1, () => ({ type: 'read', key }));
    const readyMs = performance.now() - startMs;
    const expected = `"value":"value ${entries - 1}"`;
    if (!last.includes(expected)) throw new Error(`the last write is ${expected}, and was read as ${last}`);
    const { peakMb, residentMb } = second.memory();
    return { part: 'recovery', entries, readyMs, peakMb, residentMb };
  } finally {
    await second.kill();
  }
}

const init = () => ({ type: 'init', node_id: 'n1', node_ids: ['n1'] });

/** A real process, spoken to through its pipes. */
class Speaker {
  readonly #process: NodeProcess;
  #answered = 0;
  #lastLine = '';
  #nextMsgId = 1;
  #wake: () => void = () => {};
  #failure: string | null = null;

  constructor(program: Program, logFile: string) {
    const fail = (problem: string) => {
      this.#failure = problem;
      this.#wake();
    };
    this.#process = new NodeProcess('n1', program, logFile, {
      onLine: (line) => {
        if (line.includes('"type":"error"')) fail(`it answered ${line}`);
        this.#answered += 1;
        this.#lastLine = line;
        this.#wake();
      },
      onBadOutput: fail,
      onExit: (how) => fail(`${how}: ${this.#process.stderrTail()}`),
    });
  }

  /** Sends so many requests, a window of them at a time. @returns the last answer, when all are answered */
  async ask(count: number, bodyOf: (number: number) => object): Promise<string> {
    const from = this.#answered;
    let sent = from;
    while (this.#answered < from + count) {
      while (sent < from + count && sent < this.#answered + WINDOW) {
        const body = { ...bodyOf(sent - from), msg_id: this.#nextMsgId };
        this.#nextMsgId += 1;
        sent += 1;
        this.#process.send(JSON.stringify({ src: 'c1', dest: 'n1', body }));
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (this.#failure !== null) throw new Error(`the node failed: ${this.#failure}`);
    }
    return this.#lastLine;
  }

  memory(): Pick<RecoveryRow, 'peakMb' | 'residentMb'> {
    try {
      const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
      const megabytes = (field: string): number =>
        Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
      return { peakMb: megabytes('VmHWM'), residentMb: megabytes('VmRSS') };
    } catch {
      return { peakMb: null, residentMb: null };
    }
  }

  /** The power goes: nothing is finished, nothing is written. */
  async kill(): Promise<void> {
    this.#process.kill();
    await this.#process.ended;
  }
}
