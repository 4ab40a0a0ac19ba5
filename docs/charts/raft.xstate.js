// Raft: One node of a Raft cluster: who leads, what is in the log, and what of it is committed.
// Made from the chart. Paste this into https://stately.ai/editor, or open it with the XState extension. Guards and
// actions are names here: every guard holds, and no action does anything.
import { createMachine } from 'xstate';

export const machine = createMachine(
  {
    id: 'raft',
    description: 'One node of a Raft cluster: who leads, what is in the log, and what of it is committed.',
    initial: 'follower',
    on: {
      'term.seen': {
        target: '.follower.waiting',
        actions: ['adoptTerm', 'persistHardState', 'announceLeader'],
        description: 'A later term exists: whatever this node was, it is a follower of that term now (5.1).',
      },
      'message.stale': [
        {
          guard: 'needsTerm',
          actions: ['countStale', 'answerWithTerm'],
        },
        {
          actions: 'countStale',
        },
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
          actions: [
            'commitThroughSnapshot',
            'announceLeader',
            'acknowledgeSnapshot',
            'applyCommitted',
          ],
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
          description: 'The last chunk: the snapshot takes the place of log and state (figure 13, steps 7 and 8).',
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
        {
          actions: 'refuse',
        },
      ],
      'prevote.request': [
        {
          guard: 'isUpToDate',
          actions: 'grant',
        },
        {
          actions: 'refuse',
        },
      ],
      'requests.proposed': {
        actions: 'countUnexpected',
        description: 'Not the leader, or no longer of that term: whoever passed these on will ask again.',
      },
      'append.response': {
        actions: 'countUnexpected',
      },
      'vote.response': {
        actions: 'countUnexpected',
      },
      'prevote.response': {
        actions: 'countUnexpected',
      },
      'campaign.request': {
        actions: 'countUnexpected',
      },
      'transfer.requested': {
        actions: 'countUnexpected',
      },
      'snapshot.response': {
        actions: 'countUnexpected',
      },
      'snapshot.unavailable': {
        actions: 'countUnexpected',
      },
      'checkpoint.durable': [
        {
          guard: 'isAwaited',
          actions: ['compactLog', 'persistCompaction'],
          description: 'The state is on the disk: the log before it can go, but for a short tail (7).',
        },
        {
          actions: 'countUnexpected',
        },
      ],
      'change.requested': {
        actions: 'countUnexpected',
      },
      'election.timeout': {
        actions: 'countUnexpected',
      },
      'heartbeat.timeout': {
        actions: 'countUnexpected',
      },
      'quorum.timeout': {
        actions: 'countUnexpected',
      },
      'transfer.timeout': {
        actions: 'countUnexpected',
      },
      'turn.ended': {
        description: 'Only a leader has something to send at the end of a turn.',
      },
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
            description: 'Knows of no live leader: gives its vote freely, and campaigns when its patience runs out.',
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
                  description: 'A learner, a node that knows itself removed, or one that belongs to no cluster yet: it waits to be told (thesis 4.2).',
                },
              ],
            },
          },
          following: {
            description: 'Heard from the leader of its term within the shortest election timeout: helps nobody to unseat it.',
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
                {
                  actions: ['followLeader', 'setLeaseTimer', 'reject'],
                },
              ],
              'snapshot.request': [
                {
                  guard: 'holdsSnapshot',
                  actions: [
                    'commitThroughSnapshot',
                    'setLeaseTimer',
                    'acknowledgeSnapshot',
                    'applyCommitted',
                  ],
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
                {
                  actions: ['followLeader', 'setLeaseTimer', 'askForChunk'],
                },
              ],
              'term.seen': {
                guard: 'isDisruptive',
                actions: 'countDisruptive',
                description: 'A campaign against a live leader is not even answered (thesis 4.2.3).',
              },
              'prevote.request': {
                actions: 'refuse',
              },
              'vote.request': [
                {
                  guard: 'mayVoteFor',
                  actions: 'grant',
                  description: "The leader's own request once more: it has this vote already.",
                },
                {
                  actions: 'refuse',
                },
              ],
              'election.timeout': {
                target: 'waiting',
                actions: ['loseLeader', 'announceLeader'],
              },
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
            description: 'Asks whether it would be elected, before it disturbs anyone with a new term (thesis 9.6).',
            entry: 'setElectionTimer',
            on: {
              'prevote.response': {
                actions: 'recordAnswer',
              },
              'election.timeout': {
                actions: ['retryPreVote', 'setElectionTimer', 'requestPreVotes'],
              },
            },
            always: [
              {
                guard: 'hasMajority',
                target: 'vote',
                actions: ['startVote', 'persistHardState', 'requestVotes'],
              },
              {
                guard: 'hasLost',
                target: '#raft.follower.waiting',
                actions: 'loseCampaign',
              },
            ],
          },
          vote: {
            description: 'Has opened a new term, voted for itself in it, and asks for the votes of the others (5.2).',
            entry: 'setElectionTimer',
            on: {
              'vote.response': {
                actions: 'recordAnswer',
              },
              'election.timeout': {
                target: 'preVote',
                actions: ['startPreVote', 'requestPreVotes'],
                description: 'Nobody won in time: begin again, with another patience.',
              },
            },
            always: [
              {
                guard: 'hasMajority',
                target: '#raft.leader',
                actions: ['takeOffice', 'announceLeader'],
              },
              {
                guard: 'hasLost',
                target: '#raft.follower.waiting',
                actions: 'stepDown',
              },
            ],
          },
        },
      },
      leader: {
        description: 'The one leader of its term: orders the requests, and copies its log to the others (5.3).',
        initial: 'establishing',
        entry: ['setHeartbeatTimer', 'setQuorumTimer'],
        exit: ['clearLeaderTimers', 'endTransfers', 'persistUnstable'],
        on: {
          'append.response': {
            guard: 'isFromPeer',
            actions: ['recordAcknowledgement', 'applyCommitted', 'serveReads'],
          },
          'snapshot.response': {
            guard: 'isFromPeer',
            actions: ['recordSnapshotAnswer', 'applyCommitted', 'serveReads'],
          },
          'snapshot.unavailable': {
            guard: 'isSending',
            actions: 'restartTransfer',
          },
          'heartbeat.timeout': {
            actions: ['markHeartbeat', 'setHeartbeatTimer'],
          },
          'quorum.timeout': [
            {
              guard: 'hasActiveMajority',
              actions: ['forgetActivity', 'sendChunks', 'setQuorumTimer'],
            },
            {
              target: 'follower',
              actions: ['stepDown', 'announceLeader'],
              description: 'CheckQuorum: whom a majority does not answer does not lead (thesis 6.2).',
            },
          ],
          'turn.ended': {
            actions: [
              'planTurn',
              'sendAppends',
              'sendChunks',
              'persistLog',
              'applyCommitted',
              'takeCheckpoint',
              'serveReads',
            ],
          },
          'term.seen': {
            guard: 'isDisruptive',
            actions: 'countDisruptive',
          },
          'prevote.request': {
            actions: 'refuse',
          },
          'change.requested': [
            {
              guard: 'isNewRequest',
              actions: ['noteRequest', 'refuseChange'],
              description: 'Not now, or not ever: the answer says why.',
            },
            {
              actions: 'countUnexpected',
            },
          ],
          'transfer.requested': [
            {
              guard: 'isNewRequest',
              actions: ['noteRequest', 'answerTransfer'],
            },
            {
              actions: 'countUnexpected',
            },
          ],
        },
        states: {
          establishing: {
            description: 'Has not committed an entry of its own term yet, so it does not know what is committed: reads wait (thesis 6.4).',
            on: {
              'requests.proposed': {
                guard: 'isForThisTerm',
                actions: 'acceptRequests',
              },
            },
            always: [
              {
                guard: 'isEstablishedInChange',
                target: 'changing',
                description: 'An earlier leader has begun a change, and this one ends it; or has made one that leaves this one out, and it gives way.',
              },
              {
                guard: 'isEstablished',
                target: 'serving',
              },
            ],
          },
          serving: {
            description: 'Takes requests, and confirms rounds of reads with a majority.',
            on: {
              'requests.proposed': {
                guard: 'isForThisTerm',
                actions: 'acceptRequests',
              },
              'turn.ended': {
                actions: [
                  'planTurnWithReads',
                  'sendAppends',
                  'sendChunks',
                  'persistLog',
                  'applyCommitted',
                  'takeCheckpoint',
                  'serveReads',
                ],
              },
              'transfer.requested': {
                guard: 'isTransferable',
                target: 'transferring',
                actions: 'chooseTransferee',
              },
              'change.requested': [
                {
                  guard: 'mayChange',
                  target: 'changing',
                  actions: ['appendChange', 'sendChunks'],
                  description: 'One change at a time, after an entry of this term is committed (thesis 4.1).',
                },
                {
                  guard: 'changesNothing',
                  actions: 'queueConfirmation',
                },
              ],
            },
          },
          changing: {
            description: 'Serves as ever, while a change of members is on its way: old and new voters decide together until the joint membership is committed, then the new ones alone (thesis 4.3).',
            on: {
              'requests.proposed': {
                guard: 'isForThisTerm',
                actions: 'acceptRequests',
              },
              'turn.ended': [
                {
                  guard: 'mayLeaveJoint',
                  actions: [
                    'leaveJoint',
                    'sendAppends',
                    'sendChunks',
                    'persistLog',
                    'applyCommitted',
                    'takeCheckpoint',
                    'serveReads',
                  ],
                  description: 'Both majorities have the joint membership: the old voters are left behind.',
                },
                {
                  guard: 'isRemoved',
                  target: 'resigning',
                  actions: [
                    'planResignation',
                    'sendAppends',
                    'sendChunks',
                    'persistLog',
                    'takeCheckpoint',
                    'sendCampaign',
                  ],
                  description: 'The new voters have a membership without this node: it has led them this far (4.2.2).',
                },
                {
                  actions: [
                    'planTurnWithReads',
                    'sendAppends',
                    'sendChunks',
                    'persistLog',
                    'applyCommitted',
                    'takeCheckpoint',
                    'serveReads',
                  ],
                },
              ],
            },
            always: {
              guard: 'isSettled',
              target: 'serving',
            },
          },
          resigning: {
            description: 'Has told everyone that it does not belong to the cluster any more, and leads no longer.',
            always: {
              target: '#raft.follower',
              actions: ['stepDown', 'announceLeader'],
            },
          },
          transferring: {
            description: 'Takes no new requests, brings its successor up to date, and asks it to campaign (thesis 3.10).',
            entry: 'setTransferTimer',
            exit: 'clearTransferTimer',
            on: {
              'turn.ended': {
                actions: [
                  'planTurn',
                  'sendAppends',
                  'sendChunks',
                  'persistLog',
                  'applyCommitted',
                  'takeCheckpoint',
                  'serveReads',
                  'sendCampaign',
                ],
              },
              'transfer.timeout': {
                target: 'serving',
                actions: 'forgetTransferee',
              },
            },
          },
        },
      },
    },
  },
  {
    guards: {
      isAlone: () => true,
      isDisruptive: () => true,
      isUpToDate: () => true,
      mayVoteFor: () => true,
      hasMajority: () => true,
      hasLost: () => true,
      needsTerm: () => true,
      matchesLog: () => true,
      isEstablished: () => true,
      isFromPeer: () => true,
      isAwaited: () => true,
      holdsSnapshot: () => true,
      completesSnapshot: () => true,
      extendsSnapshot: () => true,
      isSending: () => true,
      hasActiveMajority: () => true,
      isForThisTerm: () => true,
      isTransferable: () => true,
      isVoter: () => true,
      mayStand: () => true,
      isNewRequest: () => true,
      mayChange: () => true,
      changesNothing: () => true,
      isEstablishedInChange: () => true,
      mayLeaveJoint: () => true,
      isSettled: () => true,
      isRemoved: () => true,
    },
    actions: {
      adoptTerm: () => {},
      stepDown: () => {},
      loseLeader: () => {},
      startPreVote: () => {},
      retryPreVote: () => {},
      loseCampaign: () => {},
      startVote: () => {},
      recordAnswer: () => {},
      recordVote: () => {},
      countStale: () => {},
      countDisruptive: () => {},
      countUnexpected: () => {},
      persistHardState: () => {},
      requestPreVotes: () => {},
      requestVotes: () => {},
      requestTransferVotes: () => {},
      grant: () => {},
      refuse: () => {},
      answerWithTerm: () => {},
      announceLeader: () => {},
      takeOffice: () => {},
      acceptRequests: () => {},
      planTurn: () => {},
      planTurnWithReads: () => {},
      recordAcknowledgement: () => {},
      acceptEntries: () => {},
      followLeader: () => {},
      markHeartbeat: () => {},
      forgetActivity: () => {},
      sendAppends: () => {},
      persistLog: () => {},
      persistUnstable: () => {},
      acknowledge: () => {},
      reject: () => {},
      applyCommitted: () => {},
      compactLog: () => {},
      takeCheckpoint: () => {},
      persistCompaction: () => {},
      recordSnapshotAnswer: () => {},
      restartTransfer: () => {},
      sendChunks: () => {},
      endTransfers: () => {},
      commitThroughSnapshot: () => {},
      takeChunk: () => {},
      installSnapshot: () => {},
      stageChunk: () => {},
      persistSnapshot: () => {},
      restoreState: () => {},
      acknowledgeSnapshot: () => {},
      askForChunk: () => {},
      serveReads: () => {},
      appendChange: () => {},
      queueConfirmation: () => {},
      leaveJoint: () => {},
      planResignation: () => {},
      noteRequest: () => {},
      refuseChange: () => {},
      chooseTransferee: () => {},
      answerTransfer: () => {},
      forgetTransferee: () => {},
      sendCampaign: () => {},
      setElectionTimer: () => {},
      setLeaseTimer: () => {},
      setHeartbeatTimer: () => {},
      setQuorumTimer: () => {},
      setTransferTimer: () => {},
      clearElectionTimer: () => {},
      clearLeaderTimers: () => {},
      clearTransferTimer: () => {},
    },
  },
);
