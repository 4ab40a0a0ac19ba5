import type { Subject } from 'rxjs';
import type { SnapshotFrom } from 'xstate';
import { invariant } from '../../machines/assert.ts';
import { canonical, type Json } from '../../machines/json.ts';
import type { Operation, Outcome } from '../../machines/operations.ts';
import type { RaftContext } from '../../machines/raft/context.ts';
import type { Entry, QueuedRead } from '../../machines/raft/events.ts';
import { type Membership, membershipOf } from '../../machines/raft/membership.ts';
import { rosterOf } from '../../machines/raft/roster.ts';
import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import { linearRegisterMachine } from '../../machines/register/linear.machine.ts';
import type { Result } from '../../machines/requests/events.ts';
import type { CellStep } from './cell.ts';
import { Origins } from './origins.ts';
import { createGate } from './step.ts';

type Snapshot = SnapshotFrom<typeof linearRegisterMachine>;

const gate = createGate(linearRegisterMachine);
const absent = gate.start(undefined).snapshot;
const present = gate.machine.resolveState({ value: 'present', context: { value: null } });

/** How the items of a checkpoint are named: a register by its key's canonical spelling, what is known of an origin by its node. */
const KEY = 'key/';
const ORIGIN = 'origin/';

/**
 * The state machine that the log drives: one register a key. Registers are virtual actors: a key's chart is
 * brought to life when an operation for it arrives, and is a plain value otherwise, so a million keys fit.
 */
export class Registers {
  #values = new Map<string, Json>();
  #origins = new Origins();
  readonly #steps: Subject<CellStep> | undefined;
  #appliedIndex = 0;
  #membership: Membership;
  /** The keys whose values are others than when changes were last taken. */
  readonly #changed = new Set<string>();

  /**
   * @param steps tells an observer of every step; costs nothing while nobody listens
   * @param membership who belongs to the cluster before anything is applied
   */
  constructor(steps?: Subject<CellStep>, membership: Membership = membershipOf([])) {
    this.#steps = steps;
    this.#membership = membership;
  }

  /** The index of the last entry applied. */
  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  /** Who belongs to the cluster as of the last entry applied. */
  get membership(): Membership {
    return this.#membership;
  }

  /**
   * Applies committed entries; every index once, in order.
   * @returns the outcome of each operation that was applied for the first time
   */
  apply(firstIndex: number, entries: readonly Entry[]): readonly Result[] {
    invariant(firstIndex === this.#appliedIndex + 1, 'entries are applied in order, each once', () => ({
      firstIndex,
      appliedIndex: this.#appliedIndex,
    }));
    const results: Result[] = [];
    for (const { op, origin, number } of entries) {
      this.#appliedIndex += 1;
      if (op?.type === 'members') this.#membership = op.membership;
      if (op === null || origin === null || !this.#origins.admit(origin, number)) continue;
      const index = this.#appliedIndex;
      const outcome: Outcome =
        op.type === 'members'
          ? { type: 'change_members_ok', membership: op.membership, index }
          : this.#operate(op);
      results.push({ origin, number, index, outcome });
    }
    return results;
  }

  /**
   * Serves reads that were confirmed at `index`.
   * @param context what those are answered from that are no reads of a key
   */
  read(index: number, reads: readonly QueuedRead[], context: RaftContext): readonly Result[] {
    invariant(
      this.#appliedIndex >= index,
      'a read is served from what was committed when it was confirmed',
      () => ({
        index,
        appliedIndex: this.#appliedIndex,
      }),
    );
    return reads.map(({ origin, number, op }) => ({
      origin,
      number,
      index: this.#appliedIndex,
      outcome: op.type === 'read' ? this.#operate(op) : rosterOf(context, op, this.#appliedIndex),
    }));
  }

  /** The value under a key as it is applied now: what a follower may show to whom it is new enough for. */
  serve(key: Json): Json {
    const outcome = this.#operate({ type: 'read', key });
    invariant(outcome.type === 'read_ok', 'a register answers a read with a value', () => outcome);
    return outcome.value;
  }

  /**
   * What the state as of `appliedIndex` has that it had not when this was last called; in no particular order. Of the
   * keys and origins that have changed, and of no others: to take a checkpoint costs what has changed.
   */
  takeChanges(): readonly StateItem[] {
    const changes: StateItem[] = [];
    for (const name of this.#changed) changes.push([KEY + name, this.#values.get(name) as Json]);
    for (const [node, value] of this.#origins.takeChanges()) changes.push([ORIGIN + node, value]);
    this.#changed.clear();
    return changes;
  }

  /**
   * Puts a checkpoint in the place of everything: as if the log up to there had been applied.
   * @param items all of its state
   */
  restore({ index, membership }: Checkpoint, items: Iterable<StateItem>): void {
    invariant(index >= this.#appliedIndex, 'what was applied is never taken back', () => ({
      index,
      appliedIndex: this.#appliedIndex,
    }));
    this.#values = new Map();
    this.#origins = new Origins();
    this.#changed.clear();
    this.#appliedIndex = index;
    this.#membership = membership;
    for (const [name, value] of items) {
      if (name.startsWith(KEY)) this.#values.set(name.slice(KEY.length), value);
      else this.#origins.restore(name.slice(ORIGIN.length), value);
    }
  }

  /** Every key that holds a value, by its canonical spelling. For checks and tools. */
  entries(): ReadonlyMap<string, Json> {
    return this.#values;
  }

  #operate(op: Operation): Outcome {
    const name = canonical(op.key);
    const { snapshot, effects } = gate.step(this.#activate(name), op);
    if (this.#steps?.observed) {
      const cell = `register ${name}`;
      this.#steps.next({ cell, chart: gate.machine.id, event: op, before: null, snapshot, effects });
    }
    if (op.type !== 'read' && snapshot.value === 'present') this.#keep(name, snapshot.context.value);
    const answer = effects[0];
    invariant(
      answer !== undefined && effects.length === 1,
      'a register answers every operation once',
      () => op,
    );
    return answer.outcome;
  }

  #keep(name: string, value: Json): void {
    // A comparison that failed leaves the very value behind that was there.
    if (value === this.#values.get(name)) return;
    this.#values.set(name, value);
    this.#changed.add(name);
  }

  /** Brings a key's register to life: the same chart in the same state as when it was left. */
  #activate(name: string): Snapshot {
    const value = this.#values.get(name);
    if (value === undefined) return absent;
    return gate.at(present, { value });
  }
}
