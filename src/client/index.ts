/**
 * A client of the cluster (`actorum/client`): sessions whose reads may be served by followers and still see what
 * the session wrote. It stands alone: give it a transport of messages, and it does the rest.
 *
 * @example
 * const session = createSession({ transport, nodes: ['n1', 'n2', 'n3'] });
 * await session.write('x', 1);
 * const { value } = await session.read('x', { from: 'follower' });
 */
export type { Json } from '../../machines/json.ts';
export type { SessionOptions } from './options.ts';
export type { FailureDetails } from './request-failed.ts';
export { RequestFailed } from './request-failed.ts';
export type { ReadFrom, ReadResult, Session, WriteResult } from './session.ts';
export { createSession } from './session.ts';
export type { Body, Message, SetTimer, Transport } from './transport.ts';
