import assert from 'node:assert/strict';
import {
  type GossipEffect,
  type GossipEvent,
  type GossipTimer,
  gossipMachine,
} from '../../machines/gossip/gossip.machine.ts';
import { type Findings, NOTHING } from '../../machines/gossip/messages.ts';
import { fraction, nextRandom } from '../../machines/random.ts';
import type { Item } from '../../machines/store/items.ts';
import type { Model, Reference } from '../../src/testing/index.ts';
import { chartTests } from './subject.ts';

type Machine = typeof gossipMachine;
type Answered = Extract<GossipEvent, { type: 'step.answered' }>;

const item: Item = { kind: 'lww', name: '"x"', entry: { ts: 1, deleted: false, value: 1 } };
const DIVIDED: Findings = { ...NOTHING, ranges: [['', ['0123456789abcdef']]] };
const LISTED: Findings = { ...NOTHING, lists: [{ range: '', from: '', until: null, entries: [] }] };
const SHIPPED: Findings = { ...NOTHING, items: [item] };
const WANTED: Findings = { ...NOTHING, wants: ['l"x"'] };
const SHIPPED_IN_PART: Findings = { ...SHIPPED, cut: true };

const ALWAYS: readonly GossipEvent[] = [
  { type: 'start.timeout' },
  { type: 'peer.met' },
  { type: 'tick.timeout' },
  { type: 'reply.timeout' },
  { type: 'items.changed', items: [item] },
  { type: 'step.asked', round: 7, step: 2, answer: DIVIDED },
];

/** @param rounds and @param steps how far the world goes; a chart itself goes on for ever */
function model(rounds: number, steps: number, findings: readonly Findings[]): Model<Machine> {
  return {
    machine: gossipMachine,
    inputs: [{ intervalMs: 100, startDelayMs: 500, patienceMs: 400, seed: 3 }],
    *events({ context: { round, step } }) {
      yield* ALWAYS.filter(({ type }) => type !== 'tick.timeout' || round < rounds);
      const answered = (
        at: number,
        of: number,
        answer: Findings,
        received: number,
        cut: boolean,
      ): Answered => ({
        type: 'step.answered',
        round: of,
        step: at,
        answer,
        received,
        cut,
      });
      yield answered(step, round, NOTHING, 0, false);
      yield answered(step + 1, round - 1, NOTHING, 0, false);
      for (const answer of findings) {
        if ((step >= steps && answer !== NOTHING) || (round >= rounds && answer.cut)) continue;
        yield answered(step + 1, round, answer, 0, false);
        if (round < rounds) yield answered(step + 1, round, answer, 1, true);
        yield answered(step + 1, round, answer, 1, false);
      }
    },
    serialize: ({ value, context: { round, step, cut, mended } }) =>
      JSON.stringify([value, round, step, cut, mended]),
  };
}

/** What is between the two in plain words; the timer that runs is the one that the place needs. */
type Place = 'waiting' | 'greeting' | 'idle' | 'comparing' | 'repairing';
const TIMER: { readonly [P in Place]: GossipTimer } = {
  waiting: 'start',
  greeting: 'tick',
  idle: 'tick',
  comparing: 'reply',
  repairing: 'reply',
};

class Talk {
  place: Place = 'waiting';
  round = 0;
  step = 0;
  cut = false;
  mended = false;
  #random: number;
  #waitMs: number;
  readonly #intervalMs: number;

  constructor(seed: number, intervalMs: number) {
    this.#random = seed;
    this.#intervalMs = intervalMs;
    this.#waitMs = intervalMs;
  }

