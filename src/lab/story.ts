import { invariant } from '../../machines/assert.ts';
import type { Json } from '../../machines/json.ts';
import { DueQueue } from '../kit/due-queue.ts';
import { Causality, type Judgement } from './causality.ts';
import { EPOCH_MS, type Script, type Step } from './script.ts';
import type { Context, Replica, Strategy, StrategySettings, Version } from './strategies/strategy.ts';

/** What one strategy made of a script: everything that happened, and what was left of it. */
export type Story = {
  readonly strategy: string;
  readonly script: Script;
  readonly events: readonly StoryEvent[];
  /** What each replica shows at the end. */
  readonly shown: { readonly [node: string]: readonly Version[] };
  /** Whether all replicas show the same. */
  readonly converged: boolean;
  readonly judgement: Judgement;
  readonly causality: Causality;
  /** Metadata of the key at the end: the most that any replica keeps. */
  readonly entries: number;
  readonly bytes: number;
};

export type StoryEvent = {
  readonly atMs: number;
  readonly node: string;
  /** What the node's clock shows, in milliseconds from the start of the script. */
  readonly clockMs: number;
  readonly happening: Happening;
  /** What the replica shows after it. */
  readonly versions: readonly Version[];
};

export type Happening =
  | {
      readonly type: 'write' | 'delete';
      readonly client: string;
      readonly id: string;
      readonly stamp: string;
      readonly timestampMs: number | null;
    }
  | { readonly type: 'refused'; readonly client: string; readonly id: string; readonly reason: string }
  | { readonly type: 'ack'; readonly client: string; readonly id: string }
  | { readonly type: 'read'; readonly client: string }
  | { readonly type: 'send'; readonly message: number; readonly to: string }
  | {
      readonly type: 'receive';
      readonly message: number;
      readonly from: string;
      readonly refused: string | null;
    }
  | { readonly type: 'clock'; readonly byMs: number }
  | { readonly type: 'forget' };

/** A client: what it carries, and what it has truly seen. */
type Client = { context: Context; seen: ReadonlySet<string>; writes: number };

const KNOWS_NOTHING: Client = { context: null, seen: new Set(), writes: 0 };

/** Runs a script under a strategy in virtual time. The same script gives the same story. */
export function tell(script: Script, strategy: Strategy, settings: StrategySettings): Story {
  return new Teller(script, strategy, settings).tell();
}

class Teller {
  readonly #script: Script;
  readonly #strategy: Strategy;
  readonly #settings: StrategySettings;
  readonly #queue = new DueQueue<() => void>();
  readonly #waiting = new Map<string, { step: Step; ms: number }[]>();
  readonly #ackedMs = new Map<string, number>();
  readonly #replicas = new Map<string, Replica>();
  /** What a replica showed in a state: most events leave it as it was. */
  readonly #views = new Map<string, { readonly state: Json; readonly versions: readonly Version[] }>();
  readonly #lives = new Map<string, number>();
  readonly #skews = new Map<string, number>();
  readonly #clients = new Map<string, Client>();
  readonly #causality = new Causality();
  readonly #events: StoryEvent[] = [];
  #messages = 0;
  #nowMs = 0;

  constructor(script: Script, strategy: Strategy, settings: StrategySettings) {
    this.#script = script;
    this.#strategy = strategy;
    this.#settings = settings;
  }

  tell(): Story {
    for (const node of this.#script.nodes) {
      this.#skews.set(node, this.#script.skewMs[node] ?? 0);
      this.#begin(node);
    }
    for (const step of this.#script.steps) this.#plan(step);
    for (;;) {
      const dueMs = this.#queue.firstDueMs;
      const run = this.#queue.takeFirst();
      if (dueMs === undefined || run === undefined) break;
      this.#nowMs = dueMs;
      run();
    }
    invariant(this.#waiting.size === 0, 'a step waits for a write that is acknowledged', () => [
      ...this.#waiting.keys(),
    ]);
    return this.#end();
  }

