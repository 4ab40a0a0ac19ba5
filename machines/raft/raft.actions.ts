import { chartActions } from '../chart.ts';
import * as changes from './changes.ts';
import * as checkpoints from './checkpoints.ts';
import type { RaftContext } from './context.ts';
import * as election from './election.ts';
import type { RaftEffect, RaftEvent } from './events.ts';
import * as following from './following.ts';
import { isSoleVoter, isVoter } from './membership.ts';
import * as reads from './reads.ts';
import * as replication from './replication.ts';
import * as snapshot from './snapshot.ts';
import * as transfer from './transfer.ts';

/** What the names in Raft's chart do and decide. Each is a pure function of a file beside this one. */

const { update, effects, guard } = chartActions<RaftContext, RaftEvent, RaftEffect>();

export const raftActions = {
  // Elections
  adoptTerm: update('term.seen', election.adoptTerm),
  stepDown: update(election.stepDown),
  loseLeader: update(election.loseLeader),
  startPreVote: update(election.startPreVote),
  retryPreVote: update(election.retryPreVote),
  loseCampaign: update(election.loseCampaign),
  startVote: update(election.startVote),
  recordAnswer: update('vote.response', 'prevote.response', election.recordAnswer),
  recordVote: update('vote.request', election.recordVote),
  countStale: update((context) => election.countDropped(context, 'stale')),
  countDisruptive: update((context) => election.countDropped(context, 'disruptive')),
  countUnexpected: update((context) => election.countDropped(context, 'unexpected')),
  persistHardState: effects(election.persistHardState),
  requestPreVotes: effects(election.requestPreVotes),
  requestVotes: effects((context) => election.requestVotes(context, false)),
  requestTransferVotes: effects((context) => election.requestVotes(context, true)),
  grant: effects('vote.request', 'prevote.request', (context, event) =>
    election.answerVote(context, event, true),
  ),
  refuse: effects('vote.request', 'prevote.request', (context, event) =>
    election.answerVote(context, event, false),
  ),
  answerWithTerm: effects('message.stale', election.answerWithTerm),
  announceLeader: effects(({ leader, term }) => [{ type: 'leader.changed', leader, term }]),

  // Replication
  takeOffice: update(replication.takeOffice),
  acceptRequests: update('requests.proposed', replication.acceptRequests),
  planTurn: update((context) => replication.planTurn(context, false)),
  planTurnWithReads: update((context) => replication.planTurn(context, true)),
  recordAcknowledgement: update('append.response', replication.recordAcknowledgement),
  acceptEntries: update('append.request', following.acceptEntries),
  followLeader: update('append.request', 'snapshot.request', following.followLeader),
  markHeartbeat: update(replication.markHeartbeat),
  forgetActivity: update(replication.forgetActivity),
  sendAppends: effects(replication.sendAppends),
  persistLog: effects(replication.persistLog),
  persistUnstable: effects(replication.persistUnstable),
  acknowledge: effects('append.request', following.acknowledge),
  reject: effects('append.request', following.reject),
  applyCommitted: effects(replication.applyCommitted),

  // Checkpoints and compaction
  compactLog: update(checkpoints.compactLog),
  takeCheckpoint: effects(checkpoints.takeCheckpoint),
  persistCompaction: effects(checkpoints.persistCompaction),

  // Sending snapshots
  recordSnapshotAnswer: update('snapshot.response', replication.recordSnapshotAnswer),
  restartTransfer: update('snapshot.unavailable', replication.restartTransfer),
  sendChunks: effects(transfer.sendChunks),
  endTransfers: effects(transfer.endTransfers),

  // Receiving snapshots
  commitThroughSnapshot: update('snapshot.request', snapshot.commitThroughSnapshot),
  takeChunk: update('snapshot.request', snapshot.takeChunk),
  installSnapshot: update('snapshot.request', snapshot.installSnapshot),
  stageChunk: effects('snapshot.request', snapshot.stageChunk),
  persistSnapshot: effects('snapshot.request', snapshot.persistSnapshot),
  restoreState: effects('snapshot.request', snapshot.restoreState),
  acknowledgeSnapshot: effects('snapshot.request', snapshot.acknowledgeSnapshot),
  askForChunk: effects('snapshot.request', snapshot.askForChunk),

  // Reads and requests
  serveReads: effects(reads.serveReads),

  // Changes of members
  appendChange: update('change.requested', changes.appendChange),
  queueConfirmation: update('change.requested', changes.queueConfirmation),
  leaveJoint: update(changes.leaveJoint),
  planResignation: update(changes.planResignation),
  noteRequest: update('change.requested', 'transfer.requested', changes.noteRequest),
  refuseChange: effects('change.requested', changes.refuseChange),

  // Leadership transfer
  chooseTransferee: update('transfer.requested', changes.chooseTransferee),
  answerTransfer: effects('transfer.requested', changes.answerTransfer),
  forgetTransferee: update(() => ({ transferee: null })),
  sendCampaign: effects(({ term, decided: { campaigner } }) =>
    campaigner === null
      ? []
      : [{ type: 'send', to: campaigner, message: { type: 'campaign.request', term } }],
  ),

  // Timers
  setElectionTimer: effects(({ patience: { ms } }) => [{ type: 'timer.set', timer: 'election', ms }]),
  setLeaseTimer: effects(({ settings }) => [
    { type: 'timer.set', timer: 'election', ms: settings.electionTimeoutMs },
  ]),
  setHeartbeatTimer: effects(({ settings }) => [
    { type: 'timer.set', timer: 'heartbeat', ms: settings.heartbeatMs },
  ]),
  setQuorumTimer: effects(({ settings }) => [
    { type: 'timer.set', timer: 'quorum', ms: settings.electionTimeoutMs },
  ]),
  setTransferTimer: effects(({ settings }) => [
    { type: 'timer.set', timer: 'transfer', ms: settings.electionTimeoutMs },
  ]),
  clearElectionTimer: effects(() => [{ type: 'timer.clear', timer: 'election' }]),
  clearLeaderTimers: effects(() => [
    { type: 'timer.clear', timer: 'heartbeat' },
    { type: 'timer.clear', timer: 'quorum' },
  ]),
  clearTransferTimer: effects(() => [{ type: 'timer.clear', timer: 'transfer' }]),
};

