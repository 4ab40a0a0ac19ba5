import type { Test } from './guards.ts';
import { type Operation, Slot } from './operations.ts';
import type { Program } from './program.ts';
import type { Twin } from './twin.ts';
import type { Machine, Snapshot, StateNode } from './xstate.ts';

/** What a microstep does, and where it leads. */
export type Plan = {
  readonly operations: readonly Operation[];
  readonly next: Configuration;
  /** XState makes a new snapshot for it even if nothing is assigned. */
  readonly isNew: boolean;
  readonly isDone: boolean;
  /** Where the machine's output is kept, or the output itself. */
  readonly output: unknown;
};

/**
 * A point in the selection of transitions: a predicate that has to be asked, or what is taken. Grown one answer at a
 * time, as the answers come up.
 */
export class Choice {
  readonly configuration: Configuration;
  /** The event's type, or null for eventless transitions. */
  readonly type: string | null;
  readonly answers: readonly boolean[];
  readonly test: Test | null;
  /** What is taken; null when nothing is, and while `test` has to be asked. */
  readonly plan: Plan | null;
  /** Of a first choice: how often it came up since a program was last made of it. */
  uses = 0;
  yes: Choice | null = null;
  no: Choice | null = null;

  constructor(
    configuration: Configuration,
    type: string | null,
    answers: readonly boolean[],
    test: Test | null,
    plan: Plan | null,
  ) {
    this.configuration = configuration;
    this.type = type;
    this.answers = answers;
    this.test = test;
    this.plan = plan;
  }
}

/** The active state nodes in their order, and what is known of them. */
export class Configuration {
  readonly twin: Twin;
  readonly nodes: readonly StateNode[];
  readonly value: unknown;
  readonly tags: ReadonlySet<string>;
  /** Where the twin is when the machine is here. */
  readonly likeness: Snapshot;
  readonly choices = new Map<string, Choice>();
  /** By the types of events that come up often. */
  readonly programs = new Map<string, Program>();
  eventless: Choice | null = null;
  /** By the names of the transitions that are taken. */
  readonly plans = new Map<string, Plan>();

  constructor(twin: Twin, nodes: readonly StateNode[], likeness: Snapshot) {
    this.twin = twin;
    this.nodes = nodes;
    this.value = likeness.value;
    this.tags = likeness.tags;
    this.likeness = likeness;
  }
}

/** The configuration that the nodes of a snapshot stand for, and the value that was seen to fit them. */
type Met = { readonly configuration: Configuration; readonly value: unknown };

/** Where a list of nodes holds what it stands for. (Looking it up in a WeakMap would be a good part of a step.) */
const MET = Symbol('met');
type Known = readonly StateNode[] & { readonly [MET]?: Met };

/** All that was learnt of one machine. When it holds too much, it forgets everything and learns anew. */
export class Plans {
  readonly machine: Machine;
  readonly #nodes: readonly StateNode[];
  readonly #makeTwin: () => Twin;
  readonly #limit: number;
  #twin: Twin;
  #size = 0;
  #configurations = new Map<string, Configuration>();

  /** @param limit how many configurations, choices and plans are held together */
  constructor(machine: Machine, makeTwin: () => Twin, limit: number) {
    this.machine = machine;
    this.#nodes = [...machine.idMap.values()];
    this.#makeTwin = makeTwin;
    this.#twin = makeTwin();
    this.#limit = limit;
  }

  /** How many configurations, choices and plans are held now. */
  get size(): number {
    return this.#size;
  }

