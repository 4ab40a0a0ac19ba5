import { ERROR, isDefinite } from '../../machines/operations.ts';
import { KEY_DOES_NOT_EXIST, PRECONDITION_FAILED } from '../verify/index.ts';
import type { Reply, Request } from './client.ts';
import type { Body } from './envelope.ts';

/** What clients do, and what an answer says about it. */

export type Value = number | string;

export type ClientOperation =
  | { readonly f: 'read'; readonly key: Value }
  | { readonly f: 'write'; readonly key: Value; readonly value: Value }
  | {
      readonly f: 'cas';
      readonly key: Value;
      readonly from: Value;
      readonly to: Value;
      /** An absent key is no failure: the cas creates it. */
      readonly creates: boolean;
    }
  /** A read that need not be linearizable, only no older than its token. */
  | {
      readonly f: 'ryw_read';
      readonly key: Value;
      /** The log index below which no answer may lie; left out, the node keeps one for the client. */
      readonly token?: number;
      readonly preferFollower: boolean;
    }
  | { readonly f: 'echo'; readonly text: string };

/** ok: it happened. fail: it did not and never will. info: nobody knows. */
export type Outcome =
  | {
      readonly type: 'ok';
      readonly value?: unknown;
      /** The log index that the reply shows: where a write took place, or the state at which a read looked. */
      readonly shownIndex?: number;
      /** Of a ryw_read: who served it, and how. */
      readonly service?: Service;
    }
  | { readonly type: 'fail' | 'info'; readonly error: string };

/** How a ryw_read was served. */
export type Service = {
  /** The node whose state was read. */
  readonly servedBy: string;
  /** The node that was asked passed it to the leader. */
  readonly redirected: boolean;
  /** How long it waited for the node that was asked to catch up; null when it was redirected. */
  readonly waitedMs: number | null;
};

/** The request that asks for the operation. */
export function requestOf(operation: ClientOperation): Request {
  switch (operation.f) {
    case 'read':
      return { type: 'read', key: operation.key };
    case 'write':
      return { type: 'write', key: operation.key, value: operation.value };
    case 'cas': {
      const { key, from, to, creates } = operation;
      return creates
        ? { type: 'cas', key, from, to, create_if_not_exists: true }
        : { type: 'cas', key, from, to };
    }
    case 'ryw_read': {
      const { key, token, preferFollower } = operation;
      const request = { type: 'ryw_read', key, prefer_follower: preferFollower };
      return token === undefined ? request : { ...request, last_write_index: token };
    }
    case 'echo':
      return { type: 'echo', echo: operation.text };
  }
}

/**
 * The operation that a request asks for.
 * @throws Error on a request of no known type
 */
export function operationOf(request: Body): ClientOperation {
  const key = request.key as Value;
  switch (request.type) {
    case 'read':
      return { f: 'read', key };
    case 'write':
      return { f: 'write', key, value: request.value as Value };
    case 'cas': {
      const { from, to, create_if_not_exists: creates } = request;
      return { f: 'cas', key, from: from as Value, to: to as Value, creates: creates === true };
    }
    case 'ryw_read': {
      const preferFollower = request.prefer_follower === true;
      const token = request.last_write_index;
      return { f: 'ryw_read', key, preferFollower, ...(typeof token === 'number' ? { token } : {}) };
    }
    default:
      throw new Error(`no operation is asked for by a request of type ${request.type}`);
  }
}

/**
 * What became of an operation, by Maelstrom's rules. A read that failed in whatever way changed nothing and told
 * nothing, so it is always `fail`; anything else without a definite answer is `info`.
 */
export function outcomeOf(f: ClientOperation['f'], reply: Reply): Outcome {
  const reads = f === 'read' || f === 'ryw_read';
  const open = reads || f === 'echo' ? 'fail' : 'info';
  if (typeof reply === 'string') return { type: open, error: reply };
  if (reply.type !== 'error') return success(f, reply);
  const code = reply.code as number;
  // A cas that the register refused has looked at it: the checker reads these two words.
  if ((f === 'cas' || reads) && code === ERROR.keyDoesNotExist)
    return { type: 'fail', error: KEY_DOES_NOT_EXIST };
  if (f === 'cas' && code === ERROR.preconditionFailed) return { type: 'fail', error: PRECONDITION_FAILED };
  const text = typeof reply.text === 'string' ? `: ${reply.text}` : '';
  return { type: isDefinite(code) ? 'fail' : open, error: `code ${code}${text}` };
}

function success(f: ClientOperation['f'], reply: Body): Outcome {
  const index = reply.commit_index ?? reply.follower_applied_index;
  return {
    type: 'ok',
    ...(f === 'read' || f === 'ryw_read' ? { value: reply.value } : {}),
    ...(typeof index === 'number' ? { shownIndex: index } : {}),
    ...(f === 'ryw_read' ? { service: serviceOf(reply) } : {}),
  };
}

function serviceOf({ served_by, reason, waited_ms }: Body): Service {
  return {
    servedBy: String(served_by),
    redirected: reason !== undefined,
    waitedMs: typeof waited_ms === 'number' ? waited_ms : null,
  };
}

/** Whether the system did its work: the operation happened, or the register itself refused it. */
export function isServed(outcome: Outcome): boolean {
  return (
    outcome.type === 'ok' || outcome.error === KEY_DOES_NOT_EXIST || outcome.error === PRECONDITION_FAILED
  );
}
