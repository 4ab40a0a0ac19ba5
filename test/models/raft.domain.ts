import type { EventFromLogic, SnapshotFrom } from 'xstate';
import type { ChangeMembersOperation } from '../../machines/operations.ts';
import type { RaftContext, RaftInput } from '../../machines/raft/context.ts';
import type { AppendRequest, AppendResponse, Entry, SnapshotResponse } from '../../machines/raft/events.ts';
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
  yield* chunks(snapshot, bounds);
  yield* disk(snapshot);
  yield* adminRequests(snapshot, bounds);
}

/** A chunk of a snapshot that the leader of the term may send: of what is committed there, whatever is here. */
function chunks({ context }: Snapshot, { speakers, maxIndex }: Bounds): Event[] {
  const { settings, peers, term, leader, log, commitIndex, snapshots, membership } = context;
  const { incoming } = snapshots;
  if (term === 0 || leader === settings.id) return [];
  const last = lastIndex(log);
  // What this leader itself has sent can no snapshot of it contradict.
  const isOther = last > commitIndex && lastTerm(log) < term;
  const offers = [
    { index: commitIndex, term: knownTerm(context, commitIndex) },
    { index: last, term: lastTerm(log) },
    { index: last + 1, term },
    { index: last + 2, term },
    ...(isOther ? [{ index: last, term }] : []),
    ...(incoming === null ? [] : [{ index: incoming.index, term: incoming.term }]),
  ].filter(({ index }) => index > 0 && index <= maxIndex);
  const places = [
    { after: null, next: 'a' },
    { after: null, next: null },
    { after: 'a', next: null },
    { after: 'b', next: 'c' },
  ];
  const said = new Set(offers.map(({ index, term: of }) => `${index} ${of}`));
  return speakers
    .filter((from) => peers.includes(from) && (leader === null || leader === from))
    .flatMap((from) =>
      [...said].flatMap((offer) => {
        const [index, of] = offer.split(' ').map(Number) as [number, number];
        const checkpoint = { index, term: of, membership };
        return places.map(
          ({ after, next }): Event => ({
            type: 'snapshot.request',
            from,
            term,
            checkpoint,
            after,
            items: [[next ?? 'z', 1]],
            next,
            round: 0,
          }),
        );
      }),
    );
}

/** Of the node's own disk, and of whoever reads from it. */
function disk({ context }: Snapshot): Event[] {
  const { checkpointing } = context.snapshots;
  return [
    { type: 'checkpoint.durable', index: checkpointing?.index ?? 0 },
    { type: 'checkpoint.durable', index: 99 },
    { type: 'snapshot.unavailable', to: 'n2' },
    { type: 'snapshot.unavailable', to: 'n9' },
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
  origin: { node: 'n2', incarnation: 1, floor: 1 },
  number: 1,
  bytes: 100,
});

const memberEntry = (term: number, membership: Membership): Entry => ({
  term,
  op: { type: 'members', membership },
  origin: null,
  number: 0,
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
  const by = [
    'append.request',
    'append.response',
    'vote.request',
    'prevote.request',
    'snapshot.request',
  ] as const;
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
        {
          ...message,
          prevIndex: commitIndex,
          prevTerm: knownTerm(context, commitIndex),
          entries: [entry(term)],
        },
      );
    }
  }
  return events;
}

function appendRequest(context: RaftContext, from: string, prevIndex: number, count: number): AppendRequest {
  const { log, term, commitIndex } = context;
  const termOf = (index: number) => (index <= lastIndex(log) ? knownTerm(context, index) : term);
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

/** Of what is not known any more, any term will do that terms may have had there. */
function knownTerm({ log }: RaftContext, index: number): number {
  return termAt(log, index === 0 ? 0 : Math.max(index, log.base.index));
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
      // Somebody whose log is empty, which matters where the beginning of this one is gone.
      ...(log.base.index === 0
        ? []
        : [{ ...answer, success: false, index: told, conflict: { term: 0, index: 1 }, round: 0 } as const]),
    ];
  });
  return [...votes, ...answers, ...['n9', ...speakers].flatMap((from) => answersToChunks(snapshot, from))];
}

/** A follower says which chunk it wants next, of the snapshot that it was sent or of an earlier one, or that it has it all. */
function answersToChunks({ context: { term, progress, reads } }: Snapshot, from: string): SnapshotResponse[] {
  const known = progress[from];
  const sent = known?.transfer?.checkpoint ?? { index: known?.match ?? 0, term: 0 };
  const answer = { type: 'snapshot.response', from, term } as const;
  const ofThis = { ...answer, index: sent.index, snapshotTerm: sent.term };
  return [
    { ...ofThis, next: null, done: false, round: reads.round },
    { ...ofThis, next: 'a', done: false, round: 0 },
    { ...ofThis, snapshotTerm: sent.term + 1, next: 'a', done: false, round: 0 },
    { ...ofThis, next: null, done: true, round: 0 },
    { ...answer, index: sent.index + 1, snapshotTerm: sent.term, next: 'a', done: false, round: 0 },
  ];
}

/** Of clients and operators, and of the leader that wants to be followed. */
function wishes({ context }: Snapshot, { maxIndex, maxRound }: Bounds): Event[] {
  const { term, log, reads, leader } = context;
  const origin = { node: 'n1', incarnation: 1, floor: 1 };
  const write = (of: number): Event => {
    const op = { type: 'write', key: 'x', value: 1 } as const;
    const entries = [{ term: of, op, origin, number: 1, bytes: 100 }];
    return { type: 'requests.proposed', from: 'n1', term: of, entries, reads: [] };
  };
  const reading = [{ origin, number: 2, op: { type: 'read', key: 'x' } }] as const;
  const read: Event = { type: 'requests.proposed', from: 'n1', term, entries: [], reads: reading };
  const events: Event[] = ['n1', 'n2', 'n9'].map((to) => ({ type: 'transfer.requested', to }));
  if (leader !== context.settings.id) events.push({ type: 'campaign.request', from: leader ?? 'n2', term });
  events.push(write(term + 1));
  if (lastIndex(log) < maxIndex) events.push(write(term));
  if (reads.round + reads.waiting.length < maxRound) events.push(read);
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
  const { checkpoint, checkpointing, appliedBytes, incoming } = context.snapshots;
  const terms = log.entries
    .slice(0, log.length - log.base.index)
    .map((one) => `${one.term}${one.op === null ? 'n' : ''}`);
  const ballots = Object.entries(votes).sort();
  const { round, pending, waiting } = reads;
  return JSON.stringify([
    value,
    [term, votedFor, leader, transferee],
    [log.base, terms.join(), stableIndex, commitIndex],
    [checkpoint?.index, checkpointing?.index, appliedBytes, incoming],
    ballots,
    Object.values(progress),
    [round, pending.map((one) => [one.round, one.index, one.reads.length]), waiting.length],
    [context.asked, context.memberships],
  ]);
}
