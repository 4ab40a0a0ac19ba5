import type {
  AdminRequest,
  ForwardRequest,
  ForwardResponse,
  MessageBody,
  RaftEvent,
} from '../../machines/raft/events.ts';
import type { RequestsEffect } from '../../machines/requests/events.ts';

/** How requests travel between the node that took them and the leader: effects become messages, and these events. */

type Passed = Extract<RequestsEffect, { type: 'forward' | 'ask' | 'respond' }>;
type PassedMessage = ForwardRequest | AdminRequest | ForwardResponse;

/** The message, but for its sender, that carries what the chart of client requests passes on. */
export function messageOf(effect: Passed): MessageBody<PassedMessage> {
  switch (effect.type) {
    case 'forward': {
      const { to: _, ...rest } = effect;
      return { ...rest, type: 'forward.request' };
    }
    case 'ask': {
      const { to: _, ...rest } = effect;
      return { ...rest, type: 'admin.request' };
    }
    case 'respond': {
      const { to: _, ...rest } = effect;
      return { ...rest, type: 'forward.response' };
    }
  }
}

/** The event that an operator's request is to the leader's chart. */
export function adminEventOf({ from, term, incarnation, number, floor, op }: AdminRequest): RaftEvent {
  const by = { node: from, term, incarnation, number };
  return op.type === 'change_members'
    ? { type: 'change.requested', by, floor, change: op }
    : { type: 'transfer.requested', by, to: op.to };
}
