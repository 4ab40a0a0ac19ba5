import { UsageError } from '../cli/usage.ts';

/**
 * Many tasks, numbered from 0, in the hands of several workers. What comes of them is handed on in the order of the
 * tasks, whoever was faster, and nothing of those behind the first that decides the whole: so it cannot be told from
 * one worker that does them one after the other.
 */

/** One who does tasks, one at a time. */
export type Worker<T> = {
  /** Gives it a task. It is given the next one only when it has finished this one. */
  give(task: T): void;
  /** Ends it at once, whatever it is doing. */
  dismiss(): void;
};

/** What a worker tells; nothing before `hire` has returned. */
export type WorkerEvents<R> = {
  /** It takes a task now, for the first time. */
  readonly onReady: () => void;
  /** It has finished the task that it was given. */
  readonly onFinished: (result: R) => void;
  /** It is gone, in a few words, with its task if it had one. */
  readonly onEnd: (how: string) => void;
};

/** What became of a task: a result, or, in a few words, how its worker ended in the middle of it. */
export type Ending<R> =
  | { readonly index: number; readonly result: R; readonly crash: null }
  | { readonly index: number; readonly result: null; readonly crash: string };

export type Work<T, R> = {
  /** How many tasks there are, and how many workers. */
  readonly tasks: number;
  readonly workers: number;
  /** Must not throw. */
  readonly taskOf: (index: number) => T;
  readonly hire: (events: WorkerEvents<R>) => Worker<T>;
  /** Whether the tasks behind this one do not matter any more. A crash always decides. */
  readonly decides: (result: R) => boolean;
  /** How many are finished, whatever their order. */
  readonly onProgress: (finished: number) => void;
};

/** No task is begun that is so far ahead of the first unfinished one: what waits for its turn is held in memory. */
export const MOST_AHEAD = 1000;

/**
 * Has the work done. Whoever stops listening dismisses all workers, and so does the end.
 * @throws UsageError when a worker is gone before it has taken a task, and there is one for it
 */
export async function* inOrder<T, R>(work: Work<T, R>): AsyncGenerator<Ending<R>, void> {
  const crew = new Crew(work);
  try {
    crew.assemble();
    for (let index = 0; index < work.tasks; index += 1) {
      const ending = await crew.endingOf(index);
      yield ending;
      if (decides(work, ending)) return;
    }
  } finally {
    crew.dismiss();
  }
}

function decides<T, R>(work: Work<T, R>, { result, crash }: Ending<R>): boolean {
  return crash !== null || work.decides(result);
}

type Member<T> = { readonly worker: Worker<T>; isReady: boolean; task: number | null };
type Listener<R> = {
  readonly index: number;
  readonly resolve: (ending: Ending<R>) => void;
  readonly reject: (error: Error) => void;
};

class Crew<T, R> {
  readonly #work: Work<T, R>;
  readonly #members = new Set<Member<T>>();
  /** What nobody has asked for yet. */
  readonly #endings = new Map<number, Ending<R>>();
  #listener: Listener<R> | null = null;
  #failure: Error | null = null;
  /** The first task that nobody was given; all before it were. */
  #next = 0;
  #finished = 0;
  /** The task that is listened for. */
  #awaited = 0;
  /** Some task has decided the whole. All before it are in somebody's hands, and none behind it is begun any more. */
  #isDecided = false;
  #isOver = false;

  constructor(work: Work<T, R>) {
    this.#work = work;
  }

  assemble(): void {
    for (let i = 0; i < this.#work.workers; i += 1) this.#hire();
  }

  /** Resolves with what became of a task; they are asked for in their order. */
  endingOf(index: number): Promise<Ending<R>> {
    this.#awaited = index;
    const known = this.#endings.get(index);
    this.#endings.delete(index);
    for (const member of this.#members) this.#employ(member);
    if (known !== undefined) return Promise.resolve(known);
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#listener = { index, resolve, reject };
    });
  }

  dismiss(): void {
    this.#isOver = true;
    for (const { worker } of this.#members) worker.dismiss();
  }

  #hire(): void {
    const worker = this.#work.hire({
      onReady: () => {
        member.isReady = true;
        this.#employ(member);
      },
      onFinished: (result) => {
        const index = member.task;
        if (index === null || this.#isOver) return;
        member.task = null;
        this.#finished += 1;
        this.#work.onProgress(this.#finished);
        this.#settle({ index, result, crash: null });
        this.#employ(member);
      },
      onEnd: (how) => this.#lose(member, how),
    });
    const member: Member<T> = { worker, isReady: false, task: null };
    this.#members.add(member);
  }

  #employ(member: Member<T>): void {
    if (!member.isReady || member.task !== null || this.#isOver || !this.#hasMore) return;
    if (this.#next - this.#awaited >= MOST_AHEAD) return;
    member.task = this.#next;
    this.#next += 1;
    member.worker.give(this.#work.taskOf(member.task));
  }

  get #hasMore(): boolean {
    return !this.#isDecided && this.#next < this.#work.tasks;
  }

  #lose(member: Member<T>, how: string): void {
    this.#members.delete(member);
    if (this.#isOver) return;
    if (member.task !== null) return this.#settle({ index: member.task, result: null, crash: how });
    // It was needed, and another one would not fare better.
    if (this.#hasMore) {
      this.#fail(
        new UsageError(
          `a process that was to run simulations ${how} before it had one`,
          '--jobs 1 runs them all in this process',
        ),
      );
    }
  }

  #settle(ending: Ending<R>): void {
    if (decides(this.#work, ending)) this.#isDecided = true;
    const listener = this.#listener;
    if (listener?.index !== ending.index) {
      this.#endings.set(ending.index, ending);
      return;
    }
    this.#listener = null;
    listener.resolve(ending);
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#listener?.reject(error);
    this.#listener = null;
  }
}
