import { setup } from 'xstate';
import { chartActions } from '../chart.ts';
import type { Json } from '../json.ts';
import { ERROR, type Outcome, type RywOutcome } from '../operations.ts';

/**
 * One read that must not be older than what its client has seen (its token). A follower that has applied as much
 * serves it at once; one that is behind waits a little, and then lets the leader serve it: one hop, never two. The
 * leader serves what a majority has confirmed (ReadIndex, thesis section 6.4) and what reaches the token, so no
 * answer is ever older than the token, whoever gives it.
 *
 * The cell lives for one read. Whatever ends the read clears its timer; what comes after that finds nobody.
 */
export type RywReadContext = {
  /** This node. */
  readonly id: string;
  readonly key: Json;
  /** The answer must show the store at this index or later. */
  readonly token: number;
  readonly preferFollower: boolean;
  /** When the request arrived, by this node's monotonic clock. */
  readonly sinceMs: number;
  /** How long to wait for this node to catch up. */
  readonly waitMs: number;
  /** What this node had applied when it was last looked at. */
  readonly appliedIndex: number;
  /** This node led when it was last looked at: then nothing is served without a majority's word. */
  readonly leads: boolean;
  /** This node knows what it has shown to the client, or was told; otherwise only the leader is fresh enough. */
  readonly remembers: boolean;
  /** How the read ended; null until it has. */
  readonly outcome: RywOutcome | Extract<Outcome, { type: 'error' }> | null;
  /** How long the read has waited here, in milliseconds. */
  readonly waitedMs: number;
};

export type RywReadInput = Omit<RywReadContext, 'outcome' | 'waitedMs' | 'remembers'>;

export type RywReadEvent =
  /** What the read is and what this node has is known (it stands in the context): decide. */
  | { readonly type: 'read.began' }
  /** This node has applied the log up to `index`. */
  | { readonly type: 'applied'; readonly index: number; readonly nowMs: number }
  /** This node has not caught up in the time that it was given. */
  | { readonly type: 'wait.timeout' }
  /** Whether this node leads now. */
  | { readonly type: 'leader.changed'; readonly leads: boolean }
  /** What became of the read that was passed to the leader. */
  | {
      readonly type: 'leader.answered';
      readonly outcome: Outcome;
      readonly index: number | null;
      readonly servedBy: string | null;
      readonly nowMs: number;
    }
  /** No more input will come, so nothing that this read waits for will. */
  | { readonly type: 'input.ended' };

export type RywReadEffect =
  /** Serve the read from what this node has applied. */
  | { readonly type: 'serve'; readonly key: Json; readonly waitedMs: number }
  /** Let the leader read, at `minIndex` or later. */
  | { readonly type: 'redirect'; readonly key: Json; readonly minIndex: number; readonly sinceMs: number }
  /** Tell the client what became of its read. */
  | { readonly type: 'answer'; readonly outcome: NonNullable<RywReadContext['outcome']> }
  /** Come back with `wait.timeout` in `ms` milliseconds. */
  | { readonly type: 'timer.set'; readonly timer: 'wait'; readonly ms: number }
  /** The read waits no longer. */
  | { readonly type: 'timer.clear'; readonly timer: 'wait' };

type Answered = Extract<RywReadEvent, { type: 'leader.answered' }>;

function createContext({ input }: { input: RywReadInput }): RywReadContext {
  return { ...input, remembers: true, outcome: null, waitedMs: 0 };
}

/** The leader's value as this read's answer: a leader that was asked itself answers as the node that served. */
function outcomeOf(context: RywReadContext, event: Answered): NonNullable<RywReadContext['outcome']> {
  const { outcome, index, servedBy, nowMs } = event;
  if (outcome.type === 'error') return outcome;
  if (outcome.type !== 'read_ok' || index === null || servedBy === null) {
    return { type: 'error', code: ERROR.crash, text: `a read was answered with ${outcome.type}` };
  }
  const served = { type: 'ryw_read_ok', value: outcome.value, servedBy, index } as const;
  if (servedBy === context.id) return { ...served, waitedMs: elapsed(context, nowMs), reason: null };
  const reason = context.preferFollower ? 'follower_behind_redirected_to_leader' : 'leader_preferred';
  return { ...served, waitedMs: null, reason };
}

