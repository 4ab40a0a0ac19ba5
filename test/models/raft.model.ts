import type { ChangeMembersOperation } from '../../machines/operations.ts';
import type { RaftInput } from '../../machines/raft/context.ts';
import type { AppendRequest, Entry, SnapshotRequest } from '../../machines/raft/events.ts';
import type { Membership } from '../../machines/raft/membership.ts';
import { raftMachine } from '../../machines/raft/raft.machine.ts';
import type { Model } from '../../src/testing/index.ts';
import { restored } from '../support/raft-chart.ts';
import { changing, compacting, sending } from './raft.compacted.ts';
import { type Bounds, raftDomain } from './raft.domain.ts';
import { isDefended } from './raft.parts.ts';
import { raftReference } from './raft.reference.ts';
import { chartTests, type Subject } from './subject.ts';

type Machine = typeof raftMachine;

const cluster = (size: number): RaftInput => ({
  id: 'n1',
  voters: ['n1', 'n2', 'n3', 'n4', 'n5'].slice(0, size),
  seed: 7,
});

const old = (number: number): Entry => ({
  term: 1,
  op: { type: 'write', key: 'x', value: number },
  origin: { node: 'n2', incarnation: 1, floor: 1 },
  number,
  bytes: 100,
});
const moved = (membership: Membership): Entry => ({
  term: 1,
  op: { type: 'members', membership },
  origin: null,
  number: 0,
  bytes: 150,
});
const RESTORED = restored(1, [old(1), old(2), old(3)]);

const change = (
  add: readonly string[],
  learners: readonly string[],
  remove: readonly string[],
): ChangeMembersOperation => ({ type: 'change_members', add, learners, remove, ifIndex: null });

/** One by one and several at once; what is so already, what cannot be, and the leader itself. */
const CHANGES = [
  change([], ['n4'], []),
  change(['n4'], [], []),
  change(['n4'], [], ['n3']),
  change([], [], ['n1']),
  change([], [], ['n2']),
  change([], [], ['n2', 'n3']),
  change([], [], ['n1', 'n2', 'n3', 'n4']),
  change(['n9'], [], []),
  change([], ['n2'], []),
  change([], [], ['n4', 'n9']),
];

const members = (
  voters: readonly string[],
  outgoing: readonly string[] = [],
  learners: readonly string[] = [],
): Membership => ({ voters, outgoing, learners });
const MEMBERSHIPS = [
  members(['n1', 'n2', 'n4'], ['n1', 'n2', 'n3']),
  members(['n2', 'n3'], ['n1', 'n2', 'n3']),
  members(['n2', 'n3']),
  members(['n1', 'n2', 'n3'], [], ['n4']),
];

const WIDE: Bounds = { maxTerm: 60, maxIndex: 40, maxRound: 20, speakers: ['n2', 'n3'] };
const MOVING: Bounds = { ...WIDE, speakers: ['n2', 'n3', 'n4'], changes: CHANGES, memberships: MEMBERSHIPS };
/** A node that is to join a cluster, one that is learning, and one that comes back in the middle of a change. */
const JOINING: RaftInput = { id: 'n1', voters: [], seed: 7 };
const LEARNING: RaftInput = {
  ...JOINING,
  restored: { ...RESTORED, entries: [old(1), moved(members(['n2', 'n3'], [], ['n1']))] },
};
const IN_CHANGE: RaftInput = {
  ...cluster(3),
  restored: { ...RESTORED, entries: [old(1), moved(members(['n1', 'n4'], ['n1', 'n2', 'n3']))] },
};
const LEAVING: RaftInput = {
  ...cluster(3),
  restored: { ...RESTORED, entries: [old(1), moved(members(['n2', 'n3'], ['n1', 'n2', 'n3']))] },
};

const SHRINKING: RaftInput = {
  ...cluster(3),
  restored: { ...RESTORED, entries: [old(1), moved(members(['n1'], ['n1', 'n2', 'n3']))] },
};

/** A leader's word in term 0, which is where these nodes begin. */
const heartbeat: AppendRequest = {
  type: 'append.request',
  from: 'n2',
  term: 0,
  prevIndex: 0,
  prevTerm: 0,
  entries: [],
  commitIndex: 0,
  round: 0,
};

/** A chunk of a snapshot that nobody could have in term 0; but what is of interest is who sends it. */
const chunkOf = (from: string, after: string | null, next: string | null): SnapshotRequest => ({
  type: 'snapshot.request',
  from,
  term: 0,
  checkpoint: { index: 5, term: 0, membership: members(['n1', 'n2', 'n3']) },
  after,
  items: [],
  next,
  round: 0,
});

/** What leading consists of, and what elections do: everything else would soon end an office, or passes it by. */
const LEADING = [
  'turn.ended',
  'heartbeat.timeout',
  'append.response',
  'requests.proposed',
  'transfer.requested',
  'change.requested',
  'term.seen',
];
const ELECTION = ['election.timeout', 'prevote.response', 'vote.response'];

