import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/**
 * Processes of this same program that work for it: each gets one message after the other, and answers each. They are
 * processes and not threads, so that one that runs out of memory takes no other with it, and they run with the flags
 * that this one was started with.
 */

/** What a parent learns of such a process; nothing of it before `startOffspring` has returned. */
export type OffspringEvents = {
  /** It has started, and takes messages. */
  readonly onReady: () => void;
  /** Its answer to the oldest message that it had not answered. */
  readonly onAnswer: (answer: unknown) => void;
  /** It is gone, and all its answers have been heard. In a few words: `was killed by SIGKILL`. Once. */
  readonly onEnd: (how: string) => void;
};

export type Offspring = {
  /** Hands over a message, which must be JSON. */
  send(message: unknown): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
  readonly pid: number | undefined;
};

const READY = 'ready';
/** In the environment of such a process: the number of its parent. */
const PARENT = 'ACTORUM_PARENT';

/** How many of them this machine has a core for, this process not counted: it waits for them. */
export function coresForOffspring(): number {
  return availableParallelism();
}

/**
 * Starts this program once more, beside this process. What it writes to stderr is seen; it has no stdout.
 * @param args its arguments; they have to lead it to `answerParent`
 * @param program the script that is started (default: the one that this process was started with)
 */
export function startOffspring(
  args: readonly string[],
  events: OffspringEvents,
  program = process.argv[1] as string,
): Offspring {
  const child: ChildProcess = fork(program, args, {
    // Nothing is ever written to its stdin: where that ends, the parent has.
    stdio: ['pipe', 'ignore', 'inherit', 'ipc'],
    // A group of its own, so that Ctrl-C reaches the parent alone, and no end of a child is taken for a crash.
    detached: true,
    env: { ...process.env, [PARENT]: String(process.pid) },
  });
  let isReady = false;
  let isGone = false;
  const end = (how: string): void => {
    if (!isGone) events.onEnd(how);
    isGone = true;
  };
  child.on('message', (message: unknown) => {
    if (isReady) return events.onAnswer(message);
    isReady = message === READY;
    if (isReady) events.onReady();
  });
  child.once('error', (error) => end(`could not be started: ${error.message}`));
  // Not `exit`, which may come before the last answers have been read.
  child.once('close', (code, signal) =>
    end(signal === null ? `exited with status ${code}` : `was killed by ${signal}`),
  );
  return {
    send(message) {
      // Whoever is gone cannot be sent anything, which is told above.
      child.send(message as object, () => {});
    },
    kill() {
      child.kill('SIGKILL');
    },
    pid: child.pid,
  };
}

/** Whether this process was started by `startOffspring`. */
export function isOffspring(): boolean {
  // Others talk to their children over such a channel, too.
  return process.send !== undefined && process.env[PARENT] === String(process.ppid);
}

/**
 * Answers each message of the parent, in this process that it has started, and ends when the parent does.
 * @param answer what it says must be JSON, and it must not throw
 */
export function answerParent(answer: (message: unknown) => unknown): void {
  endWithParent();
  process.on('message', (message: unknown) => process.send?.(answer(message)));
  process.send?.(READY);
}

/**
 * Its own thread, because the other may be deep in work for minutes, and would not hear that nobody waits for it any
 * more: the parent may have been killed without a chance to say anything. What a process leaves behind when it ends,
 * in whatever way, is the end of its pipes.
 */
const WATCH = `
const { Socket } = require('node:net');
const end = () => process.kill(process.pid, 'SIGKILL');
new Socket({ fd: 0 }).on('error', () => {}).on('close', end).resume();
`;

function endWithParent(): void {
  // Without the flags of this process: a loader of sources is of no use there.
  new Worker(WATCH, { eval: true, execArgv: [] }).unref();
}
