import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../machines/json.ts';
import type { VectorPairs } from '../../machines/store/operations.ts';
import { MESSAGE_BYTES } from '../../src/actors/gossip/comparison.ts';
import { CALM, ReplicaCluster, type Sent } from '../support/replica-cluster.ts';

const node = fc.nat(4);
const key = fc.constantFrom('a', 'b', '__proto__', '', '\ud800', 1, null, { deep: ['x'] });
const anyValue = fc.jsonValue({ maxDepth: 1 }).map((value) => value as Json);
const anyAction = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      node,
      key,
      value: anyValue,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), node, key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), node, key, reads: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const), node, key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('heal' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), node }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      node,
      offsetMs: fc.integer({ min: -5000, max: 5000 }),
    }),
  },
);
type Action = typeof anyAction extends fc.Arbitrary<infer A> ? A : never;

const anyWeather = fc.record({
  delayMs: fc.constantFrom([1, 5] as const, [1, 60] as const, [0, 300] as const),
  loss: fc.constantFrom(0, 0.1, 0.4),
  duplicate: fc.constantFrom(0, 0.3),
  held: fc.constantFrom(0, 0.1),
  heldMs: fc.constant(2000),
});

let written = 0;

function act(cluster: ReplicaCluster, action: Action): void {
  const name = 'node' in action ? (cluster.names[action.node % cluster.names.length] as string) : '';
  const read = (key: (Action & { do: 'write' })['key']): VectorPairs => {
    const outcome = cluster.request(name, { type: 'vv_read', key });
    return outcome.type === 'siblings' ? outcome.values.flatMap(({ vc }) => [...vc]) : [];
  };
  switch (action.do) {
    case 'put':
      cluster.put(name, action.key, action.value);
      break;
    case 'remove':
      cluster.remove(name, action.key);
      break;
    case 'write': {
      written += 1;
      const context = action.reads ? read(action.key) : [];
      cluster.request(name, { type: 'vv_write', key: action.key, value: `v${written}`, context });
      break;
    }
    case 'erase':
      cluster.request(name, { type: 'vv_delete', key: action.key, context: read(action.key) });
      break;
    case 'wait':
      cluster.run(action.ms);
      break;
    case 'cut':
      cluster.cutOff(name);
      break;
    case 'heal':
      cluster.cut.clear();
      break;
    case 'crash':
      cluster.restart(name);
      break;
    case 'clock':
      cluster.offsetsMs.set(name, action.offsetMs);
      break;
  }
}

/** Everything that is sent from now on. */
function listenTo(cluster: ReplicaCluster): Sent[] {
  const sent: Sent[] = [];
  cluster.onSend = (one) => sent.push(one);
  return sent;
}

const typeOf = ({ text }: Sent): string => (JSON.parse(text) as { type: string }).type;
const total = (sent: readonly Sent[]) => sent.reduce((sum, { text }) => sum + text.length, 0);

describe('replicas that gossip', () => {
  it('come to hold the same, byte for byte, after whatever has happened, and then only say so', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.nat(1_000_000),
        anyWeather,
        fc.array(anyAction, { minLength: 5, maxLength: 40, size: 'max' }),
        (nodes, seed, weather, actions) => {
          const cluster = new ReplicaCluster({ nodes, seed });
          const everything = listenTo(cluster);
          cluster.weather = weather;
          for (const action of actions) act(cluster, action);
          cluster.cut.clear();
          cluster.weather = CALM;
          expect(cluster.settle(10_000), 'agree in time').toBe(true);
          for (const { text } of everything) expect(text.length).toBeLessThan(MESSAGE_BYTES * 1.1);

          // What was held up for two seconds has come by now.
          cluster.run(3000);
          expect(cluster.agree()).toBe(true);
          expect(new Set(cluster.names.map((name) => cluster.tombstones(name).join())).size).toBe(1);
          const sent = listenTo(cluster);
          cluster.run(2000);
          expect(new Set(sent.map(typeOf))).toEqual(new Set(['gossip.compare', 'gossip.differ']));
          // A pair of nodes compares at least every 125 ms and at most every 75 ms, from either end.
          const pairs = (nodes * (nodes - 1)) / 2;
          expect(sent.length).toBeGreaterThan(pairs * 2 * 12);
          expect(sent.length).toBeLessThan(pairs * 2 * 2 * 28);
          for (const { text } of sent) expect(text.length).toBeLessThan(300);
        },
      ),
      { seed: 2, numRuns: 40 },
    );
  });

  it('say the same when they agree, however much they hold', () => {
    const quiet = [1, 1000].map((keys) => {
      const cluster = new ReplicaCluster({ nodes: 3, seed: 1 });
      for (let i = 0; i < keys; i += 1) cluster.put(`n${1 + (i % 3)}`, `k${i}`, i);
      expect(cluster.settle(20_000)).toBe(true);
      cluster.run(2000);
      const sent = listenTo(cluster);
      cluster.run(10_000);
      return total(sent) / sent.length;
    });
    expect(Math.abs((quiet[0] as number) - (quiet[1] as number))).toBeLessThan(2);
  });

  it('send a change once to each, and not on', () => {
    const cluster = new ReplicaCluster({ nodes: 4, seed: 1 });
    cluster.run(2000);
    const sent = listenTo(cluster);
    cluster.put('n2', 'x', 1);
    cluster.run(2000);
    const pushes = sent.filter((one) => typeOf(one) === 'gossip.push');
    expect(pushes.map(({ src, dest }) => [src, dest])).toEqual([
      ['n2', 'n1'],
      ['n2', 'n3'],
      ['n2', 'n4'],
    ]);
    expect(cluster.agree()).toBe(true);
    expect(sent.filter((one) => one.text.includes('"items":[{'))).toEqual(pushes);
  });

  it('say nothing to a node that may not have started, and nothing ever on their own', () => {
    const cluster = new ReplicaCluster({ nodes: 3, seed: 1 });
    const alone = new ReplicaCluster({ nodes: 1, seed: 1, graceMs: 0 });
    const sent = [listenTo(cluster), listenTo(alone)];
    for (const one of [cluster, alone]) {
      one.put('n1', 'x', 1);
      one.remove('n1', 'x');
      one.run(499);
    }
    expect(sent).toEqual([[], []]);
    cluster.run(5);
    alone.run(5000);
    expect(sent[0]?.slice(0, 2).map(typeOf)).toEqual(['gossip.hello', 'gossip.hello']);
    expect(sent[1]).toEqual([]);
    expect(cluster.settle(1000)).toBe(true);
  });

  it('mend a difference while a third node cannot be reached', () => {
    const cluster = new ReplicaCluster({ nodes: 3, seed: 1 });
    cluster.run(1000);
    cluster.cutOff('n3');
    cluster.put('n3', 'y', 3);
    cluster.put('n1', 'x', 1);
    cluster.run(2000);
    expect(cluster.holdings('n2')).toEqual(cluster.holdings('n1'));
    expect(cluster.holdings('n3')).not.toEqual(cluster.holdings('n1'));
    cluster.cut.clear();
    expect(cluster.settle(3000)).toBe(true);
  });
});
