import type { RequestsEffect, RequestsEvent } from '../../../machines/requests/events.ts';
import { handOver, respondToOrigins } from '../../../machines/requests/forwarding.ts';
import * as pending from '../../../machines/requests/pending.ts';
import { type Reducer, uncovered } from './reducer.ts';

/** The requests of a node that leads or follows. */
export const reduceRequests: Reducer<pending.RequestsContext, RequestsEvent, RequestsEffect> = (
  value,
  context,
  event,
) => {
  switch (event.type) {
    case 'requests.arrived': {
      const next = patched(context, pending.takeIn(context, event));
      const effects = [...pending.answerClients(next), ...handOver(next), ...pending.setPatrol(next)];
      return { value, context: next, effects };
    }
    case 'results.ready': {
      const next = patched(context, pending.settleResults(context, event));
      const effects =
        value === 'leading'
          ? [...pending.answerClients(next), ...respondToOrigins(next, event.results)]
          : pending.answerClients(next);
      return { value, context: next, effects };
    }
    case 'forward.response': {
      const next = patched(context, pending.settleResponse(context, event));
      return { value, context: next, effects: pending.answerClients(next) };
    }
    default:
      return uncovered(value, event.type);
  }
};

// Each reducer has this of its own: V8 copies fast where it meets few shapes.
function patched(
  context: pending.RequestsContext,
  patch: Partial<pending.RequestsContext>,
): pending.RequestsContext {
  return { ...context, ...patch };
}
