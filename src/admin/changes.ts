import { everyone, fetchMembers, type Members } from './members.ts';
import { AdminError, type Body, type Transport } from './transport.ts';

/**
 * Changes of members and of the leader, from their beginning to their end. Each is made of short requests, any of which
 * may be lost or refused for the moment: so it is looked what is the case, and asked for what is missing, until nothing
 * is. A change that somebody else ends, or has made already, is as good.
 */

export type ChangeOptions = {
  /** Whom to ask, one after the other; any node when left out. */
  readonly nodes?: readonly (string | null)[];
  /** When to give up, in milliseconds from now. */
  readonly deadlineMs?: number;
  /** How long to wait before looking again, in milliseconds. */
  readonly pollMs?: number;
  /** Is told how it goes, in one line; often the same one again. */
  readonly tell?: (text: string) => void;
  /** Gives up at once. */
  readonly signal?: AbortSignal;
};

export type Change = {
  /** Nodes that are to vote. They are learners first, until they have caught up. */
  readonly add?: readonly string[];
  /** Nodes that are to receive the log only. */
  readonly learners?: readonly string[];
  readonly remove?: readonly string[];
};

const TIMEOUT = 0;
const NOT_NOW = 11;
const CHANGED_MEANWHILE = 22;
/** Refusals that another attempt may outlive. */
const PASSING: readonly unknown[] = [TIMEOUT, NOT_NOW, 13, CHANGED_MEANWHILE];

/** A node learns, catches up and votes. */
export function addMember(transport: Transport, node: string, options?: ChangeOptions): Promise<Members> {
  return changeMembers(transport, { add: [node] }, options);
}

/** A node, which may lead, votes no more and receives nothing more. */
export function removeMember(transport: Transport, node: string, options?: ChangeOptions): Promise<Members> {
  return changeMembers(transport, { remove: [node] }, options);
}

/** Some nodes come and others go in one change, once those that come have caught up. */
export function replaceMembers(
  transport: Transport,
  remove: readonly string[],
  add: readonly string[],
  options?: ChangeOptions,
): Promise<Members> {
  return changeMembers(transport, { add, remove }, options);
}

/**
 * Makes the cluster what is wished, and waits until it is.
 * @returns the members in the end
 * @throws AdminError when it cannot be, or is not in time; it may still happen then
 */
export async function changeMembers(
  transport: Transport,
  change: Change,
  options: ChangeOptions = {},
): Promise<Members> {
  const { nodes = [null], tell = () => {} } = options;
  const attempt = attempts(transport, options, (change.add ?? []).length === 0 ? '' : LEARNERS_STAY);
  for (;;) {
    const members = await look(transport, nodes, change);
    const step = typeof members === 'string' ? members : nextStep(members, change);
    if (typeof members !== 'string' && step === null) return members;
    const problem =
      typeof step === 'string' || step === null ? String(step) : await take(transport, nodes, step);
    if (problem !== null) tell(problem);
    await attempt(problem);
  }
}

/**
 * Lets a node lead.
 * @throws AdminError when it cannot, or does not in time; it may still do so then
 */
export async function transferLeadership(
  transport: Transport,
  to: string,
  options: ChangeOptions = {},
): Promise<void> {
  const { nodes = [null], tell = () => {} } = options;
  const attempt = attempts(transport, options);
  for (;;) {
    const problem = await take(transport, nodes, { type: 'transfer_leadership', to });
    if (problem === null) return;
    tell(problem);
    await attempt(problem);
  }
}

/** Whoever was to be added is a learner before it votes, and remains one when the time is over. */
const LEARNERS_STAY = '; who was to be added may have become a learner: try again, or remove it';

/** Waits before the next attempt. @param left what a change may leave behind that is given up in the middle */
function attempts(
  transport: Transport,
  { deadlineMs = 60_000, pollMs = 100, signal }: ChangeOptions,
  left = '',
) {
  const endMs = transport.nowMs() + deadlineMs;
  return async (problem: string | null): Promise<void> => {
    if (signal?.aborted) throw new AdminError(TIMEOUT, 'given up before it was done; it may still happen');
    if (transport.nowMs() + pollMs > endMs) {
      const why = problem === null ? '' : `: ${problem}`;
      throw new AdminError(TIMEOUT, `not done within ${deadlineMs} ms, and may still happen${why}${left}`);
    }
    await transport.sleep(pollMs);
  };
}

/** What is the case. Whoever is asked may have left the cluster by this very change, and then nobody confirms it. */
async function look(
  transport: Transport,
  nodes: readonly (string | null)[],
  change: Change,
): Promise<Members | string> {
  const members = await fetchMembers(transport, nodes);
  if (typeof members !== 'string') return members;
  const local = await fetchMembers(transport, nodes, true);
  if (typeof local === 'string' || (change.remove ?? []).length === 0) return members;
  return nextStep(local, change) === null ? local : members;
}

/** The request that is due, a reason to wait, or null when all is as wished. */
function nextStep(members: Members, { add = [], learners = [], remove = [] }: Change): Body | string | null {
  const { voters, outgoing, index } = members;
  if (outgoing.length > 0) return `${list(outgoing)} and ${list(voters)} decide together (index ${index})`;
  const all = everyone(members);
  const strangers = [...add, ...learners].filter((node) => !all.includes(node));
  if (strangers.length > 0) return { type: 'change_members', learners: strangers, if_index: index };
  const rising = add.filter((node) => !voters.includes(node));
  const leaving = remove.filter((node) => all.includes(node));
  if (rising.length === 0 && leaving.length === 0) return null;
  return { type: 'change_members', add: rising, remove: leaving, if_index: index };
}

/**
 * @returns null when it was granted, else why not yet
 * @throws AdminError when it will never be
 */
async function take(
  transport: Transport,
  nodes: readonly (string | null)[],
  step: Body,
): Promise<string | null> {
  let problem = 'no node answered';
  for (const node of nodes) {
    const reply = await transport.request(node, step);
    if (reply === null) continue;
    if (reply.type === `${step.type}_ok`) return null;
    problem = String(reply.text ?? `answered with ${reply.type}`);
    if (!PASSING.includes(reply.code)) throw new AdminError(Number(reply.code ?? TIMEOUT), problem);
    return problem;
  }
  return problem;
}

function list(nodes: readonly string[]): string {
  return nodes.join(', ');
}
