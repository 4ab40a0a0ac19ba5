/** Why a node cannot start from what is in its directory, or go on with it. */
export type StorageErrorKind =
  /** A record that was acknowledged is damaged or missing. */
  | 'damaged'
  /** The directory was written by a version that this one does not know. */
  | 'format'
  /** The directory belongs to another node or cluster. */
  | 'identity'
  /** Another process uses the directory. */
  | 'locked'
  /** What is there is no directory of a node's, or cannot be read or written. */
  | 'unusable';

/** What is wrong with stored state, where, and what to do about it. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly kind: StorageErrorKind;
  /** What is wrong; and what to do about it. */
  readonly fault: string;
  readonly advice: string;

  constructor(kind: StorageErrorKind, fault: string, advice: string) {
    super(`${fault}: ${advice}`);
    this.kind = kind;
    this.fault = fault;
    this.advice = advice;
  }
}

/** @param fault what is wrong with which record, as a person would look for it: "log record 17 is damaged" */
export function damaged(fault: string): StorageError {
  return new StorageError(
    'damaged',
    fault,
    'this was acknowledged and cannot be trusted any more; "actorum inspect-data" lists all damage; restore the directory from a copy, or remove the node from its cluster, empty the directory and add the node again',
  );
}
