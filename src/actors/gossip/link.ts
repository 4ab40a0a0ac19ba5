import type { LinkFields } from '../../../machines/gossip/messages.ts';

/** What becomes of a message when it arrives. */
export type Arrival = {
  /** It may be handled. */
  readonly taken: boolean;
  /** It is the first that was heard of this life of the peer. */
  readonly isNewLife: boolean;
  /** The peer should be told of this node's life, and of which life of the peer this node knows. */
  readonly greets: boolean;
  /** The peer knows of a life of this node with this number, so this one needs a higher one; null when all is well. */
  readonly outlivedBy: number | null;
};

/**
 * One node's end of the link to another. Messages may be lost, repeated and overtaken at will, but for this promise,
 * on which the end of tombstones rests: after a statement of the peer was taken, nothing is taken any more that the
 * peer sent before it made the statement; and nothing that was sent to an earlier life of this node is taken ever.
 *
 * Lives are told apart by their epochs: the wall clock at the start, so that they ascend. Where a clock was turned
 * back they do not; then a peer that remembers the higher epoch makes it known, and the new life moves above it.
 */
export class Link {
  /** The latest life of the peer that was heard of; 0 when none was. */
  #theirEpoch = 0;
  /** How many statements of that life may have been taken. */
  #theirFence = 0;
  #fence = 0;

  get theirEpoch(): number {
    return this.#theirEpoch;
  }

  /** What this node writes on a message to the peer. */
  fields(epoch: number): Omit<LinkFields, 'from'> {
    return { epoch, to: this.#theirEpoch, fence: this.#fence };
  }

  /** From here on everything is sent after a statement. */
  raiseFence(): void {
    this.#fence += 1;
  }

  /** @param epoch this node's own */
  receive(message: LinkFields, epoch: number): Arrival {
    const outlivedBy = message.to > epoch ? message.to : null;
    if (message.epoch < this.#theirEpoch) {
      return { taken: false, isNewLife: false, greets: true, outlivedBy };
    }
    const isNewLife = message.epoch > this.#theirEpoch;
    if (isNewLife) {
      this.#theirEpoch = message.epoch;
      this.#theirFence = 0;
    }
    if (message.to !== epoch) return { taken: false, isNewLife, greets: true, outlivedBy };
    const taken = message.fence >= this.#theirFence;
    if (taken) this.#theirFence = message.fence;
    return { taken, isNewLife, greets: false, outlivedBy };
  }
}
