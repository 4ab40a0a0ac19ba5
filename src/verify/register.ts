import type { HistoryEvent, Json } from './history.ts';
import { HistoryError, KEY_DOES_NOT_EXIST, PRECONDITION_FAILED } from './history.ts';
import { show, spelling } from './json.ts';
import type { Operation } from './operations.ts';
import { placeOf } from './operations.ts';

/** What an operation asks of the register at the moment it takes effect. The numbers index typed arrays. */
export const NEED = {
  /** A write: whatever is there. */
  nothing: 0,
  /** A read, or a cas: exactly this value. */
  value: 1,
  /** A read of null: the key is absent, or null was written. */
  nullOrAbsent: 2,
  /** A cas refused because there was no key. */
  absent: 3,
  /** A cas refused because of the value: the key is present and holds another one. */
  presentButNot: 4,
  /** A cas that may create: the key is absent, or holds this value. */
  absentOr: 5,
  /** No register ever answers so: a cas that may create, refused because there was no key. */
  impossible: 6,
} as const;
export type Need = (typeof NEED)[keyof typeof NEED];

/**
 * An operation on one register, reduced to what the search must know: between which two moments it takes
 * effect, what it needs then, and what it leaves behind. Values are given by their spellings.
 */
export type Step = {
  readonly operation: Operation;
  /** History index of the invocation. */
  readonly calledAt: number;
  /** History index of the completion; Infinity when it may take effect at any later time, or never. */
  readonly returnedAt: number;
  readonly need: Need;
  /** The value that `need` speaks of; empty when it speaks of none. */
  readonly needed: string;
  /** The value that the register holds afterwards; undefined when it is left as it was. */
  readonly written: string | undefined;
};

/** Whether a register in this state (undefined: the key is absent) gives the step what it needs. */
export function isEnabled(
  { need, needed }: Pick<Step, 'need' | 'needed'>,
  state: string | undefined,
): boolean {
  switch (need) {
    case NEED.nothing:
      return true;
    case NEED.value:
      return state === needed;
    case NEED.nullOrAbsent:
      return state === undefined || state === 'null';
    case NEED.absent:
      return state === undefined;
    case NEED.presentButNot:
      return state !== undefined && state !== needed;
    case NEED.absentOr:
      return state === undefined || state === needed;
    case NEED.impossible:
      return false;
  }
}

/**
 * The step that an operation of a history amounts to; undefined when it says nothing: a read without an
 * answer, and whatever certainly did not happen without having looked at the register.
 *
 * @throws HistoryError when the operation is not one of a register, or lacks its value
 */
export function stepOf(operation: Operation): Step | undefined {
  switch (operation.f) {
    case 'read':
      return readStep(operation);
    case 'write':
      return writeStep(operation);
    case 'cas':
      return casStep(operation);
    default: {
      const problem = `is ${show(operation.f)}; a register knows "read", "write" and "cas"`;
      throw new HistoryError(placeOf(operation.invocation), 'f', problem);
    }
  }
}

function readStep(operation: Operation): Step | undefined {
  if (operation.outcome !== 'ok') return undefined;
  const value = requiredValue(operation.completion as HistoryEvent, 'the value that was read');
  if (value === null) return step(operation, NEED.nullOrAbsent, '', undefined);
  return step(operation, NEED.value, spelling(value), undefined);
}

function writeStep(operation: Operation): Step | undefined {
  const value = requiredValue(operation.invocation, 'the value to write');
  checkEcho(operation, value);
  if (operation.outcome === 'fail') return undefined;
  return step(operation, NEED.nothing, '', spelling(value));
}

function casStep(operation: Operation): Step | undefined {
  const value = requiredValue(operation.invocation, 'the pair [from, to]');
  if (!Array.isArray(value) || value.length !== 2) {
    const problem = `is ${show(value)}; a cas carries the pair [from, to]`;
    throw new HistoryError(placeOf(operation.invocation), 'value', problem);
  }
  checkEcho(operation, value);
  const [from, to] = value.map(spelling) as [string, string];
  const creates = operation.invocation.createIfNotExists === true;
  if (operation.outcome === 'fail') return refusalStep(operation, from, creates);
  if (creates) return step(operation, NEED.absentOr, from, to);
  // A cas from a value to itself changes nothing: it is a read, and as an `info` it says nothing.
  if (from !== to) return step(operation, NEED.value, from, to);
  return operation.outcome === 'ok' ? step(operation, NEED.value, from, undefined) : undefined;
}

/** A cas that the register itself refused has observed it. */
function refusalStep(operation: Operation, from: string, creates: boolean): Step | undefined {
  const error = operation.completion?.error;
  if (error === PRECONDITION_FAILED) return step(operation, NEED.presentButNot, from, undefined);
  if (error !== KEY_DOES_NOT_EXIST) return undefined;
  return step(operation, creates ? NEED.impossible : NEED.absent, '', undefined);
}

function step(operation: Operation, need: Need, needed: string, written: string | undefined): Step {
  const returnedAt =
    operation.outcome === 'info' || operation.completion === undefined
      ? Number.POSITIVE_INFINITY
      : operation.completion.index;
  return { operation, calledAt: operation.invocation.index, returnedAt, need, needed, written };
}

function requiredValue(event: HistoryEvent, meaning: string): Json {
  if (event.value !== undefined) return event.value;
  throw new HistoryError(placeOf(event), 'value', `is missing; it must be ${meaning}`);
}

/** A completion need not repeat the value; one that repeats it differently belongs to something else. */
function checkEcho({ invocation, completion }: Operation, value: Json): void {
  if (completion?.value === undefined || spelling(completion.value) === spelling(value)) return;
  const problem = `is ${show(completion.value)}, but event ${invocation.index} began with ${show(value)}`;
  throw new HistoryError(placeOf(completion), 'value', problem);
}
