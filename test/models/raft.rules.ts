import assert from 'node:assert/strict';
import type { RaftContext } from '../../machines/raft/context.ts';
import type { RaftEffect, RaftEvent } from '../../machines/raft/events.ts';
import type { raftMachine } from '../../machines/raft/raft.machine.ts';
import type { Look } from '../../src/testing/index.ts';
import {
  answersOperators,
  goesByItsLog,
  isHandedOver,
  isSettled,
  membershipsAppended,
  verdictOn,
} from './raft.changes.ts';
import {
  decides,
  entriesBetween,
  entriesOf,
  isDefended,
  isGranted,
  isMatching,
  type Part,
  termOf,
  voters,
  votes,
} from './raft.parts.ts';
import { answerToChunk, receiptOf, SNAPSHOT_RULES } from './raft.snapshots.ts';

/** One step of one node, and which part it played before and plays after. */
export type Seen = Look<typeof raftMachine> & { readonly from: Part; readonly to: Part };
type Sent = Extract<RaftEffect, { type: 'send' }>;

/** What the paper and the thesis say of any step of one node, each in a function that throws when it is not so. */
export const RULES: readonly ((seen: Seen) => void)[] = [
  keepsTermVoteAndLeader,
  answersRequests,
  asksForVotes,
  copiesItsLog,
  countsWhatItPassesOver,
  takesWhatIsAsked,
  takesEntriesOfItsLeader,
  commitsWhatAMajorityHolds,
  losesOfficeWhole,
  readsInRounds,
  checksItsQuorum,
  isNotMovedByCampaigns,
  countsAnew,
  goesByItsLog,
  answersOperators,
  ...SNAPSHOT_RULES,
];

const leads = (part: Part) => part.startsWith('leader');

function sends(effects: readonly RaftEffect[]): readonly Sent[] {
  return effects.filter((effect): effect is Sent => effect.type === 'send');
}

function isAdopting({ from, event }: Seen): boolean {
  return event.type === 'term.seen' && !isDefended(from, event);
}

/** A campaign begins a term; in a cluster of one it is won at once. */
function opensTerm({ from, to, event }: Seen): boolean {
  if (from === to || event.type === 'vote.response') return false;
  return to === 'candidate.vote' || to === 'leader.establishing';
}

/** Paper 5.1 and 5.2: terms only grow, one vote a term, one leader a term. */
function keepsTermVoteAndLeader(seen: Seen): void {
  const { before, event, after, from, to } = seen;
  const { settings, term, votedFor, leader } = before.context;
  const expected = { term, votedFor, leader };
  if (event.type === 'term.seen' && isAdopting(seen)) {
    Object.assign(expected, { term: event.term, votedFor: null, leader: null });
  } else if (from !== to) expected.leader = null;
  if (opensTerm(seen)) Object.assign(expected, { term: term + 1, votedFor: settings.id });
  if (event.type === 'vote.request' && isGranted(from, before.context, event)) expected.votedFor = event.from;
  if (event.type === 'append.request' || event.type === 'snapshot.request') expected.leader = event.from;
  if (leads(to)) expected.leader = settings.id;
  const { context } = after;
  assert.deepEqual({ term: context.term, votedFor: context.votedFor, leader: context.leader }, expected);
}

/** Whoever asks is answered, once, in the term of the answer; nobody else is. */
function answersRequests({ before, event, after, effects, from }: Seen): void {
  const said = sends(effects)
    .filter(({ message }) => message.type.endsWith('.response'))
    .map(({ to, message }) => ({ to, ...message, ...('conflict' in message ? { conflict: null } : {}) }));
  assert.deepEqual(said, expectedAnswers(before.context, event, from, after.context.term));
}

function expectedAnswers(context: RaftContext, event: RaftEvent, part: Part, term: number): unknown[] {
  const ballot = { 'vote.request': 'vote.response', 'prevote.request': 'prevote.response' } as const;
  switch (event.type) {
    case 'vote.request':
    case 'prevote.request': {
      const granted = isGranted(part, context, event);
      return [{ to: event.from, type: ballot[event.type], term, granted }];
    }
    case 'append.request': {
      const success = isMatching(context, event);
      const index = event.prevIndex + (success ? event.entries.length : 0);
      return [
        { to: event.from, type: 'append.response', term, success, index, conflict: null, round: event.round },
      ];
    }
    case 'snapshot.request':
      return [answerToChunk(context, event, term)];
    case 'message.stale': {
      const to = event.from;
      if (event.by === 'append.request') {
        return [{ to, type: 'append.response', term, success: false, index: 0, conflict: null, round: 0 }];
      }
      if (event.by === 'snapshot.request') {
        const nothing = { index: 0, snapshotTerm: 0, next: null, done: false, round: 0 };
        return [{ to, type: 'snapshot.response', term, ...nothing }];
      }
      if (event.by !== 'vote.request' && event.by !== 'prevote.request') return [];
      return [{ to, type: ballot[event.by], term, granted: false }];
    }
    default:
      return [];
  }
}

