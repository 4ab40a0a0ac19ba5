import type { EventFromLogic, SnapshotFrom } from 'xstate';
import type { ChangeMembersOperation } from '../../machines/operations.ts';
import type { RaftContext, RaftInput } from '../../machines/raft/context.ts';
import type { AppendRequest, AppendResponse, Entry } from '../../machines/raft/events.ts';
import { lastIndex, lastTerm, termAt } from '../../machines/raft/log.ts';
import type { Membership } from '../../machines/raft/membership.ts';
import { raftMachine } from '../../machines/raft/raft.machine.ts';
import type { Model } from '../../src/testing/index.ts';

/** How far the model of a raft node reaches. */
export type Bounds = {
  readonly maxTerm: number;
  readonly maxIndex: number;
  readonly maxRound: number;
  /** Who speaks of logs; whoever votes is not bounded by this. */
  readonly speakers: readonly string[];
  /** What operators ask for, and what memberships leaders make; without these, members do not change. */
  readonly changes?: readonly ChangeMembersOperation[];
  readonly memberships?: readonly Membership[];
};

/**
 * What may happen to one node of a cluster, given what it knows: everything that the others could truthfully say.
 * Nobody leads a term that has a leader, acknowledges what was never sent, or contradicts what is committed.
 */
export function raftDomain(bounds: Bounds, inputs: readonly RaftInput[]): Model<typeof raftMachine> {
  return {
    machine: raftMachine,
    inputs,
    *events(snapshot) {
      for (const event of possible(snapshot, bounds)) {
        if (snapshot.context.term < bounds.maxTerm || !campaigns(event)) yield event;
      }
    },
    serialize,
  };
}

function* possible(snapshot: Snapshot, bounds: Bounds): Iterable<Event> {
  yield* timers();
  yield* laterTerms(snapshot, bounds);
  yield* stale(snapshot);
  yield* ballots(snapshot);
  yield* appends(snapshot, bounds);
  yield* acknowledgements(snapshot, bounds);
  yield* wishes(snapshot, bounds);
  yield* snapshots(snapshot);
  yield* adminRequests(snapshot, bounds);
}

const NOBODY_ELSE = { voters: ['n1', 'n2'], outgoing: [], learners: [] };

/** Of snapshots, which nobody has asked for. */
function snapshots({ context: { term } }: Snapshot): Event[] {
  const checkpoint = { index: 1, term: 1, membership: NOBODY_ELSE };
  const chunk = { checkpoint, after: null, items: [], next: null, round: 0 };
  const answer = { index: 1, snapshotTerm: 1, next: null, done: true, round: 0 };
  return [
    { type: 'snapshot.request', from: 'n2', term, ...chunk },
    { type: 'snapshot.response', from: 'n2', term, ...answer },
    { type: 'snapshot.unavailable', to: 'n2' },
    { type: 'checkpoint.durable', index: 1 },
  ];
}

/** What may open another term. */
function campaigns({ type }: Event): boolean {
  return type === 'election.timeout' || type === 'campaign.request' || type === 'prevote.response';
}

type Snapshot = SnapshotFrom<typeof raftMachine>;
type Event = EventFromLogic<typeof raftMachine>;

const entry = (term: number): Entry => ({
  term,
  op: { type: 'write', key: 'x', value: term },
  origin: { node: 'n2', incarnation: 1, number: 1, floor: 1 },
  bytes: 100,
});

const memberEntry = (term: number, membership: Membership): Entry => ({
  term,
  op: { type: 'members', membership },
  origin: null,
  bytes: 150,
});

function timers(): Event[] {
  const names = ['election', 'heartbeat', 'quorum', 'transfer'] as const;
  return [{ type: 'turn.ended' }, ...names.map((name) => ({ type: `${name}.timeout` }) as const)];
}

function laterTerms({ context }: Snapshot, { maxTerm }: Bounds): Event[] {
  const term = context.term + 1;
  if (term > maxTerm) return [];
  const by = ['append.request', 'prevote.request', 'prevote.response'] as const;
  return [
    ...by.map((type) => ({ type: 'term.seen', from: 'n2', term, by: type, transfer: false }) as const),
    ...[true, false].map(
      (transfer) => ({ type: 'term.seen', from: 'n3', term, by: 'vote.request', transfer }) as const,
    ),
  ];
}

function stale({ context }: Snapshot): Event[] {
  if (context.term === 0) return [];
  const by = ['append.request', 'append.response', 'vote.request', 'prevote.request'] as const;
  return by.map((type) => ({ type: 'message.stale', from: 'n2', term: context.term - 1, by: type }));
}

function ballots({ context }: Snapshot): Event[] {
  const { term, log } = context;
  const own = { lastIndex: lastIndex(log), lastTerm: lastTerm(log) };
  const behind = { lastIndex: Math.max(0, own.lastIndex - 1), lastTerm: Math.max(0, own.lastTerm - 1) };
  return [own, behind].flatMap((candidate) => [
    { type: 'vote.request', from: 'n2', term, ...candidate, transfer: false } as const,
    { type: 'prevote.request', from: 'n3', term, ...candidate } as const,
  ]);
}

