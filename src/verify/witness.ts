import type { Step } from './register.ts';
import { isEnabled } from './register.ts';

/**
 * Checks a linearization from scratch: every step that must take effect is there once, no step stands after
 * one that was called only when it had returned, and each finds what it needs. So an `ok` never rests on
 * the search alone, however clever that gets.
 *
 * @throws Error when the order is no linearization: a fault of the search, not of the history
 */
export function assertLinearization(steps: readonly Step[], order: readonly Step[]): void {
  const placed = new Set(order);
  const missing = steps.find((step) => Number.isFinite(step.returnedAt) && !placed.has(step));
  const known = new Set(steps);
  if (missing !== undefined || placed.size !== order.length || order.some((step) => !known.has(step))) {
    throw new Error('the search returned an order that does not hold every operation exactly once');
  }
  let state: string | undefined;
  let latestCall = Number.NEGATIVE_INFINITY;
  for (const step of order) {
    const index = step.operation.invocation.index;
    if (step.returnedAt < latestCall)
      throw new Error(`the search placed operation ${index} after its completion`);
    if (!isEnabled(step, state))
      throw new Error(`the search placed operation ${index} where it is impossible`);
    latestCall = Math.max(latestCall, step.calledAt);
    if (step.written !== undefined) state = step.written;
  }
}
