import { afterEach, expect, it } from 'vitest';
import { Dice } from '../../src/kit/dice.ts';
import { DurableCluster } from './durable-cluster.ts';
import type { Body } from './node-process.ts';

// The conflict store on real disks, under real kill -9.

const TIMEOUT_MS = 120_000;
let cluster: DurableCluster;

afterEach(() => cluster.destroy());

async function start(nodes: number, ...args: readonly string[]): Promise<void> {
  const names = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
  cluster = new DurableCluster(names, ['--workload', 'lww-kv', '--gossip-interval-ms', '50', ...args]);
  await cluster.startAll();
}

type Vector = { readonly [actor: string]: number };

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Clients that write blindly, each to whichever node runs, and what was acknowledged to them. */
class Writers {
  /** By versions: every value with the vector of its write. By timestamps: the highest that a key was written at. */
  readonly versions: { readonly key: string; readonly value: number; readonly vc: Vector }[] = [];
  readonly stamps = new Map<string, { readonly ts: number; readonly value: number }>();
  #nextValue = 1;
  #stopped = false;
  readonly #dice: Dice;
  readonly #running: Promise<void>[];

  constructor(clients: number, seed: number) {
    this.#dice = new Dice(seed);
    this.#running = Array.from({ length: clients }, (_, i) => this.#run(`c${i + 1}`));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #run(client: string): Promise<void> {
    while (!this.#stopped) {
      const value = this.#nextValue;
      this.#nextValue += 1;
      const node = this.#dice.pick(cluster.names);
      const key = `key ${this.#dice.below(40)}`;
      const type = this.#dice.chance(0.5) ? 'vv_write' : 'write';
      const reply = await cluster.ask(node, { type, key, value, context: {} }, client);
      if (reply?.type === 'vv_write_ok') this.versions.push({ key, value, vc: reply.vc as Vector });
      if (reply?.type === 'write_ok') {
        const { ts } = reply as unknown as { ts: number };
        if (ts > (this.stamps.get(key)?.ts ?? 0)) this.stamps.set(key, { ts, value });
      }
      // Few enough, so that the versions of a key stay few.
      await pause(5);
    }
  }
}

const valuesOf = (body: Body): readonly { value: number; vc: Vector }[] =>
  body.values as { value: number; vc: Vector }[];

it.each([1, 3])(
  'kill -9 of all, again and again in the middle of writes: nothing acknowledged is lost, no event is minted twice (%s nodes)',
  async (nodes) => {
    await start(nodes);
    const writers = new Writers(4, nodes);
    for (let round = 0; round < 2; round += 1) {
      await pause(250);
      await cluster.kill(...cluster.names);
      await cluster.startAll();
    }
    await pause(100);
    await writers.stop();
    const events = writers.versions.map(({ key, vc }) => `${key} ${JSON.stringify(vc)}`);
    expect(events.length).toBeGreaterThan(20);
    expect(new Set(events).size).toBe(events.length);
    for (const node of cluster.names) {
      for (const key of new Set(writers.versions.map((one) => one.key))) {
        const acknowledged = writers.versions.filter((one) => one.key === key);
        // Nobody replaced anything, so all of it is there, under the vectors that were told.
        const isWhole = (body: Body) =>
          acknowledged.every(({ value, vc }) =>
            valuesOf(body).some(
              (one) => one.value === value && JSON.stringify(one.vc) === JSON.stringify(vc),
            ),
          );
        await until(node, { type: 'vv_read', key }, isWhole);
      }
      for (const [key, { ts, value }] of writers.stamps) {
        const body = await until(node, { type: 'kv_read', key }, (one) => Number(one.ts) >= ts);
        if (body.ts === ts) expect(body.value).toBe(value);
      }
    }
  },
  TIMEOUT_MS,
);

it(
  'a node comes back with all that it held, deletions too, and is told only what it missed',
  async () => {
    await start(2);
    for (let i = 0; i < 20; i += 1)
      await cluster.ask('n1', { type: 'vv_write', key: i, value: i, context: {} });
    const { vc } = (await cluster.ask('n1', {
      type: 'vv_write',
      key: 'gone',
      value: 0,
      context: {},
    })) as Body;
    await cluster.ask('n1', { type: 'vv_delete', key: 'gone', context: vc });
    await cluster.kill('n1', 'n2');
    // Alone it has everything already.
    await cluster.start('n1');
    for (let i = 0; i < 20; i += 1) {
      expect(valuesOf((await cluster.ask('n1', { type: 'vv_read', key: i })) as Body)).toHaveLength(1);
    }
    expect(await cluster.ask('n1', { type: 'vv_read', key: 'gone' })).toMatchObject({ values: [] });
    // A write that had not seen the deletion's version does not bring it back.
    await cluster.ask('n1', { type: 'vv_write', key: 'gone', value: 1, context: vc });
    expect(valuesOf((await cluster.ask('n1', { type: 'vv_read', key: 'gone' })) as Body)).toHaveLength(1);
    await cluster.start('n2');
    await until('n2', { type: 'vv_read', key: 'gone' }, (body) => valuesOf(body).length === 1);
    expect(await cluster.end('n2')).toBe(0);
  },
  TIMEOUT_MS,
);

async function until(node: string, request: Body, isDone: (body: Body) => boolean): Promise<Body> {
  for (;;) {
    const body = (await cluster.ask(node, request)) as Body;
    if (isDone(body)) return body;
    await pause(20);
  }
}
