import type { HistoryEvent, Json } from './history.ts';
import { HistoryError } from './history.ts';
import { show, spelling } from './json.ts';

/** An invocation and what became of it. */
export type Operation = {
  readonly process: number;
  readonly f: string;
  readonly key: Json;
  /** `info` also when the history ends before the operation does. */
  readonly outcome: 'ok' | 'fail' | 'info';
  readonly invocation: HistoryEvent;
  readonly completion?: HistoryEvent;
};

type Pair = { readonly invocation: HistoryEvent; completion?: HistoryEvent };

/**
 * Pairs every invocation of a client with its completion, in the order of the invocations.
 * What the nemesis did is passed over, yet its place and time are checked like everyone's.
 *
 * @throws HistoryError when the events are no history: an index that does not increase, a time that steps
 * back, a completion that nothing began or that tells of another operation or session, a process with two
 * operations open at once or one that goes on after an `info`, a log index that is none
 */
export function operations(events: readonly HistoryEvent[]): readonly Operation[] {
  const found: Pair[] = [];
  const open = new Map<number, Pair>();
  let previous: HistoryEvent | undefined;
  for (const event of events) {
    checkPlace(event, previous);
    previous = event;
    if (event.process === 'nemesis') continue;
    const current = open.get(event.process);
    if (event.type === 'invoke') {
      checkInvocation(event, current);
      const operation: Pair = { invocation: event };
      open.set(event.process, operation);
      found.push(operation);
    } else {
      checkCompletion(event, current);
      if (current !== undefined) current.completion = event;
      // After an `info` the operation stays in the map: its process has ended and may not begin another one.
      if (event.type !== 'info') open.delete(event.process);
    }
  }
  return found.map(toOperation);
}

function toOperation(pair: Pair): Operation {
  const { process, f, key } = pair.invocation;
  const type = pair.completion?.type ?? 'info';
  return { process: process as number, f, key: key as Json, outcome: type as Operation['outcome'], ...pair };
}

function checkPlace(event: HistoryEvent, previous: HistoryEvent | undefined): void {
  const place = placeOf(event);
  if (!Number.isInteger(event.index) || event.index < 0) {
    throw new HistoryError(place, 'index', `is ${show(event.index)}; it must be an integer from 0`);
  }
  if (!Number.isFinite(event.timeMs)) {
    throw new HistoryError(place, 'timeMs', `is ${String(event.timeMs)}; it must be a finite number`);
  }
  if (previous === undefined) return;
  if (event.index <= previous.index) {
    const problem = `does not follow the index before it, ${previous.index}; indexes strictly increase`;
    throw new HistoryError(place, 'index', problem);
  }
  if (event.timeMs < previous.timeMs) {
    const problem = `is ${event.timeMs}, before the ${previous.timeMs} of event ${previous.index}; time never steps back`;
    throw new HistoryError(place, 'timeMs', problem);
  }
}

function checkInvocation(event: HistoryEvent, current: Pair | undefined): void {
  const place = placeOf(event);
  if (event.key === undefined)
    throw new HistoryError(place, 'key', 'is missing; an invocation names its register');
  checkIndex(event, 'token');
  if (current === undefined) return;
  const began = `${current.invocation.f} of event ${current.invocation.index}`;
  throw new HistoryError(
    place,
    'process',
    current.completion === undefined
      ? `is ${event.process}, whose ${began} is still open; a process does one thing at a time`
      : `is ${event.process}, which ended when its ${began} became info; go on under a new process number`,
  );
}

function checkCompletion(event: HistoryEvent, current: Pair | undefined): void {
  const place = placeOf(event);
  if (current === undefined || current.completion !== undefined) {
    throw new HistoryError(place, 'process', `is ${event.process}, which has no open operation to complete`);
  }
  const { index, f, key } = current.invocation;
  if (event.f !== f) {
    throw new HistoryError(place, 'f', `is ${show(event.f)}, but event ${index} began a ${show(f)}`);
  }
  if (event.key !== undefined && spelling(event.key) !== spelling(key as Json)) {
    throw new HistoryError(place, 'key', `is ${show(event.key)}, but event ${index} began on ${show(key)}`);
  }
  const { session } = current.invocation;
  if (event.session !== undefined && event.session !== session) {
    const began = session === undefined ? 'in no session' : `in ${show(session)}`;
    throw new HistoryError(place, 'session', `is ${show(event.session)}, but event ${index} began ${began}`);
  }
  checkIndex(event, 'shownIndex');
}

/** An index that is none would compare as neither lower nor higher, and so would hide every violation. */
function checkIndex(event: HistoryEvent, field: 'token' | 'shownIndex'): void {
  const index = event[field];
  if (index === undefined || (Number.isSafeInteger(index) && index >= 0)) return;
  throw new HistoryError(placeOf(event), field, `is ${show(index)}; it must be an integer from 0`);
}

/** How errors name an event. */
export function placeOf(event: HistoryEvent): string {
  return `event ${show(event.index)} (process ${show(event.process)}, ${event.type} ${event.f})`;
}
