import { beforeEach, describe, expect, it } from 'vitest';
import {
  AdminError,
  addMember,
  type Body,
  changeMembers,
  fetchMembers,
  type Members,
  removeMember,
  replaceMembers,
  type Transport,
  transferLeadership,
} from '../../src/admin/index.ts';
import { ScriptedCluster } from '../golden/cluster.ts';

/** Whole changes, over a simulated cluster in virtual time. */

let cluster: ScriptedCluster;
/** What was asked, without what is asked again and again. */
let asked: string[];
let transport: Transport;

beforeEach(() => {
  asked = [];
  const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
  cluster = new ScriptedCluster({ nodes, joins: ['n4', 'n5'], workload: 'lin-kv' }, () => {});
  cluster.lead('n1');
  let client = 0;
  transport = {
    nowMs: () => cluster.nowMs,
    async sleep(ms) {
      cluster.advance(ms);
    },
    async request(to, body) {
      if (body.type !== 'members')
        asked.push(JSON.stringify({ ...body, type: undefined, if_index: undefined }));
      let reply: Body | null = null;
      client += 1;
      cluster.request(`c${client}`, to ?? 'n2', body as never, (answer) => {
        reply = answer as Body;
      });
      for (let waitedMs = 0; reply === null && waitedMs < 1500; waitedMs += 5) cluster.advance(5);
      return reply;
    },
  };
});

const voters = (members: Members) => members.voters.join(' ');

describe('a change from its beginning to its end', () => {
  it('a node learns, catches up and votes', async () => {
    const members = await addMember(transport, 'n4');
    expect(members).toMatchObject({ learners: [], outgoing: [], isConfirmed: true });
    expect(voters(members)).toBe('n1 n2 n3 n4');
    expect(asked).toEqual(['{"learners":["n4"]}', '{"add":["n4"],"remove":[]}']);
    expect(members.match.n4).toBe(members.match.n1);
  });

  it('several come and go in one change, the leader among them', async () => {
    const members = await replaceMembers(transport, ['n1', 'n3'], ['n4', 'n5']);
    expect(voters(members)).toBe('n2 n4 n5');
    expect(asked.at(-1)).toBe('{"add":["n4","n5"],"remove":["n1","n3"]}');
    expect(members.leader).not.toBe('n1');
  });

  it('a node may only learn', async () => {
    const members = await changeMembers(transport, { learners: ['n4'] });
    expect([voters(members), members.learners]).toEqual(['n1 n2 n3', ['n4']]);
  });

  it('what is so already costs nothing but the look', async () => {
    await removeMember(transport, 'n9');
    await addMember(transport, 'n3');
    expect(asked).toEqual([]);
  });

  it('waits for a learner that is away, says so, and goes on when it is there', async () => {
    cluster.isolate('n4');
    const told: string[] = [];
    const tell = (text: string) => {
      told.push(text);
      if (told.length === 12) cluster.heal();
    };
    expect(voters(await addMember(transport, 'n4', { tell }))).toBe('n1 n2 n3 n4');
    expect(told.some((text) => /^n4 (is too far behind|has not been heard)/.test(text))).toBe(true);
  });

  it('gives up in time, and says what was in the way', async () => {
    cluster.isolate('n4');
    const adding = addMember(transport, 'n4', { deadlineMs: 2000 });
    await expect(adding).rejects.toThrow(
      /^not done within 2000 ms, and may still happen: n4 .*; who was to be added may have become a learner/,
    );
  });

  it('gives up at once when that is wished', async () => {
    const stop = new AbortController();
    const adding = addMember(transport, 'n4', {
      signal: stop.signal,
      tell: () => stop.abort(),
      nodes: ['n2'],
    });
    cluster.isolate('n4');
    await expect(adding).rejects.toThrow(/^given up/);
  });

  it('goes on after a failover in the middle', async () => {
    let looks = 0;
    const { request } = transport;
    const failing: Transport = {
      ...transport,
      async request(to, body) {
        const reply = await request(to, body);
        if (reply?.type === 'change_members_ok' && (reply.outgoing as string[]).length > 0) {
          looks += 1;
          cluster.host('n1').crash();
        }
        return reply;
      },
    };
    const members = await replaceMembers(failing, ['n3'], ['n4', 'n5']);
    expect(looks).toBe(1);
    expect(voters(members)).toBe('n1 n2 n4 n5');
    expect(members.leader).not.toBe('n1');
  });

  it('is not confirmed by a node that it has removed, which knows of it all the same', async () => {
    const { request } = transport;
    const late: Transport = {
      ...transport,
      async request(to, body) {
        const reply = await request(to, body);
        // Until it notices that nobody speaks to it any more.
        if (reply?.type === 'change_members_ok') cluster.advance(2000);
        return reply;
      },
    };
    const members = await removeMember(late, 'n2', { nodes: ['n2'] });
    expect([voters(members), members.isConfirmed]).toEqual(['n1 n3', false]);
  });

  it('ends at once where it makes no sense', async () => {
    const error = await changeMembers(transport, { remove: ['n1', 'n2', 'n3'] }).catch((one) => one);
    expect(error).toBeInstanceOf(AdminError);
    expect(error).toMatchObject({ code: 14, message: 'of n1, n2, n3 at least one has to stay' });
  });
});

describe('a leadership', () => {
  it('goes to whoever is named, and stays there when it is asked for again', async () => {
    await transferLeadership(transport, 'n3');
    await transferLeadership(transport, 'n3');
    const members = await fetchMembers(transport);
    expect(typeof members === 'string' ? members : members.leader).toBe('n3');
    expect(cluster.host('n3').node?.peer?.raft.snapshot.matches('leader')).toBe(true);
  });

  it('does not go to a stranger', async () => {
    const transfer = transferLeadership(transport, 'n9');
    await expect(transfer).rejects.toThrow('n9 does not belong to the cluster: n1, n2, n3 do');
  });
});

describe('a look', () => {
  it('asks one node after the other', async () => {
    cluster.host('n1').crash();
    const members = await fetchMembers(transport, ['n1', 'n3']);
    expect(typeof members === 'string' ? members : voters(members)).toBe('n1 n2 n3');
  });

  it('without a leader says why it failed', async () => {
    for (const name of ['n1', 'n3']) cluster.host(name).crash();
    expect(await fetchMembers(transport, ['n2'])).toMatch(
      /^(no leader was found|the leader n1 did not confirm it)/,
    );
    expect(await fetchMembers(transport, ['n2'], true)).toMatchObject({ isConfirmed: false, match: {} });
  });
});
