import { afterEach, expect, it } from 'vitest';
import { DurableCluster } from './durable-cluster.ts';
import { type Body, NodeProcess } from './node-process.ts';

// Logs that are compacted all the time, on real disks: nodes that come back to find the log gone, and are killed again
// while they are sent the state.

const TIMEOUT_MS = 120_000;
let cluster: DurableCluster;

afterEach(() => cluster.destroy());

async function start(...args: readonly string[]): Promise<void> {
  cluster = new DurableCluster(
    ['n1', 'n2', 'n3'],
    [
      ...['--workload', 'ryw-kv', '--election-timeout-ms', '200', '--heartbeat-ms', '40'],
      ...['--checkpoint-entries', '20', '--checkpoint-bytes', '200000', '--trailing-entries', '5', ...args],
    ],
  );
  await cluster.startAll();
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Writes keys from..to, a few at a time, and waits until all are acknowledged. */
async function writeAll(from: number, to: number, value: (key: number) => unknown): Promise<number> {
  let index = 0;
  for (let key = from; key < to; key += 10) {
    const some = Array.from({ length: Math.min(10, to - key) }, (_, i) => key + i);
    const replies = await Promise.all(
      some.map((one) => cluster.until({ type: 'write', key: one, value: value(one) })),
    );
    for (const { commit_index } of replies) index = Math.max(index, commit_index as number);
  }
  return index;
}

/** What a node itself has under a key, once it has applied the log up to `index`. */
async function readFrom(node: string, key: number, index: number): Promise<Body> {
  const request = { type: 'ryw_read', key, last_write_index: index, prefer_follower: true };
  for (;;) {
    const body = await cluster.ask(node, request);
    if (body?.type === 'ryw_read_ok' && body.served_by === node) return body;
    await pause(20);
  }
}

/** What the log of a node that is down begins after. */
async function baseOf(node: string): Promise<number> {
  const inspection = new NodeProcess(['inspect-data', cluster.directory(node), '--json']);
  expect(await inspection.exit()).toBe(0);
  const found = JSON.parse(inspection.output.join('\n')) as { superblock: { base: { index: number } } };
  return found.superblock.base.index;
}

it(
  'a node that was away for longer than the log goes back is sent the state, through kill -9 of either side',
  async () => {
    await start();
    const text = (key: number) => `${key} ${'x'.repeat(8000)}`;
    await writeAll(0, 30, text);
    await cluster.kill('n3');
    const index = await writeAll(0, 160, text);
    // More than a megabyte in chunks of a quarter: there is time to be killed in.
    await cluster.start('n3');
    await pause(60);
    await cluster.kill('n3');
    await cluster.start('n3');
    await pause(30);
    await cluster.kill('n1');
    await cluster.start('n1');
    for (const key of [0, 29, 30, 159]) {
      const body = await readFrom('n3', key, index);
      expect(body.value).toBe(text(key));
      expect(body.follower_applied_index).toBeGreaterThanOrEqual(index);
    }
    // From what it was sent it starts again, and serves at once what is asked of it by its token.
    expect(cluster.sent.get('snapshot.request')).toBeGreaterThan(3);
    await cluster.kill('n3');
    expect(await baseOf('n3')).toBeGreaterThan(100);
    await cluster.start('n3');
    expect((await readFrom('n3', 111, index)).value).toBe(text(111));
  },
  TIMEOUT_MS,
);

it(
  'kill -9 of all, again and again in the middle of checkpoints: every acknowledged write is read back, once applied',
  async () => {
    await start();
    let highest = 0;
    for (let round = 0; round < 2; round += 1) {
      const writing = writeAll(round * 100, round * 100 + 100, (key) => key);
      await pause(150 + 100 * round);
      await cluster.kill(...cluster.names);
      await cluster.startAll();
      // Whoever waits asks again, as clients do.
      const index = await writing;
      expect(index).toBeGreaterThan(highest);
      highest = index;
    }
    for (let key = 0; key < 200; key += 7) {
      const { value, commit_index } = await cluster.until({ type: 'read', key });
      expect(value).toBe(key);
      expect(commit_index).toBeGreaterThanOrEqual(highest);
    }
  },
  TIMEOUT_MS,
);
