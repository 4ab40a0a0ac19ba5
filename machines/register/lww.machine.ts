import { setup } from 'xstate';
import { chartActions } from '../chart.ts';
import type { Json } from '../json.ts';
import { compareEntries, type LwwEntry } from './lww-entry.ts';

/**
 * One key of the conflict store where the last writer wins: of all entries that reached this replica, in whatever
 * order and however often, it holds the strongest. A virtual actor: a plain entry until an event for its key arrives.
 */
export type LwwContext = {
  /** The strongest entry so far; null in state `absent`. */
  readonly entry: LwwEntry | null;
};

export type LwwEvent =
  /**
   * This node's own write or deletion. It is answered with its timestamp also when a stronger entry stands, and then
   * it has no effect: that a write can be lost without a word is the nature of last-writer-wins.
   */
  | { readonly type: 'entry.put'; readonly entry: LwwEntry }
  /** An entry from elsewhere. */
  | { readonly type: 'entry.merged'; readonly entry: LwwEntry }
  | { readonly type: 'entry.read' };

/** What a put or a read found. */
export type LwwOutcome =
  | { readonly type: 'stamped'; readonly ts: number }
  | { readonly type: 'entry'; readonly value: Json; readonly ts: number }
  | { readonly type: 'missing' };

export type LwwEffect =
  /** Exactly one for a put or a read, none for a merge. */
  | { readonly type: 'answer'; readonly outcome: LwwOutcome }
  /** The key holds another entry than before, which peers must hear of. */
  | { readonly type: 'entry.changed'; readonly entry: LwwEntry };

const { update, effects, guard } = chartActions<LwwContext, LwwEvent, LwwEffect>();

export const lwwRegisterMachine = setup({
  types: { context: {} as LwwContext, events: {} as LwwEvent, emitted: {} as LwwEffect },
  actions: {
    keepEntry: update('entry.put', 'entry.merged', (_context, { entry }) => ({ entry })),
    announceEntry: effects('entry.put', 'entry.merged', (_context, { entry }) => [
      { type: 'entry.changed', entry },
    ]),
    answerStamped: effects('entry.put', (_context, { entry }) => [
      { type: 'answer', outcome: { type: 'stamped', ts: entry.ts } },
    ]),
    answerEntry: effects('entry.read', ({ entry }) => [{ type: 'answer', outcome: found(entry) }]),
    answerMissing: effects('entry.read', () => [{ type: 'answer', outcome: { type: 'missing' } }]),
  },
  guards: {
    outranks: guard(
      'entry.put',
      'entry.merged',
      (context, { entry }) => context.entry === null || compareEntries(entry, context.entry) > 0,
    ),
    isDeletion: guard(({ entry }) => entry?.deleted === true),
  },
}).createMachine({
  id: 'lww-register',
  description: 'One key, of which the strongest entry is kept: the latest write, or the deletion after it.',
  context: { entry: null },
  initial: 'absent',
  on: {
    'entry.put': [
      { guard: 'outranks', target: '.weighing', actions: ['keepEntry', 'answerStamped', 'announceEntry'] },
      { actions: 'answerStamped' },
    ],
    'entry.merged': { guard: 'outranks', target: '.weighing', actions: ['keepEntry', 'announceEntry'] },
  },
  states: {
    absent: {
      description: 'Nothing was heard of this key.',
      on: { 'entry.read': { actions: 'answerMissing' } },
    },
    weighing: {
      description: 'A new entry is the strongest. What it is decides the state; nothing stays here.',
      always: [{ guard: 'isDeletion', target: 'deleted' }, { target: 'live' }],
    },
    live: {
      description: 'The strongest entry is a write.',
      on: { 'entry.read': { actions: 'answerEntry' } },
    },
    deleted: {
      description: 'The strongest entry is a deletion, which holds off every weaker write: a tombstone.',
      on: { 'entry.read': { actions: 'answerMissing' } },
    },
  },
});

function found(entry: LwwEntry | null): LwwOutcome {
  return entry === null ? { type: 'missing' } : { type: 'entry', value: entry.value, ts: entry.ts };
}
