import { setTimer } from './timer.ts';
import type { SetTimer, Transport } from './transport.ts';

export type SessionOptions = {
  readonly transport: Transport;
  /** The nodes that may be asked; the session begins with the first. */
  readonly nodes: readonly string[];
  /** The `src` of the session's messages; by default `c1` for the first session on a transport, `c2` for the next. */
  readonly clientId?: string;
  /** How long a reply is waited for; 1000 by default. Nodes answer within 900 ms. */
  readonly timeoutMs?: number;
  /** How long an operation may take with all its attempts; five times `timeoutMs` by default. */
  readonly deadlineMs?: number;
  /** How often an operation is tried; twice the number of nodes, and at least 3, by default. */
  readonly maxAttempts?: number;
  /** The pause after every node was asked in vain; 50 by default. */
  readonly retryDelayMs?: number;
  /** What `read` does by default: true (the default) for `from: 'any'`, false for `from: 'leader'`. */
  readonly preferFollower?: boolean;
  /** The token to begin with, 0 by default: a session that goes on from another one begins with its token. */
  readonly token?: number;
  /** Timers other than the program's own, for virtual time. */
  readonly setTimer?: SetTimer;
};

/**
 * @param number how many sessions the transport has had, this one included
 * @throws RangeError that names the option, its value and what is allowed
 */
export function withDefaults(options: SessionOptions, number: number): Required<SessionOptions> {
  const { transport, nodes } = options;
  if (nodes.length === 0) throw new RangeError('option "nodes" is empty: a session needs a node to ask');
  const twice = nodes.find((node, i) => nodes.indexOf(node) !== i);
  if (twice !== undefined) throw new RangeError(`option "nodes" names ${JSON.stringify(twice)} twice`);
  const timeoutMs = inRange('timeoutMs', options.timeoutMs ?? 1000, 1);
  return {
    transport,
    nodes: [...nodes],
    clientId: options.clientId ?? `c${number}`,
    timeoutMs,
    deadlineMs: inRange('deadlineMs', options.deadlineMs ?? 5 * timeoutMs, 1),
    maxAttempts: integer('maxAttempts', options.maxAttempts ?? Math.max(3, 2 * nodes.length), 1),
    retryDelayMs: inRange('retryDelayMs', options.retryDelayMs ?? 50, 0),
    preferFollower: options.preferFollower ?? true,
    token: integer('token', options.token ?? 0, 0),
    setTimer: options.setTimer ?? setTimer,
  };
}

function inRange(name: string, value: number, least: number): number {
  if (Number.isFinite(value) && value >= least) return value;
  throw new RangeError(`option "${name}" is ${value}: it must be a number from ${least}`);
}

function integer(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`option "${name}" is ${value}: it must be an integer from ${least}`);
}
