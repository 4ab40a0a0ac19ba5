import { Client } from './client.ts';
import type { Network } from './network.ts';
import { NodeProcess, type Program } from './node-process.ts';

/** The cluster did not come up; the message says which node, why, and what it wrote to stderr last. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly node: string;
  /** What is wrong with the node, without its name. */
  readonly how: string;

  constructor(node: NodeProcess, problem: string) {
    const how = withTail(node, problem);
    super(`${node.id} ${how}`);
    this.node = node.id;
    this.how = how;
  }
}

function withTail(node: NodeProcess, problem: string): string {
  const tail = node.stderrTail();
  return tail === ''
    ? `${problem} and wrote nothing to stderr`
    : `${problem}; its stderr ends with:\n${tail}`;
}

export type MemberOptions = {
  readonly id: string;
  /** With the arguments of this node. */
  readonly program: Program;
  readonly logFile: string;
  /** Whom `init` names. */
  readonly nodes: readonly string[];
  readonly network: Network;
  readonly initTimeoutMs: number;
  /** A name for a client that nobody else has. */
  readonly nextClient: () => string;
  readonly onViolation: (node: string, problem: string) => void;
  /** The node ended on its own after it had answered `init`. */
  readonly onExit: (node: string, how: string) => void;
  readonly onTraceLine?: (node: string, line: string) => void;
  /** A new process is about to write a trace of its own. */
  readonly onStart?: (node: string) => void;
};

/**
 * A node of the cluster through all its lives: the same name, arguments and directory, one process after the other.
 */
export class Member {
  readonly id: string;
  readonly #options: MemberOptions;
  #process: NodeProcess | null = null;
  /** How the present process ended, if it has before anybody wanted it. */
  #exit: string | undefined;
  #introduced = false;
  #paused = false;

  constructor(options: MemberOptions) {
    this.id = options.id;
    this.#options = options;
  }

  /** The process of its present life, or of the latest. @throws Error before the first */
  get process(): NodeProcess {
    if (this.#process === null) throw new Error(`${this.id} was never started`);
    return this.#process;
  }

  get isRunning(): boolean {
    return this.#process?.running === true;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Begins a life: starts the process, which knows nobody yet. */
  launch(): void {
    const { id, program, logFile, network, onViolation, onTraceLine, onStart } = this.#options;
    if (this.isRunning) throw new Error(`${id} runs already`);
    this.#exit = undefined;
    this.#introduced = false;
    this.#paused = false;
    onStart?.(id);
    const node: NodeProcess = new NodeProcess(id, program, logFile, {
      onLine: (line) => network.route(id, line),
      onBadOutput: (problem) => onViolation(id, problem),
      ...(onTraceLine === undefined ? {} : { onTraceLine: (line) => onTraceLine(id, line) }),
      onExit: (how) => {
        if (this.#process !== node) return;
        this.#exit = how;
        if (this.#introduced) this.#options.onExit(id, withTail(node, how));
      },
    });
    this.#process = node;
    network.attachNode(node);
  }

  /**
   * Sends `init`, ahead of everything else that the process will hear, and waits for the answer, or until the process
   * is killed as an experiment once more.
   * @param abandoned ends the waiting without a word
   * @throws StartError when the process ends, or does not answer with `init_ok` in time
   */
  async introduce(...abandoned: readonly AbortSignal[]): Promise<void> {
    const { network, nodes, initTimeoutMs, nextClient, onViolation } = this.#options;
    const node = this.process;
    const client = new Client(nextClient(), network, initTimeoutMs, onViolation);
    const answered = client.call(this.id, { type: 'init', node_id: this.id, node_ids: nodes });
    const giveUp = raised(abandoned);
    const reply = await Promise.race([answered, node.ended, giveUp.promise]);
    giveUp.forget();
    client.close();
    if (reply === 'abandoned' || (reply === undefined && node.isCondemned)) return;
    if (reply === undefined) throw new StartError(node, this.#exit ?? 'ended');
    if (reply === 'no answer')
      throw new StartError(node, `did not answer init within ${initTimeoutMs / 1000} s`);
    if (reply === 'malformed reply')
      throw new StartError(node, 'answered init with something else than init_ok');
    if (reply.type === 'error') throw new StartError(node, `answered init with ${JSON.stringify(reply)}`);
    this.#introduced = true;
  }

  /** Ends its life at once, as an experiment; resolves when the process is gone. */
  async crash(): Promise<void> {
    this.#paused = false;
    await this.process.crash();
  }

  pause(): void {
    this.#paused = true;
    this.process.pause();
  }

  resume(): void {
    this.#paused = false;
    this.process.resume();
  }

  /** Ends it for good, in order. */
  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** Ends it for good, at once. */
  kill(): void {
    this.#process?.kill();
  }
}

/** Resolves when one of the signals is raised; `forget` lets go of them. */
function raised(signals: readonly AbortSignal[]): { promise: Promise<'abandoned'>; forget: () => void } {
  let forget = (): void => {};
  const promise = new Promise<'abandoned'>((resolve) => {
    const wake = (): void => resolve('abandoned');
    for (const signal of signals) {
      if (signal.aborted) wake();
      else signal.addEventListener('abort', wake);
    }
    forget = () => {
      for (const signal of signals) signal.removeEventListener('abort', wake);
    };
  });
  return { promise, forget };
}