/** A pre-vote begins on entering it, and again when its time is over. */
function asksAnew({ from, to, event }: Seen): boolean {
  return to === 'candidate.preVote' && (from !== to || event.type === 'election.timeout');
}

/** Each campaign counts its own answers: what was said to an earlier one is not said to this one. */
function countsAnew(seen: Seen): void {
  const { after, to } = seen;
  const { votes, settings } = after.context;
  if (asksAnew(seen) || (opensTerm(seen) && !leads(to))) assert.deepEqual(votes, { [settings.id]: true });
}

/** Thesis 4.2.2: a leader goes when a membership without it is committed. */
function isResigning({ before, event, from }: Seen): boolean {
  const { context } = before;
  return event.type === 'turn.ended' && from === 'leader.changing' && isSettled(context) && !votes(context);
}

/** Paper 5.2, thesis 9.6 and 3.10: who asks for votes asks everyone, once a campaign; who hands over asks its heir. */
function asksForVotes(seen: Seen): void {
  const { before, event, after, effects, from } = seen;
  const { log, settings, transferee, progress, membership } = before.context;
  const { term } = after.context;
  const last = { lastIndex: log.length, lastTerm: termOf(before.context, log.length) };
  const expected: unknown[] = [];
  const asksAhead = asksAnew(seen);
  for (const peer of voters(before.context).filter((node) => node !== settings.id)) {
    if (asksAhead) expected.push([peer, { type: 'prevote.request', term, ...last }]);
    const transfer = event.type === 'campaign.request';
    if (opensTerm(seen)) expected.push([peer, { type: 'vote.request', term, ...last, transfer }]);
  }
  const handsOver = event.type === 'turn.ended' && from === 'leader.transferring' && transferee !== null;
  if (handsOver && progress[transferee]?.match === log.length) {
    expected.push([transferee, { type: 'campaign.request', term }]);
  }
  if (isResigning(seen)) {
    const match = (node: string) => progress[node]?.match ?? 0;
    const best = Math.max(...membership.voters.map(match));
    const heir = membership.voters.find((node) => match(node) === best);
    expected.push([heir, { type: 'campaign.request', term: before.context.term }]);
  }
  const asks = ['prevote.request', 'vote.request', 'campaign.request'];
  const said = sends(effects).filter(({ message }) => asks.includes(message.type));
  assert.deepEqual(
    said.map((one) => [one.to, one.message]),
    expected,
  );
}

/** Paper 5.3: a leader sends what stands in its log, at the end of a turn; a heartbeat leaves nobody out. */
function copiesItsLog({ before, event, after, effects, from, to: part }: Seen): void {
  const { term } = after.context;
  // A leader whose last turn this is has no reads any more.
  const { reads } = leads(part) ? after.context : before.context;
  const told = new Set(effects.flatMap((effect) => (effect.type === 'snapshot.send' ? [effect.to] : [])));
  for (const { to, message } of sends(effects)) {
    if (message.type !== 'append.request') continue;
    told.add(to);
    assert.ok(leads(from) && event.type === 'turn.ended', 'only a leader sends its log, when its turn ends');
    const { prevIndex, prevTerm, entries, round } = message;
    assert.deepEqual([message.term, round], [term, reads.round]);
    assert.equal(prevTerm, termOf(after.context, prevIndex));
    assert.deepEqual(entries, entriesBetween(after.context, prevIndex + 1, prevIndex + entries.length));
  }
  const due = (context: RaftContext) => context.peers.filter((peer) => context.progress[peer]?.due);
  if (leads(from) && event.type === 'turn.ended') {
    for (const peer of due(before.context)) assert.ok(told.has(peer), `${peer} is due a message`);
    assert.deepEqual(due(after.context), []);
  }
  if (leads(from) && event.type === 'heartbeat.timeout') {
    assert.deepEqual(due(after.context), after.context.peers);
  }
}

