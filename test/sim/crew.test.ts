import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/usage.ts';
import { type Ending, inOrder, MOST_AHEAD, type WorkerEvents } from '../../src/sim/crew.ts';

/** A worker that does what the test says, when it says so. */
class Puppet {
  readonly given: number[] = [];
  isDismissed = false;
  readonly events: WorkerEvents<string>;

  constructor(events: WorkerEvents<string>) {
    this.events = events;
  }

  give(task: number): void {
    this.given.push(task);
  }

  dismiss(): void {
    this.isDismissed = true;
    // As a process that is killed, which says so a little later.
    queueMicrotask(() => this.events.onEnd('was killed by SIGKILL'));
  }

  /** What it was given last. */
  get task(): number | undefined {
    return this.given.at(-1);
  }
}

type Told = {
  readonly endings: Ending<string>[];
  readonly over: Promise<string>;
  readonly progress: number[];
};

/** Has tasks done by puppets, which are all ready; a result `bad` decides. */
function staged(tasks: number, workers: number) {
  const puppets: Puppet[] = [];
  const endings: Ending<string>[] = [];
  const progress: number[] = [];
  const run = inOrder<number, string>({
    tasks,
    workers,
    taskOf: (index) => index,
    decides: (result) => result === 'bad',
    onProgress: (finished) => progress.push(finished),
    hire: (events) => {
      const puppet = new Puppet(events);
      puppets.push(puppet);
      return puppet;
    },
  });
  const listen = async (): Promise<string> => {
    for await (const ending of run) endings.push(ending);
    return 'over';
  };
  const told: Told = { endings, over: listen(), progress };
  const ready = async () => {
    for (const { events } of puppets) events.onReady();
    await settled();
  };
  /** Whoever has the task finishes it. */
  const finish = async (task: number, result = 'good') => {
    const puppet = puppets.find((one) => one.task === task);
    if (puppet === undefined) throw new Error(`nobody has task ${task}`);
    puppet.events.onFinished(result);
    await settled();
  };
  const given = () => puppets.flatMap((puppet) => puppet.given).sort((a, b) => a - b);
  return { ...told, puppets, ready, finish, given };
}

/** Everything that was promised by now has come. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const indices = (endings: readonly Ending<string>[]) => endings.map(({ index }) => index);

describe('a crew', () => {
  it('hands results on in the order of the tasks, whoever was faster', async () => {
    const { endings, over, ready, finish, progress } = staged(4, 3);
    await ready();
    for (const task of [2, 3, 1]) await finish(task);
    expect(endings).toEqual([]);
    await finish(0);
    expect(await over).toBe('over');
    expect(indices(endings)).toEqual([0, 1, 2, 3]);
    expect(progress).toEqual([1, 2, 3, 4]);
  });

  it('gives each worker one task at a time, and the next as soon as it is free', async () => {
    const { puppets, ready, finish } = staged(9, 2);
    await ready();
    await finish(1);
    await finish(2);
    expect(puppets.map(({ given }) => given)).toEqual([[0], [1, 2, 3]]);
  });

  it('lets the lowest task that fails decide, though a higher one failed before', async () => {
    const { endings, over, puppets, ready, finish, given } = staged(9, 3);
    await ready();
    await finish(2, 'bad');
    await finish(0);
    expect(indices(endings)).toEqual([0]);
    await finish(1, 'bad');
    await over;
    expect(endings.map(({ index, result }) => [index, result])).toEqual([
      [0, 'good'],
      [1, 'bad'],
    ]);
    // Nothing is begun any more when one has failed, and nobody goes on when the lowest has.
    expect(given()).toEqual([0, 1, 2]);
    expect(puppets.every(({ isDismissed }) => isDismissed)).toBe(true);
  });

  it('finishes the tasks before a crash, and tells of the crash at its place', async () => {
    const { endings, over, puppets, ready, finish, given } = staged(9, 2);
    await ready();
    puppets[1]?.events.onEnd('was killed by SIGKILL');
    await settled();
    expect(endings).toEqual([]);
    await finish(0);
    expect(await over).toBe('over');
    expect(endings.at(-1)).toEqual({ index: 1, result: null, crash: 'was killed by SIGKILL' });
    expect(given()).toEqual([0, 1]);
  });

  it('does not wait for a worker that is gone before it has a task', async () => {
    const { over, puppets } = staged(9, 2);
    const refused = expect(over).rejects.toThrow(UsageError);
    puppets[0]?.events.onEnd('exited with status 1');
    await refused;
    await expect(over).rejects.toThrow(/exited with status 1 before it had one/);
    expect(puppets[1]?.isDismissed).toBe(true);
  });

  it('does without a worker for which there is nothing left', async () => {
    const { endings, over, puppets, ready, finish } = staged(2, 2);
    await ready();
    await finish(1);
    puppets[1]?.events.onEnd('was killed by SIGKILL');
    await finish(0);
    expect(await over).toBe('over');
    expect(indices(endings)).toEqual([0, 1]);
  });

  it('does not run away from the first task that is not finished', async () => {
    const { puppets, ready, finish, given } = staged(MOST_AHEAD * 2, 2);
    await ready();
    for (let task = 1; task < MOST_AHEAD; task += 1) await finish(task);
    expect(puppets[1]?.task).toBe(MOST_AHEAD - 1);
    await finish(0);
    expect(given().at(-1)).toBe(MOST_AHEAD + 1);
  });

  it('dismisses everybody when nobody listens any more', async () => {
    const dismissed: Puppet[] = [];
    const run = inOrder<number, string>({
      tasks: 5,
      workers: 2,
      taskOf: (index) => index,
      decides: () => false,
      onProgress: () => {},
      hire: (events) => {
        const puppet = new Puppet(events);
        dismissed.push(puppet);
        queueMicrotask(() => events.onReady());
        setImmediate(() => events.onFinished('good'));
        return puppet;
      },
    });
    for await (const { index } of run) if (index === 0) break;
    expect(dismissed.map(({ isDismissed }) => isDismissed)).toEqual([true, true]);
  });
});