/** A node that gets into office and stays there for long. */
function inOffice(bounds: Bounds, inputs: readonly RaftInput[]): Model<Machine> {
  const model = raftDomain(bounds, inputs);
  return {
    ...model,
    *events(snapshot) {
      const kinds = snapshot.matches('leader') ? LEADING : ELECTION;
      for (const event of model.events(snapshot)) {
        const isRefusal = 'granted' in event && !event.granted;
        const endsOffice = event.type === 'term.seen' && !isDefended('leader.serving', event);
        if (kinds.includes(event.type) && !isRefusal && !endsOffice) yield event;
      }
    },
  };
}

const NOT_ALONE =
  'its own write commits and confirms something only for a leader without followers, and that one can hand over to nobody';
const NO_CHANGE =
  'whoever has no change on its way is led on to serving within the same step, and nothing happens on entering either';
const PASSES_THROUGH =
  'whoever is established is led on to serving within the same step, and nothing happens on entering either';

const subject: Subject<Machine> = {
  machine: raftMachine,
  worlds: [
    { model: raftDomain({ maxTerm: 2, maxIndex: 2, maxRound: 1, speakers: [] }, [cluster(1)]), states: 42 },
    {
      model: raftDomain({ maxTerm: 1, maxIndex: 1, maxRound: 0, speakers: ['n2'] }, [cluster(2)]),
      states: 63,
    },
  ],
  walks: [
    { model: raftDomain(WIDE, [1, 2, 3, 5].map(cluster)), seed: 3, count: 60, steps: 150 },
    {
      model: inOffice(WIDE, [{ ...cluster(3), restored: RESTORED }, cluster(1), cluster(5)]),
      seed: 6,
      count: 30,
      steps: 120,
    },
    { model: raftDomain(MOVING, [cluster(3), JOINING, LEARNING]), seed: 3, count: 40, steps: 150 },
    { model: inOffice(MOVING, [cluster(3), cluster(1), IN_CHANGE, LEAVING]), seed: 6, count: 60, steps: 200 },
    { model: sending(WIDE), seed: 4, count: 30, steps: 150 },
    { model: compacting(WIDE), seed: 5, count: 30, steps: 100 },
    { model: changing(MOVING, [IN_CHANGE, LEAVING, SHRINKING]), seed: 7, count: 30, steps: 60 },
  ],
  reference: raftReference,
  alarms: [
    // Two leaders in one term, whether the second one's log agrees with this node's or not.
    {
      input: cluster(3),
      events: [
        { ...heartbeat, from: 'n2' },
        { ...heartbeat, from: 'n3' },
      ],
    },
    {
      input: cluster(3),
      events: [
        { ...heartbeat, from: 'n2' },
        { ...heartbeat, from: 'n3', prevIndex: 5, prevTerm: 1 },
      ],
    },
    { input: cluster(3), events: [{ ...heartbeat, from: 'n2' }, chunkOf('n3', null, 'a')] },
    { input: cluster(3), events: [{ ...heartbeat, from: 'n2' }, chunkOf('n3', 'a', 'b')] },
  ],
  harmless: {
    'follower.waiting election.timeout #1 [isAlone]: without announceLeader':
      'nobody was known to lead, and that this node does is told within the same step',
  },
  equivalent: {
    '(root) message.stale #1 [needsTerm]: without needsTerm':
      'whoever needs no answer gets none from answerWithTerm either: the guard shows it in the chart',
    'follower.waiting election.timeout #1 [isAlone]: without requestVotes':
      'a node on its own has nobody to ask: the action says that this is a campaign like any other',
    'leader turn.ended: without serveReads':
      'a leader that is being established has no round of reads to serve',
    'leader.transferring turn.ended: without applyCommitted': NOT_ALONE,
    'leader.transferring turn.ended: without serveReads': NOT_ALONE,
    'follower.following vote.request #2: removed':
      'without it the root answers, whose guard is the same one and whose refusal is the same',
    'leader turn.ended: leads to leader.establishing':
      'only establishing hears it here (the others have a handler of their own), and it leads back to where it is',
    'leader.serving requests.proposed [isForThisTerm]: leads to leader.establishing': PASSES_THROUGH,
    'leader.serving turn.ended: leads to leader.establishing': PASSES_THROUGH,
    'leader.serving change.requested #2 [changesNothing]: leads to leader.establishing': PASSES_THROUGH,
    'leader change.requested #2: removed': 'without it the root counts what is passed over, in the same way',
    'leader transfer.requested #2: removed':
      'without it the root counts what is passed over, in the same way',
    'leader.establishing (always) #2 [isEstablished]: leads to leader.changing': NO_CHANGE,
    'leader.serving requests.proposed [isForThisTerm]: leads to leader.changing': NO_CHANGE,
    'leader.serving turn.ended: leads to leader.changing': NO_CHANGE,
    'leader.serving change.requested #2 [changesNothing]: leads to leader.changing': NO_CHANGE,
    'leader.transferring transfer.timeout: leads to leader.establishing': PASSES_THROUGH,
  },
};

export const raftTests = chartTests<Machine>(subject);
export const raftSubject = subject;
