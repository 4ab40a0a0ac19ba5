import { afterEach, expect, it } from 'vitest';
import { ProcessCluster } from './cluster.ts';
import type { Body } from './node-process.ts';

let cluster: ProcessCluster;

afterEach(() => cluster.killAll());

async function start(names: readonly string[], ...args: readonly string[]): Promise<ProcessCluster> {
  cluster = new ProcessCluster(names, ['--workload', 'lww-kv', '--gossip-interval-ms', '50', ...args]);
  await cluster.startAll();
  return cluster;
}

const read = (key = 'x') => ({ type: 'vv_read', key });
const write = (value: unknown, context: unknown = {}, key = 'x') => ({
  type: 'vv_write',
  key,
  value,
  context,
});
const valuesOf = (body: Body): unknown[] =>
  (body.values as { value: unknown }[]).map(({ value }) => value).sort();
const vcsOf = (body: Body): object[] => (body.values as { vc: object }[]).map(({ vc }) => vc);

it('two nodes are cut apart, with one client on both sides: both writes stay, under events of their own', async () => {
  const { ask, until } = bound(await start(['n1', 'n2']));
  cluster.cut('n1', 'n2');
  const here = await ask('c1', 'n1', write('here'));
  const there = await ask('c1', 'n2', write('there'));
  expect(here.vc).not.toEqual(there.vc);
  cluster.heal();
  const isWhole = (body: Body) => valuesOf(body).length === 2;
  const [one, two] = [await until('c1', 'n1', read(), isWhole), await until('c1', 'n2', read(), isWhole)];
  expect(one).toEqual(two);
  expect(valuesOf(one)).toEqual(['here', 'there']);
  expect(one.conflict).toBe(true);
  // Who has seen both replaces both, at either node.
  const context = Object.assign({}, ...vcsOf(one)) as object;
  await ask('c2', 'n2', write('both', context));
  expect(valuesOf(await until('c1', 'n1', read(), (body) => valuesOf(body).length === 1))).toEqual(['both']);
});

it('a node that is killed comes back empty, is given everything, and repeats no event', async () => {
  const { ask, until } = bound(await start(['n1', 'n2'], '--mode', 'vv'));
  const first = await ask('c1', 'n1', write('before'));
  await until('c1', 'n2', read(), (body) => valuesOf(body).length === 1);
  await cluster.kill('n1');
  await cluster.start('n1');
  const second = await ask('c1', 'n1', write('after'));
  expect(Object.keys(second.vc as object)).not.toEqual(Object.keys(first.vc as object));
  const whole = await until('c1', 'n1', read(), (body) => valuesOf(body).length === 2);
  expect(valuesOf(whole)).toEqual(['after', 'before']);
  expect(await until('c1', 'n2', read(), (body) => valuesOf(body).length === 2)).toEqual(whole);
  // The mode is the node's own and was given to it at its start.
  expect(await ask('c1', 'n1', { type: 'kv_read', key: 'x' })).toMatchObject({
    conflict: true,
  });
});

it('a context that is ahead of the node it comes to is honoured when the rest arrives', async () => {
  const { ask, until } = bound(await start(['n1', 'n2']));
  cluster.cut('n1', 'n2');
  const { vc } = await ask('c1', 'n1', write('first'));
  await ask('c1', 'n2', write('second', vc));
  expect(valuesOf(await ask('c1', 'n2', read()))).toEqual(['second']);
  cluster.heal();
  expect(valuesOf(await until('c1', 'n1', read(), (body) => !valuesOf(body).includes('first')))).toEqual([
    'second',
  ]);
  expect(valuesOf(await ask('c1', 'n2', read()))).toEqual(['second']);
});

it('a deletion reaches everybody, and one that has not seen a concurrent write leaves it', async () => {
  const { ask, until } = bound(await start(['n1', 'n2', 'n3'], '--tombstone-grace-ms', '0'));
  const { vc } = await ask('c1', 'n1', write('old'));
  await until('c1', 'n2', read(), (body) => valuesOf(body).length === 1);
  cluster.cut('n2', 'n1');
  cluster.cut('n2', 'n3');
  await ask('c2', 'n2', write('new', vc));
  await ask('c1', 'n1', { type: 'vv_delete', key: 'x', context: vc });
  expect(valuesOf(await ask('c1', 'n1', read()))).toEqual([]);
  cluster.heal();
  for (const name of ['n1', 'n2', 'n3']) {
    expect(valuesOf(await until('c1', name, read(), (body) => valuesOf(body).includes('new')))).toEqual([
      'new',
    ]);
  }
});

it('ends at the end of its input, with everything answered, also when its peers are gone', async () => {
  const { ask } = bound(await start(['n1', 'n2']));
  await cluster.kill('n2');
  await ask('c1', 'n1', write('alone'));
  expect(await cluster.end('n1')).toBe(0);
});

function bound(one: ProcessCluster): Pick<ProcessCluster, 'ask' | 'until'> {
  return { ask: one.ask.bind(one), until: one.until.bind(one) };
}
