import { setup } from 'xstate';
import { chartActions } from '../chart.ts';
import { fraction, nextRandom, type RandomState } from '../random.ts';
import type { Item } from '../store/items.ts';
import { type Findings, isNothing } from './messages.ts';

/**
 * What one replica does about one other: it sends what has changed, at once and without asking for receipts, and from
 * time to time compares all that both hold, which mends whatever was lost, overtaken or never sent. A comparison is a
 * round of questions and answers (src/actors/gossip/comparison.ts says what is in them). Loss ends a round; the next
 * begins from the start. Answering the other's rounds needs no memory.
 *
 * Nothing is sent before the peer was heard, or has had time to start.
 */
export type GossipContext = {
  readonly intervalMs: number;
  readonly startDelayMs: number;
  /** How long a round waits for an answer. */
  readonly patienceMs: number;
  readonly random: RandomState;
  /** The wait for the next round, somewhere around the interval, so that nodes do not all speak at once. */
  readonly waitMs: number;
  /** The number of the latest round; answers to earlier ones are passed over. */
  readonly round: number;
  /** The step of the round that waits for its answer; even. */
  readonly step: number;
  /** Something was left out in this round for lack of room. */
  readonly cut: boolean;
  /** Something was mended in this round. */
  readonly mended: boolean;
};

export type GossipInput = {
  readonly intervalMs: number;
  readonly startDelayMs: number;
  readonly patienceMs: number;
  readonly seed: RandomState;
};

export type GossipEvent =
  | { readonly type: 'start.timeout' }
  /** The peer was heard for the first time in one of its lives. */
  | { readonly type: 'peer.met' }
  | { readonly type: 'tick.timeout' }
  | { readonly type: 'reply.timeout' }
  | { readonly type: 'items.changed'; readonly items: readonly Item[] }
  /** A step of the peer's round, and the answer to it that follows from what this node holds. */
  | {
      readonly type: 'step.asked';
      readonly round: number;
      readonly step: number;
      readonly answer: Findings;
    }
  /** The peer's answer, and what follows from it in its turn. */
  | {
      readonly type: 'step.answered';
      readonly round: number;
      readonly step: number;
      readonly answer: Findings;
      /** How many items came with the peer's answer. */
      readonly received: number;
      /** The peer had no room for all that it found. */
      readonly cut: boolean;
    };

export type GossipEffect =
  | { readonly type: 'greet' }
  | { readonly type: 'push'; readonly items: readonly Item[] }
  /** Begin a round with the digest of all that is held. */
  | { readonly type: 'open'; readonly round: number }
  | { readonly type: 'ask'; readonly round: number; readonly step: number; readonly findings: Findings }
  | { readonly type: 'answer'; readonly round: number; readonly step: number; readonly findings: Findings }
  /** The peer listens: tell it what there is to state about tombstones. */
  | { readonly type: 'tell' }
  | { readonly type: 'timer.set'; readonly timer: GossipTimer; readonly ms: number }
  | { readonly type: 'timer.clear'; readonly timer: GossipTimer };

export type GossipTimer = 'start' | 'tick' | 'reply';

type Answered = Extract<GossipEvent, { type: 'step.answered' }>;

function createContext({ input }: { input: GossipInput }): GossipContext {
  const { intervalMs, startDelayMs, patienceMs, seed } = input;
  return {
    intervalMs,
    startDelayMs,
    patienceMs,
    random: seed,
    waitMs: intervalMs,
    round: 0,
    step: 0,
    cut: false,
    mended: false,
  };
}

/** Between three and five quarters of the interval. */
function drawWait({ intervalMs, random }: GossipContext): Partial<GossipContext> {
  return { waitMs: intervalMs * (0.75 + fraction(random) / 2), random: nextRandom(random) };
}

/** What the round has come to with this answer. */
function progress({ cut, mended }: GossipContext, event: Answered): Pick<GossipContext, 'cut' | 'mended'> {
  return {
    cut: cut || event.cut || event.answer.cut,
    mended: mended || event.received > 0 || event.answer.items.length > 0,
  };
}

const { update, effects, guard } = chartActions<GossipContext, GossipEvent, GossipEffect>();

