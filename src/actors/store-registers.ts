import type { Subject } from 'rxjs';
import type { EventFromLogic, SnapshotFrom } from 'xstate';
import { invariant } from '../../machines/assert.ts';
import type { VersionVector } from '../../machines/clocks/version-vector.ts';
import type { Json } from '../../machines/json.ts';
import { type LwwEffect, type LwwOutcome, lwwRegisterMachine } from '../../machines/register/lww.machine.ts';
import type { LwwEntry } from '../../machines/register/lww-entry.ts';
import { isAlone, type Owner, raisedFloor } from '../../machines/register/owner.ts';
import { type SiblingsEffect, siblingsRegisterMachine } from '../../machines/register/siblings.machine.ts';
import { NO_VERSIONS, read, type Version, type Versions } from '../../machines/register/versions.ts';
import type { Item } from '../../machines/store/items.ts';
import type { CellStep } from './cell.ts';
import { createGate, type Gate } from './step.ts';

type Lww = typeof lwwRegisterMachine;
type Siblings = typeof siblingsRegisterMachine;

const lwwGate = createGate(lwwRegisterMachine);
const siblingsGate = createGate(siblingsRegisterMachine);

const noEntry = lwwGate.start(undefined).snapshot;
const [liveEntry, deletedEntry] = (['live', 'deleted'] as const).map((value) =>
  lwwGate.machine.resolveState({ value, context: noEntry.context }),
) as [SnapshotFrom<Lww>, SnapshotFrom<Lww>];
const noVersions = siblingsGate.start(undefined).snapshot;
const [deletedVersions, settledVersions, conflictedVersions] = (
  ['deleted', 'settled', 'conflicted'] as const
).map((value) => siblingsGate.machine.resolveState({ value, context: noVersions.context })) as [
  SnapshotFrom<Siblings>,
  SnapshotFrom<Siblings>,
  SnapshotFrom<Siblings>,
];

/** Where the registers' plain values are. A key is named by its canonical spelling. */
export type Holdings = {
  entry(name: string): LwwEntry | null;
  versions(name: string): Versions;
  keepEntry(name: string, entry: LwwEntry): void;
  keepVersions(name: string, versions: Versions): void;
  /** No event above this number was given out, and none at or below it may be given out again (owner.ts). */
  keepFloor(floor: number): void;
};

/**
 * The registers of the conflict store, two for each key that know nothing of each other. They are virtual actors: a
 * key's chart is brought to life when something happens to it, and is a plain value otherwise.
 */
export class StoreRegisters {
  readonly #holdings: Holdings;
  readonly #steps: Subject<CellStep>;
  #owner: Owner;
  /** Draws the gaps between the numbers of this node's events. */
  #random: number;

  /** @param seed of the gaps between the numbers of events */
  constructor(holdings: Holdings, owner: Owner, seed: number, steps: Subject<CellStep>) {
    this.#holdings = holdings;
    this.#owner = owner;
    this.#random = seed;
    this.#steps = steps;
  }

  /** This node's own write or deletion. */
  put(name: string, entry: LwwEntry): LwwOutcome {
    return answerOf(this.#stepEntry(name, { type: 'entry.put', entry }));
  }

  readEntry(name: string): LwwOutcome {
    return answerOf(this.#stepEntry(name, { type: 'entry.read' }));
  }

  /** An entry from elsewhere. @returns whether it changed something */
  mergeEntry(name: string, entry: LwwEntry): boolean {
    return this.#stepEntry(name, { type: 'entry.merged', entry }).length > 0;
  }

  /** A client's write. @returns the vector of its event */
  write(name: string, value: Json, context: VersionVector, client: string): VersionVector {
    return this.#mint(name, { type: 'version.write', value, context, client, owner: this.#owner });
  }

  /** A client's deletion. @returns the vector of its event */
  remove(name: string, context: VersionVector, client: string): VersionVector {
    return this.#mint(name, { type: 'version.delete', context, client, owner: this.#owner });
  }

  readVersions(name: string): readonly Version[] {
    const outcome = answerOf(this.#stepVersions(name, { type: 'versions.read' }));
    invariant(outcome.type === 'siblings', 'a read is answered with values', () => outcome);
    return outcome.values;
  }

  /** Versions that another replica holds. @returns whether they changed something */
  mergeVersions(name: string, versions: Versions): boolean {
    return this.#stepVersions(name, { type: 'versions.merged', versions, owner: this.#owner }).length > 0;
  }

  /** An item is gone for good. A lone node goes on counting above it: no number of an actor is given out again. */
  dropped(item: Item): void {
    if (item.kind === 'lww' || !isAlone(this.#owner)) return;
    this.#raise(item.versions.reduce((most, { count }) => Math.max(most, count), this.#owner.floor));
  }

  #mint(name: string, event: EventFromLogic<Siblings>): VersionVector {
    const outcome = answerOf(this.#stepVersions(name, event));
    invariant(outcome.type === 'versioned', 'a write is answered with its vector', () => outcome);
    return outcome.vc;
  }

  #stepEntry(name: string, event: EventFromLogic<Lww>) {
    const { effects } = this.#step(`lww ${name}`, lwwGate, this.#activateEntry(name), event);
    for (const effect of effects) {
      if (effect.type === 'entry.changed') this.#holdings.keepEntry(name, effect.entry);
    }
    return effects;
  }

  #stepVersions(name: string, event: EventFromLogic<Siblings>) {
    const { effects } = this.#step(`siblings ${name}`, siblingsGate, this.#activateVersions(name), event);
    for (const effect of effects) {
      if (effect.type === 'versions.changed') this.#holdings.keepVersions(name, effect.versions);
      else if (effect.type === 'number.spent') this.#spend();
    }
    return effects;
  }

  #step<M extends Lww | Siblings>(
    cell: string,
    gate: Gate<M>,
    before: SnapshotFrom<M>,
    event: EventFromLogic<M>,
  ) {
    const step = gate.step(before, event);
    if (this.#steps.observed) {
      this.#steps.next({ cell, chart: gate.machine.id, event, before: null, ...step });
    }
    return step;
  }

  /** A lone node's events are numbered key by key; in a cluster no number of this life is ever given out twice. */
  #spend(): void {
    if (isAlone(this.#owner)) return;
    const { floor, random } = raisedFloor(this.#owner.floor, this.#random);
    this.#raise(floor);
    this.#random = random;
  }

  #raise(floor: number): void {
    if (floor === this.#owner.floor) return;
    this.#owner = { ...this.#owner, floor };
    this.#holdings.keepFloor(floor);
  }

  #activateEntry(name: string): SnapshotFrom<Lww> {
    const entry = this.#holdings.entry(name);
    if (entry === null) return noEntry;
    return lwwGate.at(entry.deleted ? deletedEntry : liveEntry, { entry });
  }

  #activateVersions(name: string): SnapshotFrom<Siblings> {
    const versions = this.#holdings.versions(name);
    if (versions === NO_VERSIONS) return noVersions;
    const alive = read(versions).length;
    const state = alive === 0 ? deletedVersions : alive === 1 ? settledVersions : conflictedVersions;
    return siblingsGate.at(state, { versions, vc: null });
  }
}

type Effect = LwwEffect | SiblingsEffect;
type Answer<E extends Effect> = Extract<E, { type: 'answer' }>;

function answerOf<E extends Effect>(effects: readonly E[]): Answer<E>['outcome'] {
  const [answer, ...more] = effects.filter((effect): effect is Answer<E> => effect.type === 'answer');
  invariant(
    answer !== undefined && more.length === 0,
    'a register answers every request once',
    () => effects,
  );
  return answer.outcome;
}
