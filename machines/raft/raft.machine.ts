import { setup } from 'xstate';
import { createRaftContext, type RaftContext, type RaftInput } from './context.ts';
import type { RaftEffect, RaftEvent } from './events.ts';
import { raftActions, raftGuards } from './raft.actions.ts';
import { leader } from './raft.leader.ts';

/**
 * Raft, as a chart: Ongaro and Ousterhout's paper ("In Search of an Understandable Consensus Algorithm", extended
 * version) with PreVote, CheckQuorum, ReadIndex and leadership transfer from Ongaro's thesis.
 *
 * Departures, and why:
 * - What a leader appends and acknowledges within a turn is sent at the turn's end (`turn.ended`), one message a
 *   follower: a batch costs what a single entry costs.
 * - A follower that trusts its leader is a state of its own (`following`), and so is one that has lost it
 *   (`waiting`): the lease that PreVote and CheckQuorum rest on is visible instead of hidden in a clock.
 * - Messages of other terms never reach a role: see `terms.ts`.
 */

export const raftMachine = setup({
  types: {
    context: {} as RaftContext,
    events: {} as RaftEvent,
    emitted: {} as RaftEffect,
    input: {} as RaftInput,
  },
  actions: raftActions,
  guards: raftGuards,
}).createMachine({
  id: 'raft',
  description: 'One node of a Raft cluster: who leads, what is in the log, and what of it is committed.',
  context: createRaftContext,
  initial: 'follower',
  on: {
    'term.seen': {
      target: '.follower.waiting',
      actions: ['adoptTerm', 'persistHardState', 'announceLeader'],
      description: 'A later term exists: whatever this node was, it is a follower of that term now (5.1).',
    },
    'message.stale': [
      { guard: 'needsTerm', actions: ['countStale', 'answerWithTerm'] },
      { actions: 'countStale' },
    ],
    'append.request': [
      {
        guard: 'matchesLog',
        target: '.follower.following',
        actions: [
          'acceptEntries',
          'announceLeader',
          'persistLog',
          'acknowledge',
          'applyCommitted',
          'takeCheckpoint',
        ],
        description: 'The term has a leader, and the logs agree where its message starts.',
      },
      {
        target: '.follower.following',
        actions: ['followLeader', 'announceLeader', 'reject'],
        description: 'The term has a leader, whose log parts from this one earlier.',
      },
    ],
    'snapshot.request': [
      {
        guard: 'holdsSnapshot',
        target: '.follower.following',
        actions: ['commitThroughSnapshot', 'announceLeader', 'acknowledgeSnapshot', 'applyCommitted'],
        description: 'All that the snapshot would bring is in the log (figure 13, step 6).',
      },
      {
        guard: 'completesSnapshot',
        target: '.follower.following',
        actions: [
          'installSnapshot',
          'announceLeader',
          'persistSnapshot',
          'acknowledgeSnapshot',
          'restoreState',
        ],
        description:
          'The last chunk: the snapshot takes the place of log and state (figure 13, steps 7 and 8).',
      },
      {
        guard: 'extendsSnapshot',
        target: '.follower.following',
        actions: ['takeChunk', 'announceLeader', 'stageChunk', 'askForChunk'],
        description: 'The chunk that comes next is kept aside.',
      },
      {
        target: '.follower.following',
        actions: ['followLeader', 'announceLeader', 'askForChunk'],
        description: 'Another chunk is needed first.',
      },
    ],
    'vote.request': [
      {
        guard: 'mayVoteFor',
        actions: ['recordVote', 'setElectionTimer', 'persistHardState', 'grant'],
        description: 'One vote a term, for a log that holds everything committed (5.4.1).',
      },
      { actions: 'refuse' },
    ],
    'prevote.request': [{ guard: 'isUpToDate', actions: 'grant' }, { actions: 'refuse' }],
    'requests.proposed': {
      actions: 'countUnexpected',
      description: 'Not the leader, or no longer of that term: whoever passed these on will ask again.',
    },
    'append.response': { actions: 'countUnexpected' },
    'vote.response': { actions: 'countUnexpected' },
    'prevote.response': { actions: 'countUnexpected' },
    'campaign.request': { actions: 'countUnexpected' },
    'transfer.requested': { actions: 'countUnexpected' },
    'snapshot.response': { actions: 'countUnexpected' },
    'snapshot.unavailable': { actions: 'countUnexpected' },
    'checkpoint.durable': [
      {
        guard: 'isAwaited',
        actions: ['compactLog', 'persistCompaction'],
        description: 'The state is on the disk: the log before it can go, but for a short tail (7).',
      },
      { actions: 'countUnexpected' },
    ],
    'change.requested': { actions: 'countUnexpected' },
    'election.timeout': { actions: 'countUnexpected' },
    'heartbeat.timeout': { actions: 'countUnexpected' },
    'quorum.timeout': { actions: 'countUnexpected' },
    'transfer.timeout': { actions: 'countUnexpected' },
    'turn.ended': { description: 'Only a leader has something to send at the end of a turn.' },
  },
  states: {
    follower: {
      description: 'Answers leaders and candidates, and asks for nothing itself (5.2).',
      initial: 'waiting',
      on: {
        'campaign.request': {
          guard: 'isVoter',
          target: 'candidate.vote',
          actions: ['startVote', 'persistHardState', 'announceLeader', 'requestTransferVotes'],
          description: 'The leader wants this node to take over at once (thesis 3.10).',
        },
      },
      states: {
        waiting: {
          description:
            'Knows of no live leader: gives its vote freely, and campaigns when its patience runs out.',
          entry: 'setElectionTimer',
          on: {
            'election.timeout': [
              {
                guard: 'isAlone',
                target: '#raft.candidate.vote',
                actions: ['startVote', 'persistHardState', 'announceLeader', 'requestVotes'],
              },
              {
                guard: 'mayStand',
                target: '#raft.candidate.preVote',
                actions: ['startPreVote', 'requestPreVotes'],
              },
              {
                description:
                  'A learner, a node that knows itself removed, or one that belongs to no cluster yet: it waits to be told (thesis 4.2).',
              },
            ],
          },
        },
        following: {
          description:
            'Heard from the leader of its term within the shortest election timeout: helps nobody to unseat it.',
          entry: 'setLeaseTimer',
          on: {
            'append.request': [
              {
                guard: 'matchesLog',
                actions: [
                  'acceptEntries',
                  'setLeaseTimer',
                  'persistLog',
                  'acknowledge',
                  'applyCommitted',
                  'takeCheckpoint',
                ],
              },
              { actions: ['followLeader', 'setLeaseTimer', 'reject'] },
            ],
            'snapshot.request': [
              {
                guard: 'holdsSnapshot',
                actions: ['commitThroughSnapshot', 'setLeaseTimer', 'acknowledgeSnapshot', 'applyCommitted'],
              },
              {
                guard: 'completesSnapshot',
                actions: [
                  'installSnapshot',
                  'setLeaseTimer',
                  'persistSnapshot',
                  'acknowledgeSnapshot',
                  'restoreState',
                ],
              },
              {
                guard: 'extendsSnapshot',
                actions: ['takeChunk', 'setLeaseTimer', 'stageChunk', 'askForChunk'],
              },
              { actions: ['followLeader', 'setLeaseTimer', 'askForChunk'] },
            ],
            'term.seen': {
              guard: 'isDisruptive',
              actions: 'countDisruptive',
              description: 'A campaign against a live leader is not even answered (thesis 4.2.3).',
            },
            'prevote.request': { actions: 'refuse' },
            'vote.request': [
              {
                guard: 'mayVoteFor',
                actions: 'grant',
                description: "The leader's own request once more: it has this vote already.",
              },
              { actions: 'refuse' },
            ],
            'election.timeout': { target: 'waiting', actions: ['loseLeader', 'announceLeader'] },
          },
        },
      },
    },
    candidate: {
      description: 'Wants to lead, because it has heard of no leader for too long.',
      initial: 'preVote',
      exit: 'clearElectionTimer',
      on: {
        'vote.request': {
          guard: 'mayVoteFor',
          target: 'follower.waiting',
          actions: ['recordVote', 'persistHardState', 'grant'],
          description: 'Another candidate of this term gets the vote, and the time to win.',
        },
      },
      states: {
        preVote: {
          description:
            'Asks whether it would be elected, before it disturbs anyone with a new term (thesis 9.6).',
          entry: 'setElectionTimer',
          on: {
            'prevote.response': { actions: 'recordAnswer' },
            'election.timeout': { actions: ['retryPreVote', 'setElectionTimer', 'requestPreVotes'] },
          },
          always: [
            {
              guard: 'hasMajority',
              target: 'vote',
              actions: ['startVote', 'persistHardState', 'requestVotes'],
            },
            { guard: 'hasLost', target: '#raft.follower.waiting', actions: 'loseCampaign' },
          ],
        },
        vote: {
          description:
            'Has opened a new term, voted for itself in it, and asks for the votes of the others (5.2).',
          entry: 'setElectionTimer',
          on: {
            'vote.response': { actions: 'recordAnswer' },
            'election.timeout': {
              target: 'preVote',
              actions: ['startPreVote', 'requestPreVotes'],
              description: 'Nobody won in time: begin again, with another patience.',
            },
          },
          always: [
            { guard: 'hasMajority', target: '#raft.leader', actions: ['takeOffice', 'announceLeader'] },
            { guard: 'hasLost', target: '#raft.follower.waiting', actions: 'stepDown' },
          ],
        },
      },
    },
    leader,
  },
});