  #end(): Story {
    const { nodes } = this.#script;
    const shown = Object.fromEntries(nodes.map((node) => [node, this.#replica(node).versions()]));
    const [first = [], ...others] = nodes.map((node) => idsOf(shown[node] ?? []));
    const costs = nodes.map((node) => this.#replica(node).metadata());
    return {
      strategy: this.#strategy.name,
      script: this.#script,
      events: this.#events,
      shown,
      converged: others.every((ids) => ids.join('\n') === first.join('\n')),
      // Where replicas disagree for ever, what any of them shows is not lost: it is their disagreement that is judged.
      judgement: this.#causality.judge([...new Set(nodes.flatMap((node) => idsOf(shown[node] ?? [])))]),
      causality: this.#causality,
      entries: Math.max(...costs.map(({ entries }) => entries)),
      bytes: Math.max(...costs.map(({ bytes }) => bytes)),
    };
  }

  #begin(node: string): void {
    const life = (this.#lives.get(node) ?? 0) + 1;
    this.#lives.set(node, life);
    const { nodes } = this.#script;
    this.#replicas.set(node, this.#strategy.createReplica({ node, nodes, life, settings: this.#settings }));
  }

  #plan(step: Step): void {
    if (step.after !== undefined) {
      const { id, ms } = step.after;
      const ackedMs = this.#ackedMs.get(id);
      if (ackedMs === undefined) {
        this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), { step, ms }]);
        return;
      }
      this.#queue.add(Math.max(step.atMs, ackedMs + ms), () => this.#do(step));
    } else {
      this.#queue.add(step.atMs, () => this.#do(step));
    }
  }

  #do(step: Step): void {
    switch (step.type) {
      case 'write':
        return this.#write(step);
      case 'read':
        return this.#read(step.node, step.client);
      case 'send':
        return this.#send(step.from, step.to);
      case 'clock':
        this.#skews.set(step.node, this.#skew(step.node) + step.byMs);
        return this.#note(step.node, { type: 'clock', byMs: step.byMs });
      case 'forget':
        this.#begin(step.node);
        return this.#note(step.node, { type: 'forget' });
    }
  }

  #write(step: Extract<Step, { type: 'write' }>): void {
    const { node, client, id, deletes = false, restarted = false, aheadMs = 0 } = step;
    const knows = restarted ? KNOWS_NOTHING : this.#client(client);
    const number = knows.writes + 1;
    const write = { id, client, number, deletes, context: knows.context, aheadMs };
    const written = this.#replica(node).write(write, this.#clock(node));
    if (!written.accepted) {
      this.#note(node, { type: 'refused', client, id, reason: written.reason });
      return this.#settled(id);
    }
    const beganMs = this.#nowMs;
    const { context, waitMs, stamp, timestampMs, release } = written;
    this.#note(node, { type: deletes ? 'delete' : 'write', client, id, stamp, timestampMs });
    this.#causality.note({ id, client, deletes, beganMs, ackedMs: beganMs + waitMs }, knows.seen);
    const acknowledge = () => {
      release?.();
      // What a client has written it has seen, and what it had seen before.
      this.#clients.set(client, { context, seen: new Set([...knows.seen, id]), writes: number });
      this.#note(node, { type: 'ack', client, id });
      this.#settled(id);
    };
    // At once where nothing waits: a client's next deed may have the same time, and must find this one done.
    if (waitMs === 0) acknowledge();
    else this.#queue.add(beganMs + waitMs, acknowledge);
  }

  /** Whatever waited for the end of a write may begin. */
  #settled(id: string): void {
    this.#ackedMs.set(id, this.#nowMs);
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const { step } of waiting) this.#plan(step);
  }

  #read(node: string, client: string): void {
    const replica = this.#replica(node);
    const known = this.#client(client);
    this.#clients.set(client, {
      context: this.#strategy.joinContexts(known.context, replica.context()),
      seen: new Set([...known.seen, ...idsOf(replica.versions())]),
      writes: known.writes,
    });
    this.#note(node, { type: 'read', client });
  }

  #send(from: string, to: string): void {
    const state: Json = this.#replica(from).state();
    const message = this.#messages;
    this.#messages += 1;
    this.#note(from, { type: 'send', message, to });
    this.#queue.add(this.#nowMs + this.#script.latencyMs, () => {
      const refused = state === null ? null : this.#replica(to).receive(state, this.#clock(to));
      this.#note(to, { type: 'receive', message, from, refused });
    });
  }

  #note(node: string, happening: Happening): void {
    this.#events.push({
      atMs: this.#nowMs,
      node,
      clockMs: this.#nowMs + this.#skew(node),
      happening,
      versions: this.#view(node),
    });
  }

  #view(node: string): readonly Version[] {
    const replica = this.#replica(node);
    const state = replica.state();
    const view = this.#views.get(node);
    if (view !== undefined && view.state === state) return view.versions;
    const versions = replica.versions();
    this.#views.set(node, { state, versions });
    return versions;
  }

  #replica(node: string): Replica {
    const replica = this.#replicas.get(node);
    invariant(replica !== undefined, 'a script names only its own nodes', () => node);
    return replica;
  }

  #client(client: string): Client {
    return this.#clients.get(client) ?? KNOWS_NOTHING;
  }

  #skew(node: string): number {
    return this.#skews.get(node) ?? 0;
  }

  #clock(node: string): number {
    return EPOCH_MS + this.#nowMs + this.#skew(node);
  }
}

function idsOf(versions: readonly Version[]): string[] {
  return versions.map(({ id }) => id);
}