export const gossipMachine = setup({
  types: {
    context: {} as GossipContext,
    events: {} as GossipEvent,
    emitted: {} as GossipEffect,
    input: {} as GossipInput,
  },
  actions: {
    drawWait: update(drawWait),
    beginRound: update(({ round }) => ({ round: round + 1, step: 0, cut: false, mended: false })),
    advance: update('step.answered', (context, event) => ({
      step: context.step + 2,
      ...progress(context, event),
    })),
    greet: effects(() => [{ type: 'greet' }]),
    push: effects('items.changed', (_context, { items }) => [{ type: 'push', items }]),
    open: effects(({ round }) => [{ type: 'open', round }]),
    ask: effects('step.answered', ({ round, step }, { answer }) => [
      { type: 'ask', round, step, findings: answer },
    ]),
    answer: effects('step.asked', (_context, { round, step, answer }) => [
      { type: 'answer', round, step: step + 1, findings: answer },
    ]),
    tell: effects(() => [{ type: 'tell' }]),
    setStartTimer: effects(({ startDelayMs }) => [{ type: 'timer.set', timer: 'start', ms: startDelayMs }]),
    clearStartTimer: effects(() => [{ type: 'timer.clear', timer: 'start' }]),
    setTickTimer: effects(({ waitMs }) => [{ type: 'timer.set', timer: 'tick', ms: waitMs }]),
    clearTickTimer: effects(() => [{ type: 'timer.clear', timer: 'tick' }]),
    setReplyTimer: effects(({ patienceMs }) => [{ type: 'timer.set', timer: 'reply', ms: patienceMs }]),
    clearReplyTimer: effects(() => [{ type: 'timer.clear', timer: 'reply' }]),
  },
  guards: {
    isStale: guard(
      'step.answered',
      (context, { round, step }) => round !== context.round || step !== context.step + 1,
    ),
    isEndOfPart: guard('step.answered', (context, event) => {
      const { cut, mended } = progress(context, event);
      return isNothing(event.answer) && cut && mended;
    }),
    isEnd: guard('step.answered', (_context, { answer }) => isNothing(answer)),
    isRepair: guard(
      'step.answered',
      (_context, { answer }) => answer.ranges.length + answer.lists.length === 0,
    ),
  },
}).createMachine({
  id: 'gossip',
  description: 'One replica and one other: changes are sent at once, and what both hold is compared.',
  context: createContext,
  initial: 'waiting',
  on: {
    'start.timeout': {},
    'tick.timeout': {},
    'reply.timeout': {},
    'items.changed': {
      description: 'To a peer that was not heard yet nothing is sent; a comparison will find what it lacks.',
    },
    'step.asked': {},
    'step.answered': {},
    'peer.met': { target: '.acquainted' },
  },
  states: {
    waiting: {
      description: 'The peer may not have started yet, and a message to nobody would be an error.',
      entry: 'setStartTimer',
      exit: 'clearStartTimer',
      on: { 'start.timeout': { target: 'greeting' } },
    },
    greeting: {
      description: 'Makes itself known to the peer, now and again, until it answers.',
      entry: ['greet', 'setTickTimer'],
      exit: 'clearTickTimer',
      on: { 'tick.timeout': { target: 'greeting', reenter: true, actions: 'drawWait' } },
    },
    acquainted: {
      description: 'The peer was heard: changes are sent to it, and its questions are answered.',
      initial: 'idle',
      on: {
        'items.changed': { actions: 'push' },
        'step.asked': { actions: 'answer' },
      },
      states: {
        idle: {
          description: 'Waits for the next round, its own or the peer’s.',
          entry: ['drawWait', 'setTickTimer'],
          exit: 'clearTickTimer',
          on: {
            'tick.timeout': { target: 'comparing', actions: 'beginRound' },
            'step.asked': {
              actions: ['drawWait', 'answer', 'setTickTimer'],
              description: 'The peer compares: this node need not do so, too, for a while.',
            },
          },
        },
        comparing: {
          description: 'Has named digests or lists, and waits to hear where the peer differs.',
          entry: ['open', 'setReplyTimer'],
          exit: 'clearReplyTimer',
          on: {
            'step.answered': [
              { guard: 'isStale' },
              {
                guard: 'isEndOfPart',
                target: 'comparing',
                reenter: true,
                actions: ['beginRound', 'tell'],
              },
              { guard: 'isEnd', target: 'idle', actions: 'tell' },
              { guard: 'isRepair', target: 'repairing', actions: ['advance', 'ask'] },
              { actions: ['advance', 'ask', 'setReplyTimer'] },
            ],
            'reply.timeout': { target: 'idle' },
          },
        },
        repairing: {
          description: 'Knows all differences of this round: items are on their way, and asked for.',
          entry: 'setReplyTimer',
          exit: 'clearReplyTimer',
          on: {
            'step.answered': [
              { guard: 'isStale' },
              { guard: 'isEndOfPart', target: 'comparing', actions: ['beginRound', 'tell'] },
              { guard: 'isEnd', target: 'idle', actions: 'tell' },
              { actions: ['advance', 'ask', 'setReplyTimer'] },
            ],
            'reply.timeout': { target: 'idle' },
          },
        },
      },
    },
  },
});