export const raftGuards = {
  /** The only voter: its own vote is a majority. */
  isAlone: guard(({ settings, membership }) => isSoleVoter(membership, settings.id)),
  isDisruptive: guard('term.seen', election.isDisruptive),
  isUpToDate: guard('prevote.request', election.isCandidateUpToDate),
  mayVoteFor: guard('vote.request', election.mayVoteFor),
  hasMajority: guard(election.hasMajority),
  hasLost: guard(election.hasLost),
  needsTerm: guard('message.stale', election.needsTerm),
  matchesLog: guard('append.request', following.matchesLog),
  isEstablished: guard(replication.isEstablished),
  isFromPeer: guard('append.response', 'snapshot.response', replication.isFromPeer),
  isAwaited: guard('checkpoint.durable', checkpoints.isAwaited),
  holdsSnapshot: guard('snapshot.request', snapshot.holdsSnapshot),
  completesSnapshot: guard('snapshot.request', snapshot.completesSnapshot),
  extendsSnapshot: guard('snapshot.request', snapshot.extendsSnapshot),
  isSending: guard('snapshot.unavailable', (context, { to }) => transfer.isSending(context, to)),
  hasActiveMajority: guard(replication.hasActiveMajority),
  /** The requests were meant for the leader of this very term. */
  isForThisTerm: guard('requests.proposed', ({ term }, event) => event.term === term),
  isTransferable: guard('transfer.requested', changes.isTransferable),
  /** This node has a say: it is a voter, old or new, of the latest membership in its log. */
  isVoter: guard(({ settings, membership }) => isVoter(membership, settings.id)),
  mayStand: guard(election.mayStand),
  isNewRequest: guard('change.requested', 'transfer.requested', changes.isNewRequest),
  mayChange: guard('change.requested', changes.mayChange),
  changesNothing: guard('change.requested', changes.changesNothing),
  /** Whether what is committed by now is a joint membership that an earlier leader left behind. */
  isEstablishedInChange: guard(
    (context) => replication.isEstablished(context) && !changes.isSettled(context),
  ),
  mayLeaveJoint: guard(changes.mayLeaveJoint),
  isSettled: guard(changes.isSettled),
  isRemoved: guard(changes.isRemoved),
};
