import type { MaelstromEffect, MaelstromEvent } from '../../../machines/maelstrom/events.ts';
import type { MaelstromIoContext } from '../../../machines/maelstrom/maelstrom-io.machine.ts';
import { answerReplies, expectsReply } from '../../../machines/maelstrom/replies.ts';
import { type Reducer, uncovered } from './reducer.ts';

/** The wire of a node that serves. */
export const reduceMaelstromIo: Reducer<MaelstromIoContext, MaelstromEvent, MaelstromEffect> = (
  value,
  context,
  event,
) => {
  if (value !== 'serving' || context.nodeId === null) return uncovered(value, event.type);
  switch (event.type) {
    case 'requests.received': {
      const { requests } = event;
      const effects = [{ type: 'submit', requests }] as const;
      return { value, context: patched(context, { open: context.open + requests.length }), effects };
    }
    case 'peers.received':
      return { value, context, effects: [{ type: 'deliver', messages: event.messages }] };
    case 'answers.ready': {
      const { answers } = event;
      const effects = answerReplies(context.nodeId, answers, context.nextMsgId, context.showsIndex);
      const open = context.open - answers.length;
      if (open < 0) throw new Error('one was answered twice');
      const nextMsgId = context.nextMsgId + answers.filter(expectsReply).length;
      return { value, context: patched(context, { open, nextMsgId }), effects };
    }
    default:
      return uncovered(value, event.type);
  }
};

// Each reducer has this of its own: V8 copies fast where it meets few shapes.
function patched(context: MaelstromIoContext, patch: Partial<MaelstromIoContext>): MaelstromIoContext {
  return { ...context, ...patch };
}