  /**
   * The configuration of a snapshot; null if it is not one that XState could have made of its nodes.
   */
  configurationOf(snapshot: Snapshot): Configuration | null {
    const met = (snapshot._nodes as Known)[MET];
    // What another twin has learnt is another machine's, or was forgotten.
    if (met !== undefined && met.value === snapshot.value && met.configuration.twin === this.#twin)
      return met.configuration;
    const orders: number[] = [];
    for (const node of snapshot._nodes) {
      if (this.#nodes[node.order] !== node) return null;
      orders.push(node.order);
    }
    const found = this.#configurations.get(orders.join()) ?? this.#meet(snapshot, orders);
    if (JSON.stringify(found.value) !== JSON.stringify(snapshot.value)) return null;
    note(snapshot._nodes, { configuration: found, value: snapshot.value });
    return found;
  }

  /** What has to be asked first when an event of this type comes, or what is taken. */
  choice(configuration: Configuration, type: string): Choice {
    const known = configuration.choices.get(type);
    if (known !== undefined) return known;
    const choice = this.#learn(configuration, type, []);
    configuration.choices.set(type, choice);
    return choice;
  }

  /** The same for the eventless transitions. */
  eventlessChoice(configuration: Configuration): Choice {
    configuration.eventless ??= this.#learn(configuration, null, []);
    return configuration.eventless;
  }

  /** Where the answer to a choice's test leads. */
  follow(choice: Choice, answer: boolean): Choice {
    const next = this.#learn(choice.configuration, choice.type, [...choice.answers, answer]);
    if (answer) choice.yes = next;
    else choice.no = next;
    return next;
  }

  /** What XState throws when the test of a choice throws `error`. */
  errorOf({ configuration, type, answers }: Choice, error: unknown): unknown {
    return configuration.twin.errorOf(configuration.likeness, type, answers, error);
  }

  /** What XState throws when the machine does not come to rest. */
  limitError({ twin, likeness }: Configuration, limit: number): unknown {
    return twin.limitError(likeness, limit);
  }

  #learn(configuration: Configuration, type: string | null, answers: readonly boolean[]): Choice {
    this.#grow();
    const { twin, likeness } = configuration;
    const { test, transitions } = twin.select(likeness, type, answers);
    const isTaken = transitions !== null && transitions.length > 0;
    const plan = isTaken ? this.#plan(configuration, transitions) : null;
    return new Choice(configuration, type, answers, test, plan);
  }

  #plan(configuration: Configuration, transitions: Parameters<Twin['take']>[1]): Plan {
    const { twin, likeness, plans } = configuration;
    const name = twin.nameOf(transitions);
    const known = plans.get(name);
    if (known !== undefined) return known;
    this.#grow();
    const { operations, snapshot } = twin.take(likeness, transitions);
    const plan = {
      operations,
      next: snapshot._nodes === likeness._nodes ? configuration : this.#reached(snapshot),
      isNew: snapshot !== likeness,
      isDone: snapshot.status === 'done',
      output: snapshot.output,
    };
    plans.set(name, plan);
    return plan;
  }

  /** The configuration that a step of the twin led to. */
  #reached(snapshot: Snapshot): Configuration {
    const orders = snapshot._nodes.map(({ order }) => order);
    return this.#configurations.get(orders.join()) ?? this.#keep(snapshot, orders);
  }

  /** The configuration of a snapshot that the accelerator did not make. */
  #meet(snapshot: Snapshot, orders: readonly number[]): Configuration {
    const likeness = this.#twin.snapshotAt(snapshot, orders, snapshot.value);
    return this.#keep(this.#twin.recomputed(likeness), orders);
  }

  #keep(like: Snapshot, orders: readonly number[]): Configuration {
    this.#grow();
    const likeness = this.#twin.snapshotAt(like, orders, like.value);
    const nodes = orders.map((order) => this.#nodes[order] as StateNode);
    const configuration = new Configuration(this.#twin, nodes, likeness);
    this.#configurations.set(orders.join(), configuration);
    note(nodes, { configuration, value: configuration.value });
    return configuration;
  }

  /** Makes room for a program, if there is any: nothing is forgotten for one. */
  hasRoomFor(pieces: number): boolean {
    if (this.#size + pieces > this.#limit) return false;
    this.#size += pieces;
    return true;
  }

  #grow(): void {
    if (this.#size >= this.#limit) this.#forget();
    this.#size += 1;
  }

  #forget(): void {
    this.#size = 0;
    // XState keeps something for every type of event at every state node that has met it: that goes with the twin.
    this.#twin = this.#makeTwin();
    this.#configurations = new Map();
  }
}

function note(nodes: readonly StateNode[], met: Met): void {
  Object.defineProperty(nodes, MET, { value: met, configurable: true });
}

/** The output of a plan, once what was put into slots is known. */
export function outputOf(output: unknown, slots: readonly unknown[]): unknown {
  return output instanceof Slot ? slots[output.index] : output;
}
