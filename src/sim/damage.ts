import type { Dice } from '../kit/dice.ts';

/** What damage looks like in a record's value. */
export type Damage<V> = {
  /** What is there of a value of which not all was written. */
  torn(value: V, dice: Dice): V;
  /** The value with one bit that is another. */
  flipped(value: V, dice: Dice): V;
};

/** Of bytes. Values are never changed in place: others may share them. */
export const DAMAGED_BYTES: Damage<Uint8Array> = {
  torn(value, dice) {
    const kept = dice.below(value.length);
    if (dice.chance(0.5)) return value.slice(0, kept);
    // The room was there already, and holds nothing yet.
    return value.slice().fill(0, kept);
  },
  flipped(value, dice) {
    const bit = dice.below(value.length * 8);
    const damaged = value.slice();
    damaged[bit >>> 3] = (damaged[bit >>> 3] as number) ^ (1 << (bit & 7));
    return damaged;
  },
};

/** Of records that are plain values in memory: there is nothing about them that could be torn. */
export const INDESTRUCTIBLE: Damage<never> = {
  torn() {
    throw new Error('a record in memory cannot be torn: give the node checked records');
  },
  flipped() {
    throw new Error('a record in memory has no bits: give the node checked records');
  },
};
