import type { Json } from '../../../machines/json.ts';

/**
 * A way to decide which of two versions of a key survives. Every strategy answers to this one interface, so that
 * all of them run the same schedule: a strategy is a small file here, and a test.
 */
export type Strategy = {
  /** As it is called on the command line. */
  readonly name: string;
  readonly title: string;
  /** How it decides, in one sentence. */
  readonly idea: string;
  /** Keeps versions that were written without knowledge of each other side by side. */
  readonly keepsSiblings: boolean;
  /** The names of its events are new with every life of a node. */
  readonly countsLives: boolean;
  createReplica(setup: ReplicaSetup): Replica;
  /** What a client carries that has seen what both contexts stand for. */
  joinContexts(a: Context, b: Context): Context;
};

export type ReplicaSetup = {
  readonly node: string;
  readonly nodes: readonly string[];
  /** Which life of the node this is, from 1: a node that forgot everything begins another. */
  readonly life: number;
  readonly settings: StrategySettings;
};

/** What some strategies can be told. Times in milliseconds. */
export type StrategySettings = {
  /** How far ahead of its own clock a node lets another's timestamp be (hybrid clocks). */
  readonly maxDriftMs: number;
  /** How many entries a vector may have before the oldest go (pruned vectors). */
  readonly maxEntries: number;
  /** How far from true time a node believes its clock to be at most (commit-wait). */
  readonly uncertaintyMs: number;
};

/** What a client carries from one reply to its next write; it does not look inside. Null: it has seen nothing. */
export type Context = Json;

export type Write = {
  /** Names the write, and is the value that it stores. */
  readonly id: string;
  readonly client: string;
  /** How many writes the client has made, this one included; it counts them itself. */
  readonly number: number;
  readonly deletes: boolean;
  readonly context: Context;
  /** When the write is stamped from outside: its timestamp lies so far ahead of the node's clock. */
  readonly aheadMs: number;
};

export type Written =
  | {
      readonly accepted: true;
      /** The timestamp or vector of the write, as people read it. */
      readonly stamp: string;
      /** The timestamp in milliseconds since 1970, where it is one of time; else null. */
      readonly timestampMs: number | null;
      readonly context: Context;
      /** How long the acknowledgement must wait. */
      readonly waitMs: number;
      /** To be called when it has waited: only then does anybody see the write. Left out where nothing waits. */
      readonly release?: () => void;
    }
  | { readonly accepted: false; readonly reason: string };

export type Version = {
  /** The write that made it. */
  readonly id: string;
  readonly stamp: string;
};

/** One key at one node. */
export type Replica = {
  /** @param clockMs what the node's own clock shows, wrong as it may be */
  write(write: Write, clockMs: number): Written;
  /** The versions that are there, in an order that is the same on every replica; none when deleted or never written. */
  versions(): readonly Version[];
  /** What a client that reads takes along. */
  context(): Context;
  /** What is sent to another replica, or null when there is nothing: the same object until it changes. */
  state(): Json;
  /** @returns why the other's state was refused, or null when it was taken */
  receive(state: Json, clockMs: number): string | null;
  /** What it costs to keep the key, its values left out. */
  metadata(): Metadata;
};

export type Metadata = {
  /** Timestamps, or entries of vectors, in all versions together. */
  readonly entries: number;
  /** Their length as JSON. */
  readonly bytes: number;
};
