import type { HistoryEvent } from './history.ts';
import type { IndicesResult } from './indices.ts';
import { show, spelling } from './json.ts';
import type { LinearizabilityResult } from './linearizability.ts';
import { type Operation, operations } from './operations.ts';
import type { SessionsResult } from './sessions.ts';
import { storeHistory } from './store-writes.ts';
import { describeLoss, fatesOf } from './survival.ts';

/** A small group of operations that contradict what was promised, for somebody to look at or to draw. */
export type Contradiction = {
  /** One line: what is wrong, with what. */
  readonly title: string;
  /** All of it for a human to read; several lines. */
  readonly text: string;
  /** In the order of their invocations. */
  readonly operations: readonly Operation[];
  /** Those of them that the others leave no room for; none when it is no single one. */
  readonly culprits: readonly Operation[];
};

/** So many of each kind: one is read, and a hundred are not. */
const MOST = 5;

/** What the checkers of registers and sessions found wrong, the first few of each. */
export function contradictionsIn(
  linearizability: LinearizabilityResult | null,
  sessions: SessionsResult | null,
  indices: IndicesResult | null,
): Contradiction[] {
  const registers = (linearizability?.keys ?? []).flatMap(({ key, violation }) => {
    if (violation === undefined) return [];
    const { core, stuck, text } = violation;
    const title = `No order explains what clients saw of key ${show(key)}`;
    return [{ title, text, operations: core, culprits: core.filter((one) => stuck.includes(one)) }];
  });
  const letDown = (sessions?.violations ?? []).map(
    ({ guarantee, session, operations: [first, second], text }) => ({
      title: `Session ${show(session)} was not given ${guarantee}`,
      text,
      operations: inOrder([first, second]),
      culprits: [second],
    }),
  );
  const misplaced = (indices?.violations ?? []).map(({ operations: those, text }) => ({
    title: 'Indices in replies are no places in one log',
    text,
    operations: inOrder(those),
    culprits: [],
  }));
  return [registers, letDown, misplaced].flatMap((some) => some.slice(0, MOST));
}

/**
 * Acknowledged writes that a conflict store has lost, the first few, each with the writes that are held in its place
 * and with a read at the end that shows it.
 *
 * @throws HistoryError when the events are no history, or two writes have one value
 */
export function lossesIn(events: readonly HistoryEvent[]): Contradiction[] {
  const history = storeHistory(events);
  const lost = fatesOf(history).filter(({ fate }) => fate === 'lost');
  const all = lost.length === 0 ? [] : operations(events);
  return lost.slice(0, MOST).map(({ write }) => {
    const final = all.find(
      (one) => one.f === 'final_read' && one.outcome === 'ok' && spelling(one.key) === write.key,
    );
    const shown = (final?.completion?.value ?? []) as readonly (string | number)[];
    const heldInstead = shown.flatMap((value) => history.writes.get(spelling(value))?.invocation ?? []);
    const group = all.filter(
      (one) => one === final || one.invocation === write.invocation || heldInstead.includes(one.invocation),
    );
    const said =
      final === undefined ? '' : `\nAt the end ${final.invocation.node ?? 'a node'} shows ${show(shown)}.`;
    return {
      title: `The acknowledged write of ${write.id} to key ${write.key} is lost`,
      text: `${describeLoss(write)}.${said}`,
      operations: group,
      culprits: group.filter((one) => one.invocation === write.invocation),
    };
  });
}

function inOrder(some: readonly Operation[]): Operation[] {
  return some.toSorted((a, b) => a.invocation.index - b.invocation.index);
}
