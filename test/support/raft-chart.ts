import type { SnapshotFrom } from 'xstate';
import type { RaftInput, RestoredState } from '../../machines/raft/context.ts';
import type { Entry, RaftEffect, RaftEvent, RaftMessage, TimerName } from '../../machines/raft/events.ts';
import { lastIndex, NO_BASE, slice } from '../../machines/raft/log.ts';
import { raftMachine } from '../../machines/raft/raft.machine.ts';
import type { Checkpoint } from '../../machines/raft/snapshot.ts';
import { triage } from '../../machines/raft/terms.ts';
import { createGate } from '../../src/actors/step.ts';
import { accepted, appendRequest, preVoteResponse, voteResponse } from './messages.ts';

const gate = createGate(raftMachine);

export type RaftSnapshot = SnapshotFrom<typeof raftMachine>;
export type Effect<T extends RaftEffect['type']> = Extract<RaftEffect, { type: T }>;
export type Sent<T extends RaftMessage['type']> = Effect<'send'> & {
  readonly message: Extract<Effect<'send'>['message'], { readonly type: T }>;
};

/**
 * One node's raft chart, moved through its events only, with a disk that keeps what the chart asked to persist.
 * Every step returns its effects in order.
 */
export class RaftChart {
  readonly input: RaftInput;
  snapshot: RaftSnapshot;
  /** What a restart would find. */
  disk: RestoredState;
  /** The timers that run, with what they were last set to. */
  readonly timers = new Map<TimerName, number>();
  /** Every entry that was handed on to be applied, in order; a restored node begins after its checkpoint. */
  readonly applied: Entry[] = [];
  /** The index of what is applied: by entries, or with a snapshot. */
  appliedIndex: number;
  /** The checkpoint that is on its way to the disk. */
  checkpointing: Checkpoint | null = null;

  constructor(input: Partial<RaftInput> = {}) {
    this.input = { id: 'a', voters: ['a', 'b', 'c'], seed: 1, ...input };
    this.disk = this.input.restored ?? restored(0, []);
    this.appliedIndex = this.disk.checkpoint?.index ?? 0;
    const { snapshot, effects } = gate.start(this.input);
    this.snapshot = snapshot;
    for (const effect of effects) this.#carryOut(effect);
  }

  get id(): string {
    return this.input.id;
  }

  get context(): RaftSnapshot['context'] {
    return this.snapshot.context;
  }

  /** The state as a path: `leader.serving`. */
  get state(): string {
    return statePath(this.snapshot);
  }

  get entries(): readonly Entry[] {
    const { log } = this.context;
    return slice(log, log.base.index + 1, lastIndex(log));
  }

  get terms(): readonly number[] {
    return this.entries.map(({ term }) => term);
  }

  step(event: RaftEvent): readonly RaftEffect[] {
    const { snapshot, effects } = gate.step(this.snapshot, event);
    this.snapshot = snapshot;
    for (const effect of effects) this.#carryOut(effect);
    return effects;
  }

  /** Takes a message as a node does: terms first. */
  hear(message: RaftMessage): readonly RaftEffect[] {
    const first = triage(this.context.term, message, false);
    if (first === null) return [];
    const effects = this.step(first);
    if (first.type !== 'term.seen') return effects;
    const then = triage(this.context.term, message, true);
    return then === null ? effects : [...effects, ...this.step(then)];
  }

  endTurn(): readonly RaftEffect[] {
    return this.step({ type: 'turn.ended' });
  }

  /** The checkpoint that the chart has asked for is on the disk. */
  completeCheckpoint(): readonly RaftEffect[] {
    const checkpoint = this.checkpointing;
    if (checkpoint === null) throw new Error(`${this.id} has asked for no checkpoint`);
    this.checkpointing = null;
    this.disk = { ...this.disk, checkpoint };
    return this.step({ type: 'checkpoint.durable', index: checkpoint.index });
  }

  /** The same node after a crash: all it has is its disk. */
  restarted(): RaftChart {
    return new RaftChart({ ...this.input, restored: this.disk });
  }

