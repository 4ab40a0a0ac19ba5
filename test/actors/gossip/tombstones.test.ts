import { describe, expect, it } from 'vitest';
import type { Content, LinkFields, MessageOf } from '../../../machines/gossip/messages.ts';
import { ReplicaCluster, type Sent } from '../../support/replica-cluster.ts';
import { TombstoneWatch } from '../../support/tombstone-watch.ts';

/** A cluster whose nodes know each other, and everything that is sent in it. */
function cluster(nodes: number, graceMs = 200) {
  const replicas = new ReplicaCluster({ nodes, seed: 1, graceMs });
  const watch = new TombstoneWatch(replicas);
  const sent: Sent[] = [];
  replicas.onSend = (one) => sent.push(one);
  replicas.run(1000);
  return { replicas, watch, sent };
}

function tombstones({ replicas }: ReturnType<typeof cluster>): readonly number[] {
  return replicas.names.map((name) => replicas.tombstones(name).length);
}

type Body = LinkFields & { readonly type: string };
const bodyOf = ({ text }: Sent): Body => JSON.parse(text) as Body;

describe('a tombstone', () => {
  it('goes at all nodes when its grace is over, and not before', () => {
    const all = cluster(3, 2000);
    all.replicas.put('n1', 'x', 1);
    all.replicas.remove('n2', 'x');
    all.replicas.run(1900);
    expect(tombstones(all)).toEqual([1, 1, 1]);
    all.replicas.run(1500);
    expect(tombstones(all)).toEqual([0, 0, 0]);
    expect(all.watch.drops).toBe(3);
  });

  it('goes in vv mode too, and later numbers are above those that went with it', () => {
    for (const nodes of [1, 3]) {
      const all = cluster(nodes);
      const write = () =>
        all.replicas.request('n1', { type: 'vv_write', key: 'x', value: 1, context: [] }) as {
          readonly vc: readonly (readonly [string, number])[];
        };
      const first = write();
      const [actor, count] = write().vc[0] as readonly [string, number];
      const context = [...first.vc, [actor, count] as const];
      all.replicas.request('n1', { type: 'vv_delete', key: 'x', context });
      all.replicas.run(3000);
      expect(tombstones(all)).toEqual(all.replicas.names.map(() => 0));
      const later = write().vc;
      expect(later).toHaveLength(1);
      expect(later[0]?.[1]).toBeGreaterThan(count);
    }
  });

  it('stays while a node cannot be reached, and then holds off what that node still has', () => {
    const all = cluster(3);
    all.replicas.put('n1', 'x', 1);
    all.replicas.run(500);
    all.replicas.cutOff('n3');
    all.replicas.remove('n1', 'x');
    all.replicas.run(30_000);
    expect(tombstones(all)).toEqual([1, 1, 0]);
    expect(all.replicas.holdings('n3')).toHaveLength(1);
    all.sent.length = 0;
    all.replicas.cut.clear();
    all.replicas.run(5000);
    expect(tombstones(all)).toEqual([0, 0, 0]);
    expect(all.replicas.names.flatMap((name) => all.replicas.holdings(name))).toEqual([]);
  });

  it('stays when it is ahead of the clocks, and is not spoken of over and over', () => {
    const all = cluster(3);
    const entry = { ts: 8e12, deleted: true, value: null };
    all.replicas.request('n1', { type: 'kv_merge', entries: [['x', entry]] });
    all.replicas.run(5000);
    all.sent.length = 0;
    all.replicas.run(10_000);
    expect(tombstones(all)).toEqual([1, 1, 1]);
    expect(new Set(all.sent.map((one) => bodyOf(one).type))).toEqual(
      new Set(['gossip.compare', 'gossip.differ']),
    );
    expect(Math.max(...all.sent.map(({ text }) => text.length))).toBeLessThan(300);
  });

  it('waits for the slowest clock', () => {
    const all = cluster(2);
    all.replicas.offsetsMs.set('n2', -4000);
    all.replicas.remove('n1', 'x');
    all.replicas.run(3500);
    expect(tombstones(all)).toEqual([1, 1]);
    all.replicas.run(3000);
    expect(tombstones(all)).toEqual([0, 0]);
  });

  it('goes alone after its grace when there is nobody else', () => {
    const alone = cluster(1, 500);
    alone.replicas.put('n1', 'x', 1);
    alone.replicas.remove('n1', 'x');
    alone.replicas.run(400);
    expect(tombstones(alone)).toEqual([1]);
    alone.replicas.run(400);
    expect(tombstones(alone)).toEqual([0]);
  });

  it('stays on a lone node when its numbers are so high that they could run out', () => {
    const alone = cluster(1, 100);
    const context = [['c1', 2 ** 41]] as const;
    alone.replicas.request('n1', { type: 'vv_delete', key: 'x', context });
    alone.replicas.run(5000);
    expect(tombstones(alone)).toEqual([1]);
  });

  it('is not undone by what was sent to an earlier life of a node', () => {
    const all = cluster(3);
    all.replicas.put('n1', 'x', 'old');
    const push = all.sent.find((one) => one.dest === 'n2' && bodyOf(one).type === 'gossip.push') as Sent;
    all.replicas.remove('n1', 'x');
    all.replicas.run(3000);
    expect(tombstones(all)).toEqual([0, 0, 0]);
    all.replicas.restart('n2');
    all.replicas.deliver(push);
    all.replicas.run(5000);
    expect(all.replicas.holdings('n2')).toEqual([]);
  });

  it('is not undone by what an earlier life of a node has sent', () => {
    const all = cluster(3);
    all.replicas.put('n1', 'x', 'old');
    const push = all.sent.find((one) => one.dest === 'n2' && bodyOf(one).type === 'gossip.push') as Sent;
    all.replicas.restart('n1');
    all.replicas.run(1000);
    all.replicas.remove('n3', 'x');
    all.replicas.run(3000);
    expect(tombstones(all)).toEqual([0, 0, 0]);
    all.replicas.deliver(push);
    all.replicas.run(5000);
    expect(all.replicas.holdings('n2')).toEqual([]);
  });

  it('begins anew with a node that lives again, and needs all of its lives to agree', () => {
    const all = cluster(3, 1000);
    all.replicas.put('n1', 'x', 1);
    all.replicas.remove('n1', 'x');
    all.replicas.run(900);
    all.replicas.cutOff('n3');
    all.replicas.restart('n3');
    all.replicas.run(20_000);
    expect(tombstones(all)).toEqual([1, 1, 0]);
    all.replicas.cut.clear();
    all.replicas.run(5000);
    expect(tombstones(all)).toEqual([0, 0, 0]);
  });

  it('goes also with a node whose clock was turned back while it was down', () => {
    const all = cluster(3);
    all.replicas.restart('n2', 50_000);
    all.replicas.run(2000);
    all.replicas.put('n2', 'x', 1);
    all.replicas.run(500);
    expect(all.replicas.holdings('n1')).toHaveLength(1);
    all.replicas.remove('n1', 'x');
    all.replicas.run(4000);
    expect(tombstones(all)).toEqual([0, 0, 0]);
  });
});

