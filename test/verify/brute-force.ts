import { isDeepStrictEqual } from 'node:util';
import type { HistoryEvent, Json } from '../../src/verify/index.ts';

type Operation = { begin: HistoryEvent; end: HistoryEvent | undefined };
type Register = { value: Json } | undefined;
const IMPOSSIBLE = Symbol('impossible');

/**
 * Whether one register's history is linearizable, straight from the definition: every order of the operations
 * is tried. It shares no code and no idea with the checker, and is of use only for a handful of operations.
 */
export function isLinearizableByTrial(events: readonly HistoryEvent[]): boolean {
  const operations: Operation[] = [];
  for (const event of events) {
    if (event.type === 'invoke') operations.push({ begin: event, end: undefined });
    else {
      const open = operations.findLast(
        ({ begin, end }) => begin.process === event.process && end === undefined,
      );
      if (open !== undefined) open.end = event;
    }
  }
  return anyOrder(operations.filter(mattersAtAll), undefined);
}

function mattersAtAll({ begin, end }: Operation): boolean {
  if (begin.f === 'read') return end?.type === 'ok';
  if (end?.type !== 'fail') return true;
  return begin.f === 'cas' && (end.error === 'key-does-not-exist' || end.error === 'precondition-failed');
}

const isOptional = ({ end }: Operation): boolean => end === undefined || end.type === 'info';

function anyOrder(left: readonly Operation[], register: Register): boolean {
  if (left.every(isOptional)) return true;
  return left.some((operation) => {
    const tooLate = left.some(
      (other) => !isOptional(other) && (other.end?.index ?? 0) < operation.begin.index,
    );
    if (tooLate) return false;
    const after = apply(operation, register);
    return (
      after !== IMPOSSIBLE &&
      anyOrder(
        left.filter((other) => other !== operation),
        after,
      )
    );
  });
}

function apply(operation: Operation, register: Register): Register | typeof IMPOSSIBLE {
  const { begin, end } = operation;
  if (begin.f === 'write') return { value: begin.value as Json };
  if (begin.f === 'read') {
    return isDeepStrictEqual(end?.value, register === undefined ? null : register.value)
      ? register
      : IMPOSSIBLE;
  }
  const [from, to] = begin.value as [Json, Json];
  const refusal = refusalOf(register, from, begin.createIfNotExists === true);
  if (isOptional(operation)) return refusal === undefined ? { value: to } : register;
  if (end?.type === 'fail') return refusal === end.error ? register : IMPOSSIBLE;
  return refusal === undefined ? { value: to } : IMPOSSIBLE;
}

function refusalOf(register: Register, from: Json, creates: boolean): string | undefined {
  if (register === undefined) return creates ? undefined : 'key-does-not-exist';
  return isDeepStrictEqual(register.value, from) ? undefined : 'precondition-failed';
}
