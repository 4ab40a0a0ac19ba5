import { afterEach, expect, it } from 'vitest';
import { ProcessCluster } from './cluster.ts';

const TIMEOUT_MS = 60_000;
let cluster: ProcessCluster;

afterEach(() => cluster.killAll());

it(
  'a node without a directory is sent the state, too, by nodes that have none',
  async () => {
    cluster = new ProcessCluster(
      ['n1', 'n2', 'n3'],
      ['--election-timeout-ms', '200', '--checkpoint-entries', '10', '--trailing-entries', '5'],
    );
    await cluster.startAll();
    const write = (key: number) =>
      cluster.until('c1', 'n1', { type: 'write', key, value: key }, ({ type }) => type === 'write_ok');
    await write(0);
    cluster.cut('n3', 'n1');
    cluster.cut('n3', 'n2');
    for (let key = 1; key <= 60; key += 1) await write(key);
    cluster.heal();
    await cluster.until('c1', 'n3', { type: 'read', key: 60 }, ({ value }) => value === 60);
    // n2 and n3 are a majority that can answer only when n3 has caught up.
    await cluster.kill('n1');
    const read = await cluster.until('c1', 'n3', { type: 'read', key: 1 }, ({ type }) => type === 'read_ok');
    expect(read.value).toBe(1);
    expect([...cluster.sent]).toContain('snapshot.request');
  },
  TIMEOUT_MS,
);