  #carryOut(effect: RaftEffect): void {
    switch (effect.type) {
      case 'timer.set':
        return void this.timers.set(effect.timer, effect.ms);
      case 'timer.clear':
        return void this.timers.delete(effect.timer);
      case 'apply':
        return this.#apply(effect);
      case 'persist':
        return this.#persist(effect);
      case 'checkpoint':
        if (effect.checkpoint.index !== this.appliedIndex)
          throw new Error(`${this.id} has applied other things`);
        this.checkpointing = effect.checkpoint;
        return;
      case 'compact':
        return this.#compact(effect);
      case 'snapshot.stage': {
        const { checkpoint, next } = effect;
        this.disk = {
          ...this.disk,
          incoming: { index: checkpoint.index, term: checkpoint.term, after: next },
        };
        return;
      }
      case 'snapshot.install': {
        const { checkpoint } = effect;
        const base = { index: checkpoint.index, term: checkpoint.term };
        this.disk = { ...this.disk, base, entries: [], checkpoint, incoming: null };
        return;
      }
      case 'state.restore':
        this.appliedIndex = effect.checkpoint.index;
        return;
      default:
    }
  }

  #apply({ firstIndex, entries }: Effect<'apply'>): void {
    if (firstIndex !== this.appliedIndex + 1) {
      throw new Error(`${this.id} applies from ${firstIndex} after ${this.appliedIndex}`);
    }
    this.applied.push(...entries);
    this.appliedIndex += entries.length;
  }

  #persist({ hardState, log }: Effect<'persist'>): void {
    const { base, entries } = this.disk;
    const last = base.index + entries.length;
    if (log !== null && (log.from > last + 1 || log.from <= base.index)) {
      throw new Error(`${this.id} writes from ${log.from} into what goes from ${base.index} to ${last}`);
    }
    this.disk = {
      ...this.disk,
      ...hardState,
      entries: log === null ? entries : [...entries.slice(0, log.from - base.index - 1), ...log.entries],
    };
  }

  #compact({ through, term }: Effect<'compact'>): void {
    const { base, entries, checkpoint } = this.disk;
    if (through > (checkpoint?.index ?? 0)) throw new Error(`${this.id} compacts what it may need again`);
    this.disk = {
      ...this.disk,
      base: { index: through, term },
      entries: entries.slice(through - base.index),
    };
  }
}

/** `leader.serving` for `{ leader: 'serving' }`. */
export function statePath(snapshot: { readonly value: unknown }): string {
  const { value } = snapshot;
  if (typeof value === 'string') return value;
  return Object.entries(value as { [name: string]: unknown })
    .map(([name, child]) => `${name}.${statePath({ value: child })}`)
    .join('+');
}

export function effectsOf<T extends RaftEffect['type']>(
  effects: readonly RaftEffect[],
  type: T,
): Effect<T>[] {
  return effects.filter((effect): effect is Effect<T> => effect.type === type);
}

/** The messages of one type among the effects. */
export function sent<T extends RaftMessage['type']>(effects: readonly RaftEffect[], type: T): Sent<T>[] {
  return effectsOf(effects, 'send').filter((effect): effect is Sent<T> => effect.message.type === type);
}

/** Where in the effects the first one stands that fits; -1 for nowhere. */
export function position(effects: readonly RaftEffect[], type: string, message?: string): number {
  return effects.findIndex(
    (effect) =>
      effect.type === type &&
      (message === undefined || (effect.type === 'send' && effect.message.type === message)),
  );
}

/** What a node finds that has compacted nothing away. */
export function restored(
  term: number,
  entries: readonly Entry[],
  votedFor: string | null = null,
): RestoredState {
  return { term, votedFor, base: NO_BASE, entries, checkpoint: null, incoming: null };
}

/** A node that follows `leader`, from whom it has had word. */
export function follower(
  leader: string,
  input: Partial<RaftInput> & { readonly term?: number } = {},
): RaftChart {
  const chart = new RaftChart(input);
  const { term = Math.max(1, chart.context.term) } = input;
  chart.hear(appendRequest({ from: leader, term }));
  return chart;
}

/** A node that asks whether it would be elected. */
export function preCandidate(input: Partial<RaftInput> = {}): RaftChart {
  const chart = new RaftChart(input);
  chart.step({ type: 'election.timeout' });
  return chart;
}

/** A node that stands for election in the term after the one it was restored with. */
export function candidate(input: Partial<RaftInput> = {}): RaftChart {
  const chart = preCandidate(input);
  const { peers } = chart.context;
  for (const from of peers) {
    if (chart.state === 'candidate.preVote') chart.hear(preVoteResponse({ from, term: chart.context.term }));
  }
  return chart;
}

/** A node that has just won its election; its turn is not ended. */
export function freshLeader(input: Partial<RaftInput> = {}): RaftChart {
  const chart = candidate(input);
  for (const from of chart.context.peers) {
    if (chart.state === 'candidate.vote') chart.hear(voteResponse({ from, term: chart.context.term }));
  }
  return chart;
}

/** A leader to whom every peer has acknowledged its whole log, so that it serves and pipelines. */
export function servingLeader(input: Partial<RaftInput> = {}): RaftChart {
  const chart = freshLeader(input);
  chart.endTurn();
  acknowledgeAll(chart);
  chart.endTurn();
  return chart;
}

/** Every peer (or these) acknowledges the leader's whole log, and the latest round of reads. */
export function acknowledgeAll(chart: RaftChart, from = chart.context.peers): void {
  const { term, log, reads } = chart.context;
  for (const peer of from) {
    chart.hear(accepted({ from: peer, term, index: lastIndex(log), round: reads.round }));
  }
}
