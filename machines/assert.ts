/** A rule that the protocol relies on does not hold: the node must stop before it answers wrongly. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/**
 * States what must be true here. Stays on in production.
 *
 * @param explain the values involved, computed only when the rule is broken
 * @throws InvariantViolation when `holds` is false
 */
export function invariant(holds: boolean, rule: string, explain?: () => unknown): asserts holds {
  if (holds) return;
  throw new InvariantViolation(explain === undefined ? rule : `${rule}: ${JSON.stringify(explain())}`);
}