/** What the leader of the term may send: it agrees with everything committed here, whatever else it has. */
function appends({ context, value }: Snapshot, { speakers, maxIndex, memberships = [] }: Bounds): Event[] {
  const { settings, peers, term, leader, log, commitIndex } = context;
  if (term === 0 || leader === settings.id || typeof value !== 'object') return [];
  const last = lastIndex(log);
  const events: Event[] = [];
  for (const from of speakers.filter((one) => peers.includes(one))) {
    if (leader !== null && leader !== from) continue;
    for (const prevIndex of new Set([0, commitIndex, last - 1, last, last + 1])) {
      if (prevIndex < 0 || prevIndex > maxIndex) continue;
      for (const count of [0, 1, 2]) {
        if (prevIndex + count > maxIndex) continue;
        events.push(appendRequest(context, from, prevIndex, count));
      }
    }
    if (last < maxIndex) {
      const message = appendRequest(context, from, last, 0);
      for (const membership of memberships) {
        events.push({ ...message, entries: [memberEntry(term, membership)], commitIndex });
      }
    }
    // Another log from the end of what is committed on: mine has to give way.
    if (last > commitIndex && lastTerm(log) < term) {
      const message = { type: 'append.request', from, term, commitIndex, round: 0 } as const;
      events.push(
        { ...message, prevIndex: last, prevTerm: term, entries: [] },
        { ...message, prevIndex: commitIndex, prevTerm: termAt(log, commitIndex), entries: [entry(term)] },
      );
    }
  }
  return events;
}

function appendRequest(context: RaftContext, from: string, prevIndex: number, count: number): AppendRequest {
  const { log, term, commitIndex } = context;
  const termOf = (index: number) => (index <= lastIndex(log) ? termAt(log, index) : term);
  const entries = Array.from({ length: count }, (_, i) => entry(termOf(prevIndex + 1 + i)));
  return {
    type: 'append.request',
    from,
    term,
    prevIndex,
    prevTerm: prevIndex === 0 ? 0 : termOf(prevIndex),
    entries,
    // A leader may know more to be committed than this message shows to be the same here.
    commitIndex: Math.max(commitIndex, count === 0 ? lastIndex(log) : prevIndex + count),
    round: 0,
  };
}

function acknowledgements(snapshot: Snapshot, { speakers }: Bounds): Event[] {
  const { term, log, stableIndex, progress, reads, peers } = snapshot.context;
  const votes = peers.flatMap((from) =>
    [true, false].flatMap((granted) => [
      { type: 'vote.response', from, term, granted } as const,
      { type: 'prevote.response', from, term, granted } as const,
    ]),
  );
  const answers = ['n9', ...speakers].flatMap((from): AppendResponse[] => {
    const known = progress[from];
    const told = Math.min(stableIndex, (known?.next ?? 1) - 1);
    const answer = { type: 'append.response', from, term } as const;
    const good = { ...answer, success: true, conflict: null } as const;
    return [
      { ...good, index: Math.max(told, known?.match ?? 0), round: reads.round },
      { ...good, index: known?.match ?? 0, round: 0 },
      {
        ...answer,
        success: false,
        index: told,
        conflict: { term: 0, index: Math.min(told, lastIndex(log)) },
        round: 0,
      },
    ];
  });
  return [...votes, ...answers];
}

/** Of clients and operators, and of the leader that wants to be followed. */
function wishes({ context }: Snapshot, { maxIndex, maxRound }: Bounds): Event[] {
  const { term, log, reads, leader } = context;
  const proposal = { type: 'requests.proposed', from: 'n1', incarnation: 1, floor: 1 } as const;
  const write = {
    ...proposal,
    requests: [{ number: 1, op: { type: 'write', key: 'x', value: 1 }, bytes: 100 }],
  } as const;
  const read = { ...proposal, requests: [{ number: 2, op: { type: 'read', key: 'x' }, bytes: 50 }] } as const;
  const events: Event[] = ['n1', 'n2', 'n9'].map((to) => ({ type: 'transfer.requested', to }));
  if (leader !== context.settings.id) events.push({ type: 'campaign.request', from: leader ?? 'n2', term });
  events.push({ ...write, term: term + 1 });
  if (lastIndex(log) < maxIndex) events.push({ ...write, term });
  if (reads.round + reads.waiting.length < maxRound) events.push({ ...read, term });
  return events;
}

/** Of operators: news, a copy of what was asked before, and what was meant for another leadership. */
function adminRequests({ context }: Snapshot, { maxIndex, changes }: Bounds): Event[] {
  if (changes === undefined) return [];
  const { term, asked, log, memberships } = context;
  const node = 'n2';
  const number = asked[node]?.number ?? 0;
  const by = { node, term, incarnation: 1, number: number + 1 };
  const [change] = changes;
  const events: Event[] = ['n1', 'n2', 'n4', 'n9'].map((to) => ({ type: 'transfer.requested', to, by }));
  if (change === undefined) return events;
  const request = { type: 'change.requested', floor: 1 } as const;
  events.push({ ...request, by: { ...by, term: term + 1 }, change });
  if (number > 0) {
    events.push({ ...request, by: { ...by, number }, change });
    events.push({ type: 'transfer.requested', to: 'n2', by: { ...by, number } });
  }
  if (lastIndex(log) >= maxIndex) return events;
  const outdated = { ...change, ifIndex: Math.max(0, (memberships.at(-1)?.index ?? 0) - 1) };
  return [...events, ...[...changes, outdated].map((one) => ({ ...request, by, change: one }))];
}

/** Everything but the generator's state, the wait drawn from it, counters, and the decision of the moment. */
function serialize({ value, context }: Snapshot): string {
  const { term, votedFor, leader, log, stableIndex, commitIndex, votes, progress, reads, transferee } =
    context;
  const terms = log.entries.slice(0, log.length).map((one) => `${one.term}${one.op === null ? 'n' : ''}`);
  const ballots = Object.entries(votes).sort();
  const { round, pending, waiting } = reads;
  return JSON.stringify([
    value,
    [term, votedFor, leader, transferee],
    [terms.join(), stableIndex, commitIndex],
    ballots,
    Object.values(progress),
    [round, pending.map((one) => [one.round, one.index, one.reads.length]), waiting.length],
    [context.asked, context.memberships],
  ]);
}
