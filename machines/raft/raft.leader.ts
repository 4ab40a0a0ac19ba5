/** A leader's part of Raft's chart (`raft.machine.ts`), which has outgrown one file. */
export const leader = {
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
    'snapshot.unavailable': { guard: 'isSending', actions: 'restartTransfer' },
    'heartbeat.timeout': { actions: ['markHeartbeat', 'setHeartbeatTimer'] },
    'quorum.timeout': [
      { guard: 'hasActiveMajority', actions: ['forgetActivity', 'sendChunks', 'setQuorumTimer'] },
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
    'term.seen': { guard: 'isDisruptive', actions: 'countDisruptive' },
    'prevote.request': { actions: 'refuse' },
    'change.requested': [
      {
        guard: 'isNewRequest',
        actions: ['noteRequest', 'refuseChange'],
        description: 'Not now, or not ever: the answer says why.',
      },
      { actions: 'countUnexpected' },
    ],
    'transfer.requested': [
      { guard: 'isNewRequest', actions: ['noteRequest', 'answerTransfer'] },
      { actions: 'countUnexpected' },
    ],
  },
  states: {
    establishing: {
      description:
        'Has not committed an entry of its own term yet, so it does not know what is committed: reads wait (thesis 6.4).',
      on: { 'requests.proposed': { guard: 'isForThisTerm', actions: 'acceptRequests' } },
      always: [
        {
          guard: 'isEstablishedInChange',
          target: 'changing',
          description:
            'An earlier leader has begun a change, and this one ends it; or has made one that leaves this one out, and it gives way.',
        },
        { guard: 'isEstablished', target: 'serving' },
      ],
    },
    serving: {
      description: 'Takes requests, and confirms rounds of reads with a majority.',
      on: {
        'requests.proposed': { guard: 'isForThisTerm', actions: 'acceptRequests' },
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
          { guard: 'changesNothing', actions: 'queueConfirmation' },
        ],
      },
    },
    changing: {
      description:
        'Serves as ever, while a change of members is on its way: old and new voters decide together until the joint membership is committed, then the new ones alone (thesis 4.3).',
      on: {
        'requests.proposed': { guard: 'isForThisTerm', actions: 'acceptRequests' },
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
            description:
              'The new voters have a membership without this node: it has led them this far (4.2.2).',
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
      always: { guard: 'isSettled', target: 'serving' },
    },
    resigning: {
      description: 'Has told everyone that it does not belong to the cluster any more, and leads no longer.',
      always: { target: '#raft.follower', actions: ['stepDown', 'announceLeader'] },
    },
    transferring: {
      description:
        'Takes no new requests, brings its successor up to date, and asks it to campaign (thesis 3.10).',
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
        'transfer.timeout': { target: 'serving', actions: 'forgetTransferee' },
      },
    },
  },
} as const;
