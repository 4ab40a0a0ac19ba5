import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Dice } from '../../src/kit/dice.ts';
import { checkLinearizability, type HistoryEvent, type Json } from '../../src/verify/index.ts';
import { DurableCluster } from './durable-cluster.ts';
import { type Body, NodeProcess } from './node-process.ts';

// Real processes, real kill -9, real directories. What the simulator cannot show: that the bytes are on the disk.

const TIMEOUT_MS = 120_000;
let cluster: DurableCluster;

afterEach(() => cluster.destroy());

async function start(nodes: number, ...args: readonly string[]): Promise<DurableCluster> {
  const names = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
  cluster = new DurableCluster(names, ['--election-timeout-ms', '200', '--heartbeat-ms', '40', ...args]);
  await cluster.startAll();
  return cluster;
}

/** Clients that never stop asking, and what they learned. */
class Load {
  readonly history: HistoryEvent[] = [];
  /** Keys that were written once, and acknowledged. */
  readonly acknowledged: string[] = [];
  readonly #cluster: DurableCluster;
  readonly #dice: Dice;
  #nextProcess: number;
  #nextValue = 1;
  #stopped = false;
  readonly #running: Promise<void>[];

  constructor(cluster: DurableCluster, clients: number, seed: number) {
    this.#cluster = cluster;
    this.#dice = new Dice(seed);
    this.#nextProcess = clients;
    this.#running = Array.from({ length: clients }, (_, i) => this.#run(i));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #run(first: number): Promise<void> {
    let process = first;
    while (!this.#stopped) {
      const node = this.#dice.pick(this.#cluster.names);
      if (!this.#cluster.isUp(node)) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      if (await this.#operate(process, node)) continue;
      // Nobody knows what became of it: this process never says anything again.
      process = this.#nextProcess;
      this.#nextProcess += 1;
    }
  }

  /** @returns whether it is known what became of the operation */
  async #operate(process: number, node: string): Promise<boolean> {
    const value = this.#nextValue;
    this.#nextValue += 1;
    const isOnce = this.#dice.chance(0.4);
    const key = isOnce ? `once ${value}` : `key ${this.#dice.below(3)}`;
    const f = isOnce || this.#dice.chance(0.5) ? 'write' : 'read';
    const of = (type: HistoryEvent['type'], read?: Json) =>
      this.#note({ process, type, f, key, value: f === 'read' ? (read ?? null) : value });
    of('invoke');
    const reply = await this.#cluster.ask(node, f === 'read' ? { type: f, key } : { type: f, key, value });
    const { type, code } = reply ?? { type: 'lost', code: null };
    if (type === 'read_ok' || type === 'write_ok') {
      of('ok', reply?.value as Json);
      if (isOnce) this.acknowledged.push(key);
      return true;
    }
    // An error that is definite says that it did not happen; nobody says anything for a node that was killed.
    if (code === 11 || code === 14) {
      of('fail');
      return true;
    }
    of('info');
    return false;
  }