  #draw(): void {
    this.#waitMs = this.#intervalMs * (0.75 + fraction(this.#random) / 2);
    this.#random = nextRandom(this.#random);
  }

  get waitMs(): number {
    return this.#waitMs;
  }

  /** What is said and done, timers left out. */
  hear(event: GossipEvent): GossipEffect[] {
    const knows = this.place !== 'waiting' && this.place !== 'greeting';
    switch (event.type) {
      case 'peer.met':
        return this.#rest();
      case 'start.timeout':
        if (this.place !== 'waiting') return [];
        this.place = 'greeting';
        return [{ type: 'greet' }];
      case 'tick.timeout':
        if (this.place === 'idle') return this.#open();
        if (this.place !== 'greeting') return [];
        this.#draw();
        return [{ type: 'greet' }];
      case 'reply.timeout':
        return this.place === 'comparing' || this.place === 'repairing' ? this.#rest() : [];
      case 'items.changed':
        return knows ? [{ type: 'push', items: event.items }] : [];
      case 'step.asked': {
        if (!knows) return [];
        if (this.place === 'idle') this.#draw();
        const { round, step, answer } = event;
        return [{ type: 'answer', round, step: step + 1, findings: answer }];
      }
      case 'step.answered':
        return this.#hearAnswer(event);
    }
  }

  #hearAnswer({ round, step, answer, received, cut }: Answered): GossipEffect[] {
    if (this.place !== 'comparing' && this.place !== 'repairing') return [];
    if (round !== this.round || step !== this.step + 1) return [];
    this.cut ||= cut || answer.cut;
    this.mended ||= received > 0 || answer.items.length > 0;
    const asks = answer.ranges.length + answer.lists.length > 0;
    if (asks || answer.items.length + answer.wants.length > 0) {
      this.step += 2;
      if (!asks) this.place = 'repairing';
      return [{ type: 'ask', round, step: this.step, findings: answer }];
    }
    const rest = this.cut && this.mended ? this.#open() : this.#rest();
    return [{ type: 'tell' }, ...rest];
  }

  #open(): GossipEffect[] {
    Object.assign(this, { place: 'comparing', round: this.round + 1, step: 0, cut: false, mended: false });
    return [{ type: 'open', round: this.round }];
  }

  #rest(): GossipEffect[] {
    this.place = 'idle';
    this.#draw();
    return [];
  }
}

const reference: Reference<Machine> = ({ intervalMs, startDelayMs, patienceMs, seed }) => {
  const talk = new Talk(seed, intervalMs);
  let running: GossipTimer | null = 'start';
  return ({ event, after, effects }) => {
    const before = talk.place;
    const said = talk.hear(event);
    for (const effect of effects) {
      if (effect.type === 'timer.clear') {
        assert.equal(running, effect.timer);
        running = null;
      } else if (effect.type === 'timer.set') {
        const ms = { start: startDelayMs, tick: talk.waitMs, reply: patienceMs }[effect.timer];
        assert.deepEqual([effect.timer, effect.ms], [TIMER[talk.place], ms]);
        running = effect.timer;
      }
    }
    assert.deepEqual(
      effects.filter(({ type }) => !type.startsWith('timer')),
      said,
    );
    assert.equal(running, TIMER[talk.place]);
    // Whatever moves the talk on gives it its time anew; so does a question of the peer to one that rests.
    const movedOn = talk.place !== before || said.some(({ type }) => type === 'ask' || type === 'open');
    const isAsked = before === 'idle' && event.type === 'step.asked';
    if (movedOn || isAsked) assert.ok(effects.some(({ type }) => type === 'timer.set'));
    const cleared = effects.flatMap((effect) => (effect.type === 'timer.clear' ? [effect.timer] : []));
    if (talk.place !== before) assert.deepEqual(cleared, [TIMER[before]]);
    const { round, step, cut, mended } = after.context;
    const state = typeof after.value === 'string' ? after.value : after.value.acquainted;
    assert.equal(state, talk.place);
    assert.equal(round, talk.round);
    if (talk.place === 'comparing' || talk.place === 'repairing') {
      assert.deepEqual([step, cut, mended], [talk.step, talk.cut, talk.mended]);
    }
  };
};

const FINDINGS = [NOTHING, DIVIDED, LISTED, SHIPPED, WANTED, SHIPPED_IN_PART];

export const gossipTests = chartTests<Machine>({
  machine: gossipMachine,
  worlds: [{ model: model(2, 2, FINDINGS), states: 22 }],
  walks: [{ model: model(1000, 1000, FINDINGS), seed: 1, count: 60, steps: 40 }],
  reference,
  harmless: {
    'waiting entry: without setStartTimer':
      'not so harmless, but a reference hears only what comes after the start: test/properties/gossip.test.ts notices',
  },
});
