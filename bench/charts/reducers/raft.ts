import { takeCheckpoint } from '../../../machines/raft/checkpoints.ts';
import type { RaftContext } from '../../../machines/raft/context.ts';
import type { RaftEffect, RaftEvent } from '../../../machines/raft/events.ts';
import * as following from '../../../machines/raft/following.ts';
import { serveReads } from '../../../machines/raft/reads.ts';
import * as replication from '../../../machines/raft/replication.ts';
import { sendChunks } from '../../../machines/raft/transfer.ts';
import { type Reduced, type Reducer, uncovered } from './reducer.ts';

type Result = Reduced<RaftContext, RaftEffect>;

const FOLLOWING = { follower: 'following' } as const;
const SERVING = { leader: 'serving' } as const;

/** A following follower and a serving leader, as far as an undisturbed cluster goes. */
export const reduceRaft: Reducer<RaftContext, RaftEvent, RaftEffect> = (value, context, event) => {
  if (typeof value === 'object' && value.follower === 'following') return reduceFollowing(context, event);
  if (typeof value === 'object' && value.leader === 'serving') return reduceServing(context, event);
  return uncovered(value, event.type);
};

function reduceFollowing(context: RaftContext, event: RaftEvent): Result {
  switch (event.type) {
    case 'append.request': {
      const lease: RaftEffect = {
        type: 'timer.set',
        timer: 'election',
        ms: context.settings.electionTimeoutMs,
      };
      if (!following.matchesLog(context, event)) {
        const next = patched(context, following.followLeader(context, event));
        return { value: FOLLOWING, context: next, effects: [lease, ...following.reject(next, event)] };
      }
      const next = patched(context, following.acceptEntries(context, event));
      const effects = [
        lease,
        ...replication.persistLog(next),
        ...following.acknowledge(next, event),
        ...replication.applyCommitted(next),
        ...takeCheckpoint(next),
      ];
      return { value: FOLLOWING, context: next, effects };
    }
    case 'turn.ended':
      return { value: FOLLOWING, context, effects: [] };
    default:
      return uncovered(FOLLOWING, event.type);
  }
}

function reduceServing(context: RaftContext, event: RaftEvent): Result {
  switch (event.type) {
    case 'requests.proposed': {
      if (event.term !== context.term) return uncovered(SERVING, event.type);
      return {
        value: SERVING,
        context: patched(context, replication.acceptRequests(context, event)),
        effects: [],
      };
    }
    case 'append.response': {
      if (!replication.isFromPeer(context, event)) return uncovered(SERVING, event.type);
      const next = patched(context, replication.recordAcknowledgement(context, event));
      return {
        value: SERVING,
        context: next,
        effects: [...replication.applyCommitted(next), ...serveReads(next)],
      };
    }
    case 'turn.ended': {
      const next = patched(context, replication.planTurn(context, true));
      const effects = [
        ...replication.sendAppends(next),
        ...sendChunks(next),
        ...replication.persistLog(next),
        ...replication.applyCommitted(next),
        ...takeCheckpoint(next),
        ...serveReads(next),
      ];
      return { value: SERVING, context: next, effects };
    }
    case 'heartbeat.timeout': {
      const next = patched(context, replication.markHeartbeat(context));
      const ms = next.settings.heartbeatMs;
      return { value: SERVING, context: next, effects: [{ type: 'timer.set', timer: 'heartbeat', ms }] };
    }
    default:
      return uncovered(SERVING, event.type);
  }
}

// Each reducer has this of its own: V8 copies fast where it meets few shapes.
function patched(context: RaftContext, patch: Partial<RaftContext>): RaftContext {
  return { ...context, ...patch };
}