/** Nothing is dropped in silence: what a part has no use for is counted. */
function countsWhatItPassesOver({ before, event, after, from }: Seen): void {
  const expected = { ...before.context.dropped };
  if (event.type === 'message.stale') expected.stale += 1;
  if (event.type === 'term.seen' && isDefended(from, event)) expected.disruptive += 1;
  if (isUnexpected(event, from, before.context)) expected.unexpected += 1;
  assert.deepEqual(after.context.dropped, expected);
}

function isUnexpected(event: RaftEvent, part: Part, context: RaftContext): boolean {
  switch (event.type) {
    case 'requests.proposed':
      return !isTaken(event, part, context);
    case 'append.response':
    case 'snapshot.response':
      return !leads(part) || !context.peers.includes(event.from);
    case 'vote.response':
      return part !== 'candidate.vote';
    case 'prevote.response':
      return part !== 'candidate.preVote';
    case 'campaign.request':
      return !part.startsWith('follower') || !votes(context);
    case 'transfer.requested':
      if (part === 'leader.serving' && isHandedOver(context, event)) return false;
      return !leads(part) || isCopy(context, event);
    case 'change.requested':
      return verdictOn(part, context, event) === 'passed over';
    case 'election.timeout':
      return leads(part);
    case 'heartbeat.timeout':
    case 'quorum.timeout':
      return !leads(part);
    case 'transfer.timeout':
      return part !== 'leader.transferring';
    case 'snapshot.unavailable':
      return !leads(part) || !context.progress[event.to]?.transfer;
    case 'checkpoint.durable':
      return context.snapshots.checkpointing?.index !== event.index;
    default:
      return false;
  }
}

function isCopy(context: RaftContext, event: Extract<RaftEvent, { type: 'transfer.requested' }>): boolean {
  const { by } = event;
  const last = by === undefined ? undefined : context.asked[by.node];
  return by?.term !== context.term || (last !== undefined && by.number <= last.number);
}

/** Thesis 3.10: a leader takes what was meant for its term, unless it hands over. */
function isTaken(
  event: Extract<RaftEvent, { type: 'requests.proposed' }>,
  part: Part,
  { term }: RaftContext,
) {
  return leads(part) && part !== 'leader.transferring' && event.term === term;
}

/** Writes go to the end of the log, reads to the queue; a new leader opens its term with an entry of its own (paper 8). */
function takesWhatIsAsked(seen: Seen): void {
  const { before, event, after, from, to } = seen;
  if (event.type === 'append.request' || event.type === 'snapshot.request') return;
  const { log, term } = after.context;
  const grown = entriesBetween(after.context, before.context.log.length + 1, log.length).map((entry) => [
    entry.term,
    entry.op,
  ]);
  const taken =
    event.type === 'requests.proposed' && isTaken(event, from, before.context)
      ? event
      : { entries: [], reads: [] };
  const writes = taken.entries.map(({ op }) => [term, op]);
  const changes = membershipsAppended(seen).map((membership) => [term, { type: 'members', membership }]);
  assert.deepEqual(grown, leads(to) && !leads(from) ? [[term, null]] : [...writes, ...changes]);
  if (leads(from) && leads(to) && (event.type === 'requests.proposed' || event.type === 'change.requested')) {
    const isConfirmed =
      event.type === 'change.requested' && verdictOn(from, before.context, event) === 'so already';
    const reads = taken.reads.length + (isConfirmed ? 1 : 0);
    assert.equal(after.context.reads.waiting.length, before.context.reads.waiting.length + reads);
  }
  if (from !== to && event.type === 'transfer.requested') {
    assert.equal(after.context.transferee, event.to);
  } else if (to !== 'leader.transferring') assert.equal(after.context.transferee, null);
}

/** Paper figure 2, AppendEntries 3 and 4: only what disagrees is cut. */
function takesEntriesOfItsLeader({ before, event, after }: Seen): void {
  if (event.type !== 'append.request') return;
  const { prevIndex, entries } = event;
  const { index: base } = before.context.log.base;
  // What was compacted away was committed, and so is the same everywhere.
  const differs = entries.findIndex(({ term }, i) => {
    const index = prevIndex + 1 + i;
    return index > base && termOf(before.context, index) !== term;
  });
  const isKept = !isMatching(before.context, event) || differs < 0;
  const kept = isKept ? before.context.log.length : prevIndex + differs;
  const rest = isKept ? [] : entries.slice(differs);
  assert.deepEqual(entriesOf(after.context), [...entriesBetween(before.context, base + 1, kept), ...rest]);
}