describe('a statement about a tombstone', () => {
  /** A statement of n1 as n2 would get it, and what n2 answers. */
  function tell(change: (told: MessageOf<'gossip.tell'>) => Partial<Content>) {
    const all = cluster(2, 300);
    all.replicas.remove('n1', 'x');
    let told: Sent | undefined;
    for (let i = 0; told === undefined && i < 200; i += 1) {
      all.replicas.run(10);
      told = all.sent.find((one) => one.src === 'n1' && bodyOf(one).type === 'gossip.tell');
    }
    const original = bodyOf(told as Sent) as MessageOf<'gossip.tell'>;
    all.sent.length = 0;
    all.replicas.deliver({ ...(told as Sent), text: JSON.stringify({ ...original, ...change(original) }) });
    return all.sent
      .map((one) => bodyOf(one) as MessageOf<'gossip.told'>)
      .filter(({ type }) => type === 'gossip.told');
  }

  it('is taken when the receiver holds just this', () => {
    expect(tell(() => ({})).map(({ refused }) => refused)).toEqual([[]]);
  });

  it('is refused when the receiver holds something else', () => {
    const other = tell(({ statements }) => ({
      statements: statements.map(([id, , stage]) => [id, '0123456789abcdef', stage] as const),
    }));
    expect(other.map(({ refused }) => refused)).toEqual([['l"x"']]);
  });

  it('is refused when the receiver holds nothing, unless it must have dropped it', () => {
    const said = (stage: 'ripe' | 'condemned') =>
      tell(({ statements }) => ({
        statements: statements.map(([, hash]) => ['l"y"', hash, stage] as const),
      })).map(({ refused }) => refused);
    expect(said('ripe')).toEqual([['l"y"']]);
    expect(said('condemned')).toEqual([[]]);
  });

  it('counts only among the lives that the receiver knows, too', () => {
    expect(tell(({ view }) => ({ view: view.map((epoch) => epoch + 1) }))).toEqual([]);
  });
});
