import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createLineSplitter } from '../host/lines.ts';
import { sleep } from './sleep.ts';

/** One process of the cluster: lines in, lines out, and what became of it. */

/** What to start for each node. */
export type Program = {
  /** For people: `actorum.js`. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
};

export type NodeEvents = {
  /** A line of stdout, without its end. */
  readonly onLine: (line: string) => void;
  /** Output that is no line of UTF-8 within the limit, in one sentence. */
  readonly onBadOutput: (problem: string) => void;
  /** The process ended on its own, or could not be started; in a few words. */
  readonly onExit: (how: string) => void;
  /** A line of what it writes about itself to file descriptor 3; nobody listens there when left out. */
  readonly onTraceLine?: (line: string) => void;
};

/** Where a node writes its trace, if it is asked to. */
export const TRACE_FD = 3;
const LINE_LIMIT_BYTES = 16 * 1024 * 1024;
/** More than this waiting for a process that does not read, and messages of its peers to it are lost. */
const OUTBOX_LIMIT = 64 * 1024 * 1024;
const STOP_PATIENCE_MS = 1000;
const DRAIN_PATIENCE_MS = 500;
const TAIL_CHARACTERS = 2000;

export class NodeProcess {
  readonly id: string;
  readonly logFile: string;
  readonly #child: ChildProcess;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Resolves when it has ended and all that it wrote before has been read. */
  readonly #drained: Promise<void>;
  #running = true;
  #stopping = false;
  /** It is being killed as an experiment, which is no fault of its own. */
  #condemned = false;
  #outbox: string[] = [];
  #outboxLength = 0;
  #flushing: NodeJS.Immediate | undefined;
  /** The pipe is full; the outbox waits until it has drained. */
  #blocked = false;

  /** Starts the program; its stderr goes into `logFile` without passing through here. */
  constructor(id: string, program: Program, logFile: string, events: NodeEvents) {
    this.id = id;
    this.logFile = logFile;
    const log = openSync(logFile, 'a');
    // A group of its own, so that Ctrl-C reaches the bench alone and the nodes are stopped in order.
    this.#child = spawn(program.file, program.args, {
      stdio: events.onTraceLine === undefined ? ['pipe', 'pipe', log] : ['pipe', 'pipe', log, 'pipe'],
      detached: true,
      windowsHide: true,
    });
    closeSync(log);
    this.ended = new Promise((resolve) => {
      const end = (how: string, expected: boolean): void => {
        if (!this.#running) return;
        this.#running = false;
        if (!expected) events.onExit(how);
        resolve();
      };
      this.#child.once('exit', (code, signal) =>
        end(
          signal === null ? `exited with status ${code}` : `was killed by ${signal}`,
          // Who was about to be killed and went by itself before has crashed nonetheless.
          this.#stopping || (this.#condemned && signal === 'SIGKILL'),
        ),
      );
      this.#child.once('error', (error) => end(`could not be started: ${error.message}`, this.#stopping));
    });
    this.#drained = new Promise((resolve) => this.#child.once('close', () => resolve()));
    this.#child.stdin?.on('error', () => {
      // A pipe breaks when its process ends, which is told above.
    });
    this.#child.stdin?.on('drain', () => {
      this.#blocked = false;
      this.#flush();
    });
    const splitter = createLineSplitter({ limitBytes: LINE_LIMIT_BYTES, warn: events.onBadOutput });
    this.#child.stdout?.on('data', (chunk: Uint8Array) => {
      if (this.#stopping) return;
      for (const line of splitter.push(chunk)) events.onLine(line.text);
    });
    this.#readTrace(events);
  }

  #readTrace({ onTraceLine, onBadOutput }: NodeEvents): void {
    const pipe = this.#child.stdio[TRACE_FD];
    if (onTraceLine === undefined || !(pipe instanceof Readable)) return;
    const splitter = createLineSplitter({ limitBytes: LINE_LIMIT_BYTES, warn: onBadOutput });
    pipe.on('data', (chunk: Uint8Array) => {
      for (const line of splitter.push(chunk)) onTraceLine(line.text);
    });
    pipe.on('error', () => {
      // It breaks when its process ends, which is told above.
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it runs and nothing is about to end it, also while it is paused. */
  get running(): boolean {
    return this.#running && !this.#condemned;
  }

  /** Whether it was killed as an experiment. */
  get isCondemned(): boolean {
    return this.#condemned;
  }

  /** Whether so much waits for this process that more would only fill the memory. */
  get overwhelmed(): boolean {
    return this.#outboxLength > OUTBOX_LIMIT;
  }

  /** Hands over a line. All lines of one turn of the event loop leave in one write. */
  send(line: string): void {
    this.#outbox.push(line);
    this.#outboxLength += line.length + 1;
    if (!this.#blocked) this.#flushing ??= setImmediate(() => this.#flush());
  }

  /** The end of what the process wrote to stderr. */
  stderrTail(): string {
    return readFileSync(this.logFile, 'utf8').slice(-TAIL_CHARACTERS).trim();
  }

  /** Ends the process's input and waits for it to leave; kills it when it stays. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearImmediate(this.#flushing);
    if (!this.#running) return;
    // Who stands still would not see the end of its input.
    this.resume();
    this.#child.stdin?.end();
    const patience = setTimeout(() => this.kill(), STOP_PATIENCE_MS);
    await this.ended;
    clearTimeout(patience);
  }

  /** Ends the process at once; nothing that it wrote is read any more. */
  kill(): void {
    this.#stopping = true;
    this.#child.kill('SIGKILL');
  }

  /**
   * Ends the process at once, as an experiment (kill -9). What it wrote before is read to the end: an answer that
   * was on its way is the one that a node must not have forgotten when it comes back.
   * Resolves when it is gone, and its files are free.
   */
  async crash(): Promise<void> {
    this.#condemned = true;
    clearImmediate(this.#flushing);
    this.#child.kill('SIGKILL');
    await this.ended;
    // Whoever has inherited its pipes may hold them for ever.
    const patience = sleep(DRAIN_PATIENCE_MS);
    await Promise.race([this.#drained, patience]);
  }

  /** Lets the process stand still (SIGSTOP): it hears and says nothing, and its clocks go on without it. */
  pause(): void {
    if (this.running) this.#child.kill('SIGSTOP');
  }

  /** Lets it go on. */
  resume(): void {
    if (this.running) this.#child.kill('SIGCONT');
  }

  #flush(): void {
    this.#flushing = undefined;
    if (this.#outbox.length === 0 || !this.running) return;
    const text = `${this.#outbox.join('\n')}\n`;
    this.#outbox = [];
    this.#outboxLength = 0;
    this.#blocked = this.#child.stdin?.write(text) === false;
  }
}