  #note(event: Omit<HistoryEvent, 'index' | 'timeMs'>): void {
    const index = this.history.length;
    this.history.push({ index, timeMs: index, ...event });
  }

  /** Reads every key that was acknowledged, and those that were written again and again. */
  async readBack(): Promise<void> {
    await this.stop();
    for (const key of [...this.acknowledged, 'key 0', 'key 1', 'key 2']) {
      const process = this.#nextProcess;
      this.#nextProcess += 1;
      this.#note({ process, type: 'invoke', f: 'read', key, value: null });
      const { value } = await this.#cluster.until({ type: 'read', key });
      this.#note({ process, type: 'ok', f: 'read', key, value: value as Json });
      if (key.startsWith('once')) expect([key, value]).toEqual([key, Number(key.slice(5))]);
    }
    const { verdict, reason, keys } = checkLinearizability(this.history);
    expect([verdict, reason, keys.find(({ violation }) => violation)?.violation?.text]).toEqual([
      'ok',
      expect.anything(),
      undefined,
    ]);
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Kills these in the middle of their work, and starts them again. */
async function killAndRestart(names: readonly string[]): Promise<void> {
  await cluster.kill(...names);
  await Promise.all(names.map((name) => cluster.start(name)));
}

it(
  'kill -9 of one, of a majority, of all, again and again in the middle of writes: every acknowledged write is read back',
  async () => {
    const { names } = await start(3);
    await cluster.until({ type: 'write', key: 'first', value: 1 });
    const load = new Load(cluster, 6, 1);
    for (const victims of [names.slice(0, 1), names.slice(1), names, names]) {
      await pause(400);
      await killAndRestart(victims);
      // There is progress with whoever runs, before the next blow.
      await cluster.until({ type: 'write', key: 'progress', value: victims.length });
    }
    await load.readBack();
    expect(load.acknowledged.length).toBeGreaterThan(20);
  },
  TIMEOUT_MS,
);

it(
  'a node of its own answers after kill -9 what it acknowledged before, and counts its log on',
  async () => {
    await start(1, '--workload', 'ryw-kv');
    let index = 0;
    for (let round = 1; round <= 4; round += 1) {
      const asked = Array.from({ length: 20 }, (_, i) =>
        cluster.ask('n1', { type: 'write', key: i, value: round }),
      );
      const replies = await Promise.all(asked);
      for (const reply of replies) {
        expect(reply?.type).toBe('write_ok');
        expect(reply?.commit_index).toBeGreaterThan(index);
        index = reply?.commit_index as number;
      }
      await killAndRestart(['n1']);
      const read = await cluster.until({ type: 'read', key: 19 });
      expect(read.value).toBe(round);
      // The next term begins behind everything that was acknowledged.
      expect(read.commit_index).toBeGreaterThan(index);
      index = read.commit_index as number;
    }
    expect(await cluster.end('n1')).toBe(0);
    // The directory was given back, and nothing of it is needed in memory.
    await cluster.start('n1');
    expect((await cluster.until({ type: 'read', key: 0 })).value).toBe(4);
  },
  TIMEOUT_MS,
);

it(
  'a directory of another node is named in the answer to init, and the right init is taken after that',
  async () => {
    await start(1);
    await cluster.until({ type: 'write', key: 1, value: 1 });
    await cluster.kill('n1');
    const node = new NodeProcess(['--data-dir', cluster.directory('n1')]);
    const answerTo = async (msgId: number, id: string, ids: readonly string[]) => {
      node.send({ type: 'init', msg_id: msgId, node_id: id, node_ids: ids });
      return (await node.reply(msgId)).body;
    };
    const text = expect.stringMatching(/the directory belongs to .*: give each node a directory of its own/);
    expect(await answerTo(1, 'n2', ['n2'])).toEqual({ type: 'error', code: 12, text, in_reply_to: 1 });
    expect(await answerTo(2, 'n1', ['n1', 'n2'])).toEqual({ type: 'error', code: 12, text, in_reply_to: 2 });
    expect(await answerTo(3, 'n1', ['n1'])).toEqual({ type: 'init_ok', in_reply_to: 3, msg_id: 0 });
    node.send({ type: 'read', msg_id: 4, key: 1 });
    expect((await node.reply(4)).body.value).toBe(1);
    // Two processes never have one directory.
    const second = new NodeProcess(['--data-dir', cluster.directory('n1')]);
    expect(await second.exit()).toBe(1);
    expect(second.log).toMatch(
      /^actorum error: --data-dir .* is in use by process \d+: give each node .*\n$/,
    );
    expect(await node.end()).toBe(0);
    // Nor is anything written beside what is none of ours.
    writeFileSync(join(cluster.directory('n1'), 'letters.txt'), 'dear');
    const third = new NodeProcess(['--data-dir', cluster.directory('n1')]);
    expect(await third.exit()).toBe(1);
    expect(third.log).toMatch(/^actorum error: --data-dir .* holds "letters.txt", .*\n$/);
  },
  TIMEOUT_MS,
);

it(
  'writes that come together share a sync, however slow it is',
  async () => {
    cluster = new DurableCluster(['n1'], ['--sync-delay-ms', '300']);
    await cluster.start('n1');
    await cluster.until({ type: 'write', key: 'first', value: 0 });
    const sinceMs = performance.now();
    const write = (key: number) => cluster.ask('n1', { type: 'write', key, value: key });
    for (const reply of await Promise.all(Array.from({ length: 50 }, (_, key) => write(key)))) {
      expect(reply?.type).toBe('write_ok');
    }
    const tookMs = performance.now() - sinceMs;
    expect(tookMs).toBeGreaterThan(290);
    // One after the other they would take fifteen seconds.
    expect(tookMs).toBeLessThan(5000);
  },
  TIMEOUT_MS,
);

it(
  'a node whose disk is full stops acknowledging, says why, and has lost nothing when there is room again',
  async () => {
    cluster = new DurableCluster(['n1'], []);
    // No file may grow above half a megabyte: to the node it is a full disk.
    await cluster.start('n1', ['sh', '-c', 'ulimit -f 1000; exec "$0" "$@"']);
    const value = 'x'.repeat(4000);
    // A page that fits in part is an error of its own to LMDB.
    const why = expect.stringMatching(/a commit to .* failed: (?:File too large|Input\/output error)/);
    let acknowledged = 0;
    let failed: Body | null = null;
    while (failed === null && acknowledged < 1000) {
      const reply = await cluster.ask('n1', { type: 'write', key: acknowledged, value });
      if (reply?.type === 'write_ok') acknowledged += 1;
      else failed = reply;
    }
    expect(failed).toMatchObject({ type: 'error', code: 13, text: why });
    // Nothing is taken on any more, nor read: nobody knows what of it would survive.
    for (const request of [
      { type: 'read', key: 0 },
      { type: 'write', key: 0, value: 0 },
    ]) {
      const reply = await cluster.ask('n1', request);
      expect(reply).toMatchObject({ type: 'error', code: 11, text: why });
    }
    expect(cluster.log('n1')).toMatch(/^actorum error: a commit to .* failed: .*$/m);
    expect(await cluster.end('n1')).toBe(1);
    await cluster.start('n1');
    for (let key = 0; key < acknowledged; key += 1) {
      expect((await cluster.until({ type: 'read', key })).value).toBe(value);
    }
    expect(acknowledged).toBeGreaterThan(10);
  },
  TIMEOUT_MS,
);

it(
  'a node of a cluster whose disk is full leaves the work to the others',
  async () => {
    cluster = new DurableCluster(
      ['n1', 'n2', 'n3'],
      ['--election-timeout-ms', '200', '--heartbeat-ms', '40'],
    );
    const full = ['sh', '-c', 'ulimit -f 1000; exec "$0" "$@"'];
    await Promise.all([cluster.start('n1', full), cluster.start('n2'), cluster.start('n3')]);
    const value = 'x'.repeat(20_000);
    const hasFailed = async () => (await cluster.ask('n1', { type: 'echo', echo: 1 }))?.type === 'error';
    let key = 0;
    while (!(await hasFailed())) {
      expect(key).toBeLessThan(200);
      await cluster.until({ type: 'write', key, value });
      key += 1;
    }
    await cluster.until({ type: 'write', key: 'after', value: 1 });
    for (let i = 0; i < key; i += 1)
      expect((await cluster.until({ type: 'read', key: i })).value).toBe(value);
    // With room again it takes its place, and is told what it missed.
    expect(await cluster.end('n1')).toBe(1);
    await cluster.start('n1');
    await cluster.kill('n2');
    expect((await cluster.until({ type: 'read', key: 'after' })).value).toBe(1);
  },
  TIMEOUT_MS,
);
