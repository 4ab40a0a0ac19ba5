import type { EventFromLogic, SnapshotFrom } from 'xstate';
import type { RaftInput } from '../../machines/raft/context.ts';
import type { Entry } from '../../machines/raft/events.ts';
import { membershipOf } from '../../machines/raft/membership.ts';
import type { raftMachine } from '../../machines/raft/raft.machine.ts';
import type { Model } from '../../src/testing/index.ts';
import { restored } from '../support/raft-chart.ts';
import { type Bounds, raftDomain } from './raft.domain.ts';
import { isDefended, isHeard } from './raft.parts.ts';

type Machine = typeof raftMachine;
type Snapshot = SnapshotFrom<Machine>;
type Event = EventFromLogic<Machine>;

/** Worlds in which logs are compacted: what is rare elsewhere happens often here. */

const old = (number: number): Entry => ({
  term: 1,
  op: { type: 'write', key: 'x', value: number },
  origin: { node: 'n2', incarnation: 1, floor: 1 },
  number,
  bytes: 100,
});

/** A node that takes checkpoints often and has compacted its log; its disk remembers a chunk of a snapshot. */
function compacted(voters: readonly string[]): RaftInput {
  return {
    id: 'n1',
    voters,
    seed: 7,
    settings: { checkpointEntries: 3, checkpointBytes: 500, trailingEntries: 2 },
    restored: {
      ...restored(1, [old(4), old(5), old(6)]),
      base: { index: 3, term: 1 },
      checkpoint: { index: 5, term: 1, membership: membershipOf(voters) },
      incoming: { index: 9, term: 1, after: 'a' },
    },
  };
}

const THREE = ['n1', 'n2', 'n3'];
const CAMPAIGN = ['election.timeout', 'prevote.response', 'vote.response'];
const OFFICE = [
  'heartbeat.timeout',
  'quorum.timeout',
  'transfer.timeout',
  'append.response',
  'snapshot.response',
  'snapshot.unavailable',
  'requests.proposed',
  'transfer.requested',
];

/** A leader whose log lacks what n2 needs: it has everything of n2's but its acknowledgement of new entries. */
export function sending(bounds: Bounds): Model<Machine> {
  const model = raftDomain(bounds, [compacted(THREE)]);
  return {
    ...model,
    *events(snapshot) {
      const isLeader = snapshot.matches('leader');
      yield* often(snapshot, isLeader ? 4 : 0);
      let ends = 0;
      for (const event of model.events(snapshot)) {
        if (!isLeader) {
          if (CAMPAIGN.includes(event.type) && !('granted' in event && !event.granted)) yield event;
        } else if (event.type === 'term.seen' && !isDefended('leader.serving', event)) {
          // One way of losing office is enough.
          ends += 1;
          if (ends === 1) yield event;
        } else if (OFFICE.includes(event.type) && !isProgressOfN2(snapshot, event)) {
          if (event.type !== 'quorum.timeout' || isHeard(snapshot.context)) yield event;
        }
      }
    },
  };
}

function isProgressOfN2({ context }: Snapshot, event: Event): boolean {
  if (event.type !== 'append.response' || event.from !== 'n2' || !event.success) return false;
  return event.index > (context.progress.n2?.match ?? 0);
}

const FOLLOWING = ['append.request', 'snapshot.request', 'vote.request'];

/** A node that follows leaders which come and go, or serves alone; its checkpoints become durable sooner or later. */
export function compacting(bounds: Bounds): Model<Machine> {
  const model = raftDomain(bounds, [compacted(THREE), compacted(['n1'])]);
  return {
    ...model,
    *events(snapshot) {
      yield* often(snapshot, 3);
      const isAlone = snapshot.context.peers.length === 0;
      const kinds = isAlone ? [...CAMPAIGN, 'requests.proposed'] : FOLLOWING;
      for (const event of model.events(snapshot)) {
        const isSuccessor = event.type === 'term.seen' && event.by === 'append.request';
        if (kinds.includes(event.type) || (isSuccessor && !isAlone)) yield event;
      }
    },
  };
}

/** A leader in the middle of a change of members, whose checkpoints become durable sooner or later. */
export function changing(bounds: Bounds, inputs: readonly RaftInput[]): Model<Machine> {
  const settings = { checkpointEntries: 2, trailingEntries: 1 };
  const model = raftDomain(
    bounds,
    inputs.map((input) => ({ ...input, settings })),
  );
  return {
    ...model,
    *events(snapshot) {
      const isLeader = snapshot.matches('leader');
      yield* often(snapshot, isLeader ? 3 : 0);
      const kinds = isLeader ? ['append.response', 'requests.proposed', 'change.requested'] : CAMPAIGN;
      for (const event of model.events(snapshot)) {
        const isRefusal = 'granted' in event && !event.granted;
        if (kinds.includes(event.type) && !isRefusal) yield event;
      }
    },
  };
}

/** The ends of turns, and of writes. */
function often({ context }: Snapshot, times: number): Event[] {
  const { checkpointing } = context.snapshots;
  const durable = { type: 'checkpoint.durable', index: checkpointing?.index ?? 0 } as const;
  return Array.from({ length: times }, () => [{ type: 'turn.ended' } as const, durable]).flat();
}
