import type { Json } from '../../machines/json.ts';

/** What is known of an operation that failed. */
export type FailureDetails = {
  /** What was asked for: `write`, `cas`, `read` or `ryw_read`. */
  readonly type: string;
  readonly key: Json;
  readonly definite: boolean;
  readonly code: number | undefined;
  readonly node: string | undefined;
  readonly attempts: number;
};

/**
 * An operation that did not succeed, and whether that is known for sure.
 *
 * A cas that the register refused fails so, too: `definite`, with code 20 (no such key) or 22 (another value).
 */
export class RequestFailed extends Error {
  readonly type: string;
  readonly key: Json;
  /**
   * True: it did not happen and never will (a read changes nothing, so its failure is always definite). False: it
   * may have happened, and may still happen later; do not simply ask again.
   */
  readonly definite: boolean;
  /** The code of the last error reply, see Maelstrom's; undefined when the last attempt got no usable reply. */
  readonly code: number | undefined;
  /** The node that was asked last; undefined when none was. */
  readonly node: string | undefined;
  /** How often a node was asked. */
  readonly attempts: number;

  /** @param reason why the last attempt failed */
  constructor(details: FailureDetails, reason: string) {
    const { type, key, definite, node, attempts } = details;
    const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
    const where = node === undefined ? '' : ` at ${node}`;
    const reads = type === 'read' || type === 'ryw_read';
    const meaning = definite
      ? 'It did not happen and never will.'
      : 'It may have happened, or may still happen.';
    const tail = reads ? '' : ` ${meaning}`;
    super(`${type} of key ${inBrief(key)} failed${where} after ${tries}: ${reason}.${tail}`);
    this.name = 'RequestFailed';
    this.type = type;
    this.key = key;
    this.definite = definite;
    this.code = details.code;
    this.node = node;
    this.attempts = attempts;
  }
}

const SHOWN_LENGTH = 60;

/** A value for a human's eye: cut when it is long. */
export function inBrief(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH - 1)}…`;
}
