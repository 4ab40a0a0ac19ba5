import { ERROR, type Outcome } from '../operations.ts';
import type { Batch, Waiting } from './batches.ts';
import type { RequestsContext } from './pending.ts';

/** The errors that end a request. Definite means definite: "it did not happen" only where no log can hold it. */

/** There is no room for it. */
export function overloaded(maxPending: number): Outcome {
  const text = `${maxPending} requests wait already: try again later, or another node`;
  return { type: 'error', code: ERROR.temporarilyUnavailable, text };
}

/** It has waited as long as its client would. */
export function tooLate({ settings, leader }: RequestsContext, request: Waiting, batch: Batch): Outcome {
  const wait = `within ${settings.deadlineMs} ms`;
  if (request.reachedIndex !== undefined) {
    const text = `the log reached only index ${request.reachedIndex} ${wait}, and the read must not be older than index ${request.minIndex}`;
    return { type: 'error', code: ERROR.temporarilyUnavailable, text };
  }
  if (!isInNoLog(request, batch)) {
    return { type: 'error', code: ERROR.timeout, text: `not known ${wait} whether the operation happened` };
  }
  const who = leader === null ? 'no leader was found' : `the leader ${leader} did not confirm it`;
  return {
    type: 'error',
    code: ERROR.temporarilyUnavailable,
    text: `${who} ${wait}; the operation did not happen`,
  };
}

/** This node takes no part any more, for the reason in `text`. */
export function lost(request: Waiting, batch: Batch, text: string): Outcome {
  if (isInNoLog(request, batch)) {
    return {
      type: 'error',
      code: ERROR.temporarilyUnavailable,
      text: `${text}; the operation did not happen`,
    };
  }
  return { type: 'error', code: ERROR.crash, text: `${text}; not known whether the operation happened` };
}

/** A request that was never handed to a leader stands in no log, and neither does any read. */
function isInNoLog({ op }: Waiting, { handedMs }: Batch): boolean {
  return handedMs === null || op.type === 'read' || op.type === 'members';
}
