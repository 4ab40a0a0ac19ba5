import { setup } from 'xstate';
import { chartActions } from '../chart.ts';

/**
 * What one client has seen through this node: the highest log index that any reply has shown it. A read that is
 * asked for without a token may not be older than that, so a client that stays with one node reads its own writes
 * and never reads backwards, without doing anything (Terry et al., "Session Guarantees for Weakly Consistent
 * Replicated Data", 1994).
 *
 * A session is a virtual actor like a register: a plain number until a reply for its client goes out.
 */
export type SessionContext = {
  /** The highest index shown; 0 in `fresh`. Never goes back. */
  readonly shownIndex: number;
};

/** A reply that carries an index is on its way to the client. */
export type SessionEvent = { readonly type: 'index.shown'; readonly index: number };

const { update, guard } = chartActions<SessionContext, SessionEvent, never>();

export const sessionMachine = setup({
  types: { context: {} as SessionContext, events: {} as SessionEvent },
  actions: {
    advance: update('index.shown', (_context, { index }) => ({ shownIndex: index })),
  },
  guards: {
    /** The reply shows something later than any before it. */
    isNews: guard('index.shown', ({ shownIndex }, { index }) => index > shownIndex),
  },
}).createMachine({
  id: 'session',
  description: 'What one client has been shown by this node.',
  context: { shownIndex: 0 },
  initial: 'fresh',
  states: {
    fresh: {
      description: 'Has been shown nothing: any state of the store is new to this client.',
      on: { 'index.shown': { guard: 'isNews', target: 'tracking', actions: 'advance' } },
    },
    tracking: {
      description: 'Has seen the store at an index, and must not see it earlier again.',
      on: { 'index.shown': { guard: 'isNews', actions: 'advance' } },
    },
  },
});
