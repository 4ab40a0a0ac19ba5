import { describe, expect, it } from 'vitest';
import { sessionMachine } from '../../machines/session/session.machine.ts';
import { Sessions } from '../../src/actors/sessions.ts';
import type { Body } from '../../src/sim/network.ts';
import { pathsOf, stageOf } from '../../src/testing/index.ts';
import { ScriptedCluster } from '../golden/cluster.ts';
import { sessionModel } from './session.model.ts';

const { paths } = pathsOf(sessionModel);
const indices = paths.map(({ events }) => events.map(({ index }) => index));
/** A node only ever applies more, so what it shows does not go back. */
const growing = indices.filter((list) => list.every((index, i) => index >= (list[i - 1] ?? 0)));

/** A cluster in which node n3 can be made to show its clients any index. */
class Showing {
  readonly #cluster = new ScriptedCluster({ nodes: ['n1', 'n2', 'n3'] }, () => {});
  #applied = 0;

  get peer() {
    const peer = this.#cluster.host('n3').node?.peer;
    if (!peer) throw new Error('n3 is down');
    return peer;
  }

  /** Lets the log reach `index`, and a client read it at n3. @returns the reply */
  show(client: string, index: number): Body {
    // The first entry is the leader's own, and until there is a leader nothing is applied.
    if (index > 0 && this.#applied === 0) {
      this.#cluster.lead('n1');
      this.#applied = 1;
    }
    for (; this.#applied < index; this.#applied += 1) {
      this.#ask('c9', 'n1', { type: 'write', key: 'x', value: this.#applied + 1 });
      this.#cluster.advance(300);
    }
    return this.#ask(client, 'n3', {
      type: 'ryw_read',
      key: 'x',
      last_write_index: index,
      prefer_follower: true,
    });
  }

  /** A read that says nothing of what its client has seen. */
  read(client: string): Body {
    return this.#ask(client, 'n3', { type: 'ryw_read', key: 'x', prefer_follower: true });
  }

  #ask(client: string, node: string, body: Body): Body {
    const replies: Body[] = [];
    this.#cluster.request(client, node, body, (reply) => replies.push(reply));
    this.#cluster.advance(20);
    expect(replies).toHaveLength(1);
    return replies[0] as Body;
  }
}

describe('the sessions of a node', () => {
  it('know of every client, on every path, what the chart knows', () => {
    for (const list of indices) {
      const sessions = new Sessions(10);
      const life = stageOf(sessionMachine).start(undefined);
      for (const index of list) {
        sessions.show('c1', index);
        sessions.show('c2', 3 - index);
        const { after } = life.step({ type: 'index.shown', index });
        expect(sessions.tokenOf('c1')).toBe(after.context.shownIndex);
      }
      expect(sessions.size).toBe(2);
    }
  });

  it.each(growing)('in a cluster remember what its replies have shown: %i, then %i', (...list) => {
    const cluster = new Showing();
    const life = stageOf(sessionMachine).start(undefined);
    for (const index of list) {
      const reply = cluster.show('c1', index);
      expect(reply).toMatchObject({ type: 'ryw_read_ok', served_by: 'n3', follower_applied_index: index });
      const { after } = life.step({ type: 'index.shown', index });
      expect(cluster.peer.sessions.tokenOf('c1')).toBe(after.context.shownIndex);
      expect(cluster.read('c1').follower_applied_index).toBeGreaterThanOrEqual(after.context.shownIndex);
      expect(cluster.peer.sessions.knows('c2')).toBe(false);
    }
  });
});
