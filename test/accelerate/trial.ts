import fc from 'fast-check';
import { type Mode, Pair } from './differential.ts';
import { randomMachine } from './random-machine.ts';
import { Tape } from './tape.ts';
import { Calls, EVENT_TYPES } from './user-functions.ts';

/** Beyond what any machine takes in, so that nothing is forgotten; and so little that much is. */
const LIMITS = [10_000, 10_000, 10_000, 20, 3] as const;
/** Programs at once, soon, and never: so that they come before, while and after things are learnt. */
const COMPILE_AFTER = [1, 2, 1, 3, Number.POSITIVE_INFINITY] as const;
const MAX_MACHINE_BYTES = 300;
const MAX_EVENTS = 16;

/** What a trial is made from: a machine, and what happens to it. */
export type Trial = { readonly machine: Uint8Array; readonly events: Uint8Array };

export const trials: fc.Arbitrary<Trial> = fc.record({
  machine: bytes(MAX_MACHINE_BYTES),
  events: bytes(3 + 3 * MAX_EVENTS),
});

function bytes(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ maxLength: length, size: 'max' });
}

/**
 * Runs a random machine twice over the same events, accelerated and stock.
 *
 * @returns how many steps were compared
 * @throws Error that says where they part
 */
export function runTrial({ machine, events }: Trial, mode: Mode): number {
  const calls = new Calls();
  const tape = new Tape(events);
  const limit = tape.pick(LIMITS);
  const compileAfter = tape.pick(COMPILE_AFTER);
  const pair = new Pair(randomMachine(new Tape(machine), calls), calls, mode, limit, compileAfter);
  pair.start();
  const steps = Math.ceil(events.length / 3);
  for (let i = 0; i < steps; i++) {
    if (tape.chance(1, 12)) pair.restore();
    else pair.send({ type: tape.pick(EVENT_TYPES), v: tape.below(3) });
  }
  return steps;
}
