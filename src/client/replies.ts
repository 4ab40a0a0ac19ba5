import { inBrief } from './request-failed.ts';
import type { Body } from './transport.ts';

/** What replies mean for whoever asked: pure functions of request and reply. */

export type Request = { readonly type: 'read' | 'ryw_read' | 'write' | 'cas' } & Body;

export type Judgement =
  | { readonly type: 'done'; readonly body: Body; readonly index: number | undefined }
  | {
      readonly type: 'failed';
      readonly reason: string;
      readonly code: number | undefined;
      /** Whether the operation surely did not happen. */
      readonly definite: boolean;
      /** Whether asking another node is safe, and may help. */
      readonly retry: boolean;
    };

const REPLIES = { read: 'read_ok', ryw_read: 'ryw_read_ok', write: 'write_ok', cas: 'cas_ok' } as const;
/** Maelstrom's codes that say: it did not happen and never will. */
const DEFINITE: ReadonlySet<number> = new Set([1, 10, 11, 12, 14, 20, 21, 22, 30]);
/** Definite, and due to the node that was asked or to the moment: elsewhere or later it may go better. */
const PASSING: ReadonlySet<number> = new Set([1, 11]);

/** Whether the request changes nothing, so that it may be made again whatever became of it. */
export function isRead(request: Request): boolean {
  return request.type === 'read' || request.type === 'ryw_read';
}

/** What becomes of a request of which nobody knows how it ended. */
export function unanswered(request: Request, reason: string): Judgement {
  return { type: 'failed', reason, code: undefined, definite: isRead(request), retry: isRead(request) };
}

/**
 * What a reply says of the request.
 *
 * @param token the highest index that the session has been shown
 */
export function judge(request: Request, body: Body, token: number): Judgement {
  if (body.type === 'error') return judgeError(request, body);
  if (body.type !== REPLIES[request.type]) {
    return unanswered(request, `it was answered with ${inBrief(body.type)}, which is no answer to it`);
  }
  if (isRead(request) && body.value === undefined) return unanswered(request, 'the reply has no value');
  const index = indexOf(body);
  if (index === 'malformed')
    return unanswered(request, `the reply shows an index that is none: ${inBrief(body)}`);
  // A cluster that keeps its word never answers so; one that lost its memory does.
  if (isRead(request) && index !== undefined && index < token) {
    return unanswered(
      request,
      `it was read at index ${index}, before the ${token} that the session has seen`,
    );
  }
  return { type: 'done', body, index };
}

function judgeError(request: Request, body: Body): Judgement {
  const code = Number.isInteger(body.code) ? (body.code as number) : undefined;
  const text = typeof body.text === 'string' ? `: ${body.text}` : '';
  const reason = `error ${code ?? inBrief(body.code)}${text}`;
  const known = code !== undefined && DEFINITE.has(code);
  const retry = known ? PASSING.has(code) : isRead(request);
  return { type: 'failed', reason, code, definite: known || isRead(request), retry };
}

/** The index that a reply shows; undefined when it shows none (a node of the lin-kv workload). */
export function indexOf(body: Body): number | 'malformed' | undefined {
  const index = body.follower_applied_index ?? body.commit_index;
  if (index === undefined) return undefined;
  return Number.isSafeInteger(index) && (index as number) >= 0 ? (index as number) : 'malformed';
}
