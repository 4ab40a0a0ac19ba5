import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALM, ReplicaCluster, type Sent } from '../support/replica-cluster.ts';
import { TombstoneWatch } from '../support/tombstone-watch.ts';

const node = fc.nat(4);
const key = fc.constantFrom('a', 'b');
const anyAction = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('put', 'remove', 'write', 'erase'), node, key }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat(600) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut'), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('heal') }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('crash'), node, clockBackMs: fc.constantFrom(0, 0, 5000) }),
  },
  // Whatever was ever sent may arrive again, at any time.
  { weight: 4, arbitrary: fc.record({ do: fc.constant('replay'), ago: fc.nat(200) }) },
);
type Action = {
  readonly do: string;
  readonly node?: number;
  readonly key?: string;
  readonly ms?: number;
  readonly ago?: number;
  readonly clockBackMs?: number;
};

let written = 0;

function act(cluster: ReplicaCluster, sent: readonly Sent[], action: Action): void {
  const name = cluster.names[(action.node ?? 0) % cluster.names.length] as string;
  const { key = '' } = action;
  written += 1;
  switch (action.do) {
    case 'put':
      cluster.put(name, key, written);
      break;
    case 'remove':
      cluster.remove(name, key);
      break;
    case 'write':
      cluster.request(name, { type: 'vv_write', key, value: written, context: [] });
      break;
    case 'erase': {
      const found = cluster.request(name, { type: 'vv_read', key });
      const context = found.type === 'siblings' ? found.values.flatMap(({ vc }) => [...vc]) : [];
      cluster.request(name, { type: 'vv_delete', key, context });
      break;
    }
    case 'wait':
      cluster.run(action.ms ?? 0);
      break;
    case 'cut':
      cluster.cutOff(name);
      break;
    case 'heal':
      cluster.cut.clear();
      break;
    case 'crash':
      cluster.restart(name, action.clockBackMs ?? 0);
      break;
    case 'replay': {
      const again = sent.at(-1 - (action.ago ?? 0));
      if (again !== undefined && cluster.running.includes(again.dest)) cluster.deliver(again);
      break;
    }
  }
}

/** A cluster, watched, with everything that is sent. */
function watched(nodes: number, seed: number, graceMs: number) {
  const cluster = new ReplicaCluster({ nodes, seed, graceMs });
  const watch = new TombstoneWatch(cluster);
  const sent: Sent[] = [];
  cluster.onSend = (one) => sent.push(one);
  return { cluster, watch, sent };
}

describe('tombstones', () => {
  it('never let come back what they deleted, and go in the end', () => {
    let drops = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.nat(1_000_000),
        fc.constantFrom(0, 100, 400),
        fc.constantFrom(0, 0.3),
        fc.array(anyAction, { minLength: 10, maxLength: 60, size: 'max' }),
        (nodes, seed, graceMs, loss, actions) => {
          const { cluster, watch, sent } = watched(nodes, seed, graceMs);
          cluster.weather = { delayMs: [1, 40], loss, duplicate: 0.1, held: 0.1, heldMs: 3000 };
          for (const action of actions) act(cluster, sent, action);
          cluster.cut.clear();
          cluster.weather = CALM;
          cluster.run(4000 + graceMs);
          expect(cluster.settle(5000)).toBe(true);
          cluster.run(2000 + 2 * graceMs);
          for (const name of cluster.names) expect(cluster.tombstones(name), name).toEqual([]);
          drops += watch.drops;
        },
      ),
      { seed: 3, numRuns: 40 },
    );
    expect(drops).toBeGreaterThan(100);
  });

  it('survive every single old message at every moment, with every single restart', () => {
    let runs = 0;
    let drops = 0;
    const moments = Array.from({ length: 5 }, (_, i) => 250 + 300 * i);
    const restarts = [null, ...['n1', 'n2'].flatMap((name) => moments.map((atMs) => ({ name, atMs })))];
    for (const restart of restarts) {
      // Until a run has fewer messages that carry something.
      for (let message = 0, more = true; more; message += 1) {
        more = false;
        for (const deliveredMs of moments) {
          const { cluster, watch, sent } = watched(2, 1, 100);
          cluster.put('n1', 'a', 'old');
          cluster.request('n1', { type: 'vv_write', key: 'a', value: 'old', context: [] });
          cluster.schedule.after(650, () => cluster.remove('n2', 'a'));
          cluster.schedule.after(650, () => act(cluster, sent, { do: 'erase', node: 1, key: 'a' }));
          if (restart !== null) cluster.schedule.after(restart.atMs, () => cluster.restart(restart.name));
          cluster.schedule.after(deliveredMs, () => {
            const old = sent.filter(({ text }) => /"items":\[\{|"(?:statements|refused)":/.test(text))[
              message
            ];
            if (old === undefined) return;
            more = true;
            cluster.deliver(old);
          });
          cluster.run(2200);
          runs += 1;
          drops += watch.drops;
          for (const name of cluster.names) expect(cluster.tombstones(name)).toEqual([]);
        }
      }
    }
    expect(runs).toBeGreaterThan(400);
    expect(drops).toBeGreaterThan(1000);
  });
});