/** Paper 5.3 and 5.4.2: what a majority holds and is of the leader's own term; for others, what it told and they hold. */
function commitsWhatAMajorityHolds({ before, event, after, from }: Seen): void {
  const { commitIndex: committed } = before.context;
  const { log, term, progress, stableIndex, commitIndex } = after.context;
  // Whether it is here already or installed: a snapshot is of what is committed.
  if (event.type === 'snapshot.request') {
    const told = receiptOf(before.context, event).done ? event.checkpoint.index : 0;
    return assert.equal(commitIndex, Math.max(committed, told));
  }
  if (event.type === 'append.request') {
    const held = event.prevIndex + event.entries.length;
    const told = isMatching(before.context, event) ? Math.min(event.commitIndex, held) : 0;
    return assert.equal(commitIndex, Math.max(committed, told));
  }
  const isAnswer = event.type === 'append.response' || event.type === 'snapshot.response';
  if (!leads(from) || (!isAnswer && event.type !== 'turn.ended')) {
    return assert.equal(commitIndex, committed);
  }
  const { settings } = after.context;
  const holders = (index: number) => [
    ...(stableIndex >= index ? [settings.id] : []),
    ...Object.keys(progress).filter((peer) => (progress[peer]?.match ?? 0) >= index),
  ];
  const ripe = entriesOf(after.context)
    .map((entry, i) => ({ index: log.base.index + i + 1, isOwn: entry.term === term }))
    .filter(({ index, isOwn }) => isOwn && decides(after.context, holders(index)));
  assert.equal(commitIndex, Math.max(committed, ripe.at(-1)?.index ?? 0));
  if (isAnswer && progress[event.from] !== undefined) {
    assert.equal(progress[event.from]?.active, true);
    for (const [peer, known] of Object.entries(progress)) {
      if (peer !== event.from)
        assert.equal(known, before.context.progress[peer], 'only who answers is believed');
    }
  }
}

/** What an office brings is gone with it. */
function losesOfficeWhole({ after, to }: Seen): void {
  const { progress, reads, settings, peers, votes } = after.context;
  assert.deepEqual(Object.keys(progress), leads(to) ? peers : []);
  if (!leads(to)) assert.deepEqual(reads, { round: 0, pending: [], waiting: [] });
  if (to.startsWith('candidate')) assert.equal(votes[settings.id], true);
  else assert.deepEqual(votes, {});
}

/** Thesis 6.4: reads wait for a round, a round for a majority, and each read is served once. */
function readsInRounds({ before, event, after, effects, from, to }: Seen): void {
  const served = effects.flatMap((effect) => (effect.type === 'reads.confirmed' ? effect.reads : []));
  if (!leads(from) || !leads(to)) return assert.deepEqual(served, []);
  const [was, is] = [before.context.reads, after.context.reads];
  const opens =
    event.type === 'turn.ended' &&
    (from === 'leader.serving' || from === 'leader.changing') &&
    was.waiting.length > 0 &&
    was.pending.length === 0;
  assert.equal(is.round, was.round + (opens ? 1 : 0));
  const out = opens ? was.waiting : was.pending.flatMap(({ reads }) => reads);
  const isConfirmed = isRoundConfirmed(after.context);
  const isAsked = ['append.response', 'snapshot.response', 'turn.ended'].includes(event.type);
  assert.deepEqual(served, isConfirmed && isAsked ? out : []);
  if (isAsked)
    assert.deepEqual(
      is.pending.flatMap(({ reads }) => reads),
      isConfirmed ? [] : out,
    );
}

/** The latest round has been acknowledged by a majority, the leader included. */
function isRoundConfirmed(context: RaftContext): boolean {
  const { progress, reads, settings } = context;
  const acked = Object.keys(progress).filter((peer) => (progress[peer]?.ackedRound ?? 0) >= reads.round);
  return decides(context, [settings.id, ...acked]);
}

/** Thesis 6.2: whom a majority has answered goes on, and begins to listen anew. */
function checksItsQuorum({ event, after, to }: Seen): void {
  if (event.type !== 'quorum.timeout' || !leads(to)) return;
  assert.ok(Object.values(after.context.progress).every(({ active }) => !active));
}

/** Thesis 9.6 and 4.2.3: a pre-vote costs nothing but its answer, and a campaign against a live leader not even that. */
function isNotMovedByCampaigns({ before, event, after, effects, from }: Seen): void {
  if (event.type === 'prevote.request') {
    assert.deepEqual(after.context, before.context);
    assert.deepEqual(
      effects.map(({ type }) => type),
      ['send'],
    );
  }
  if (event.type === 'term.seen' && isDefended(from, event)) assert.deepEqual(effects, []);
}
