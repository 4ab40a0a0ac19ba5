import type { Dice } from '../kit/dice.ts';

/** What chance does to messages between nodes, apart from their latency. Shares are from 0 to 1. */
export type Weather = {
  /** Of messages that never arrive. */
  readonly loss: number;
  /** Of messages that arrive twice. */
  readonly duplicate: number;
  /** Of messages that are held up, so that later ones overtake them. */
  readonly reorder: number;
  /** How long at most a message is held up, and the copy of one that arrives twice; in milliseconds. */
  readonly spreadMs: number;
};

export const CLEAR: Weather = { loss: 0, duplicate: 0, reorder: 0, spreadMs: 0 };

/**
 * What becomes of one message.
 * @returns for each copy that arrives, how much later than it would otherwise, in milliseconds; empty when it is lost
 */
export function fateOf({ loss, duplicate, reorder, spreadMs }: Weather, dice: Dice): readonly number[] {
  // A share of nothing draws nothing, so that what is drawn for one fault does not depend on the others being off.
  if (loss > 0 && dice.chance(loss)) return [];
  const lateMs = reorder > 0 && dice.chance(reorder) ? dice.between(0, spreadMs) : 0;
  if (duplicate > 0 && dice.chance(duplicate)) return [lateMs, lateMs + dice.between(0, spreadMs)];
  return [lateMs];
}