/** To the microsecond, so that a short wait is not rounded to none. */
function elapsed({ sinceMs }: RywReadContext, nowMs: number): number {
  return Math.max(0, Math.round((nowMs - sinceMs) * 1000) / 1000);
}

const { update, effects, guard } = chartActions<RywReadContext, RywReadEvent, RywReadEffect>();

export const rywReadMachine = setup({
  types: {
    context: {} as RywReadContext,
    events: {} as RywReadEvent,
    emitted: {} as RywReadEffect,
    input: {} as RywReadInput,
  },
  actions: {
    catchUp: update('applied', (context, { index, nowMs }) => ({
      appliedIndex: index,
      waitedMs: elapsed(context, nowMs),
    })),
    takeAnswer: update('leader.answered', (context, event) => ({ outcome: outcomeOf(context, event) })),
    serve: effects(({ key, waitedMs }) => [{ type: 'serve', key, waitedMs }]),
    redirect: effects(({ key, token, sinceMs }) => [{ type: 'redirect', key, minIndex: token, sinceMs }]),
    answer: effects(({ outcome }) => (outcome === null ? [] : [{ type: 'answer', outcome }])),
    setWaitTimer: effects(({ waitMs }) => [{ type: 'timer.set', timer: 'wait', ms: waitMs }]),
    clearWaitTimer: effects(() => [{ type: 'timer.clear', timer: 'wait' }]),
  },
  guards: {
    /** Only the leader may serve: the client prefers it, this node leads itself, or it does not know what it has shown. */
    wantsLeader: guard(({ preferFollower, leads, remembers }) => leads || !preferFollower || !remembers),
    /** What this node has applied reaches the token already. */
    hasApplied: guard(({ appliedIndex, token }) => appliedIndex >= token),
    /** What this node has applied by now reaches the token. */
    reachesToken: guard('applied', ({ token }, { index }) => index >= token),
    /** This node has become the leader. */
    leadsNow: guard('leader.changed', (_context, { leads }) => leads),
    /** The leader could not serve the read, or said something that is no answer to one. */
    isError: guard('leader.answered', (context, event) => outcomeOf(context, event).type === 'error'),
  },
}).createMachine({
  id: 'ryw-read',
  description: 'One read that must not be older than what its client has seen.',
  context: createContext,
  initial: 'checking',
  on: {
    'input.ended': {
      target: '.failed',
      description: 'What waits for a message that cannot come is dropped.',
    },
    'read.began': {},
    applied: {},
    'leader.changed': {},
    'wait.timeout': {},
    'leader.answered': {},
  },
  states: {
    checking: {
      description: 'Decides at once who is to serve: this node as a follower, or the leader.',
      on: {
        'read.began': [
          { guard: 'wantsLeader', target: 'redirecting' },
          { guard: 'hasApplied', target: 'servingLocally' },
          { target: 'waitingForApply' },
        ],
      },
    },
    waitingForApply: {
      description: 'This follower is behind the token: gives it a little time to catch up.',
      entry: 'setWaitTimer',
      exit: 'clearWaitTimer',
      on: {
        applied: { guard: 'reachesToken', target: 'servingLocally', actions: 'catchUp' },
        'wait.timeout': { target: 'redirecting' },
        'leader.changed': {
          guard: 'leadsNow',
          target: 'redirecting',
          description: 'This node leads now, and a leader serves only what a majority confirms.',
        },
      },
    },
    servingLocally: {
      description: 'Has applied the token: answers from its own state.',
      entry: 'serve',
      always: { target: 'done' },
    },
    redirecting: {
      description: 'The leader reads in its stead, confirmed by a majority and no older than the token.',
      entry: 'redirect',
      on: {
        'leader.answered': [
          { guard: 'isError', target: 'failed', actions: ['takeAnswer', 'answer'] },
          { target: 'done', actions: ['takeAnswer', 'answer'] },
        ],
      },
    },
    done: { type: 'final', description: 'Answered with a value.' },
    failed: { type: 'final', description: 'Answered with an error, or dropped at the end of input.' },
  },
});
