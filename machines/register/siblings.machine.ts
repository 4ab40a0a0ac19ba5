import { setup } from 'xstate';
import { chartActions } from '../chart.ts';
import type { VersionVector } from '../clocks/version-vector.ts';
import type { Json } from '../json.ts';
import type { Owner } from './owner.ts';
import {
  type Minted,
  merge,
  mergeAtOwner,
  NO_VERSIONS,
  read,
  remove,
  type Version,
  type Versions,
  write,
} from './versions.ts';

/**
 * One key of the conflict store where no write is lost: concurrent writes are kept as siblings until a client that has
 * seen them writes. A virtual actor: plain versions until an event for its key arrives.
 */
export type SiblingsContext = {
  readonly versions: Versions;
  /** The vector of the event that was minted last; null when the last event minted none. */
  readonly vc: VersionVector | null;
};

/** `context` is what the client has seen of the key; `owner` says under which names this node mints events. */
export type SiblingsEvent =
  | {
      readonly type: 'version.write';
      readonly value: Json;
      readonly context: VersionVector;
      readonly client: string;
      readonly owner: Owner;
    }
  | {
      readonly type: 'version.delete';
      readonly context: VersionVector;
      readonly client: string;
      readonly owner: Owner;
    }
  /** The versions that another replica holds. */
  | { readonly type: 'versions.merged'; readonly versions: Versions; readonly owner: Owner }
  | { readonly type: 'versions.read' };

/** What a write, a deletion or a read found. */
export type SiblingsOutcome =
  | { readonly type: 'versioned'; readonly vc: VersionVector }
  | { readonly type: 'siblings'; readonly values: readonly Version[] };

export type SiblingsEffect =
  /** Exactly one for a write, a deletion or a read, none for a merge. */
  | { readonly type: 'answer'; readonly outcome: SiblingsOutcome }
  /** The key's versions are others than before, which peers must hear of. */
  | { readonly type: 'versions.changed'; readonly versions: Versions }
  /** An event was minted: the number above the owner's floor is spent, and the floor must rise (owner.ts). */
  | { readonly type: 'number.spent' };

const { update, effects, guard } = chartActions<SiblingsContext, SiblingsEvent, SiblingsEffect>();

export const siblingsRegisterMachine = setup({
  types: { context: {} as SiblingsContext, events: {} as SiblingsEvent, emitted: {} as SiblingsEffect },
  actions: {
    writeVersion: update(
      'version.write',
      ({ versions }, { value, context, client, owner }): Minted =>
        write(versions, value, context, client, owner),
    ),
    removeVersions: update(
      'version.delete',
      ({ versions }, { context, client, owner }): Minted => remove(versions, context, client, owner),
    ),
    mergeVersions: update('versions.merged', ({ versions }, event) =>
      mergeAtOwner(versions, event.versions, event.owner),
    ),
    announceVersions: effects(({ versions, vc }) => [
      { type: 'versions.changed', versions },
      ...(vc === null ? [] : [{ type: 'number.spent' as const }]),
    ]),
    answerVector: effects(({ vc }) => [{ type: 'answer', outcome: { type: 'versioned', vc: vc ?? [] } }]),
    answerSiblings: effects(({ versions }) => [
      { type: 'answer', outcome: { type: 'siblings', values: read(versions) } },
    ]),
  },
  guards: {
    isNews: guard('versions.merged', ({ versions }, event) => merge(versions, event.versions) !== versions),
    hasNone: guard(({ versions }) => read(versions).length === 0),
    hasOne: guard(({ versions }) => read(versions).length === 1),
  },
}).createMachine({
  id: 'siblings-register',
  description: 'One key, of which every version is kept that no later write has seen: a conflict is a state.',
  context: { versions: NO_VERSIONS, vc: null },
  initial: 'absent',
  on: {
    'version.write': { target: '.weighing', actions: ['writeVersion', 'answerVector', 'announceVersions'] },
    'version.delete': {
      target: '.weighing',
      actions: ['removeVersions', 'answerVector', 'announceVersions'],
    },
    'versions.merged': {
      guard: 'isNews',
      target: '.weighing',
      actions: ['mergeVersions', 'announceVersions'],
    },
    'versions.read': { actions: 'answerSiblings' },
  },
  states: {
    absent: { description: 'Nothing was heard of this key. Reads as no values.' },
    weighing: {
      description: 'The versions have changed. How many are alive decides the state; nothing stays here.',
      always: [
        { guard: 'hasNone', target: 'deleted' },
        { guard: 'hasOne', target: 'settled' },
        { target: 'conflicted' },
      ],
    },
    settled: { description: 'One version is alive: every other was seen by whoever replaced it.' },
    conflicted: { description: 'More than one version is alive: none of their writers had seen the others.' },
    deleted: { description: 'No version is alive. What remains holds off the versions that were deleted.' },
  },
});
