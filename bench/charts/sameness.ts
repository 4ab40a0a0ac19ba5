import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../../machines/raft/log.ts';
import type { Case } from './cases.ts';
import { type Outcome, type Stepper, stepperOf } from './steppers.ts';

/**
 * A way that came to another result than stock XState would measure something else.
 * @returns the first moment of the case at which it does; null when there is none
 */
export function firstDifference(one: Case, stepper: Stepper): number | null {
  const stock = stepperOf('scope', one);
  for (let i = 0; i < one.moments.length; i += 1) {
    const expected = comparable(stock.outcome(i));
    const found = comparable(stepper.outcome(i));
    if (!isDeepStrictEqual(found, expected)) return i;
  }
  return null;
}

/** Of a log only what belongs to it. */
function comparable({ value, context, effects }: Outcome): unknown {
  const { log, ...rest } = context as { readonly log?: Log };
  return { value, rest, log: log?.entries.slice(0, log.length), effects };
}
