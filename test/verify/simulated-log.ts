import type { HistoryEvent, Json } from '../../src/verify/index.ts';
import { KEY_DOES_NOT_EXIST, PRECONDITION_FAILED } from '../../src/verify/index.ts';
import { Recorder } from './recorder.ts';
import { randomFrom } from './simulated-registers.ts';

/** What can be wrong with a replicated log whose followers serve reads. */
export const FAULTS = [
  /** A replica serves a ryw_read whatever it has applied. */
  'token ignored',
  /** A replica serves it when one entry is missing. */
  'off by one',
  /** A follower claims to have applied what it was asked for, and serves what it has. */
  'stale follower',
  /** The node keeps one token for all its clients, that of whoever was last shown something. */
  'session shared',
  /** The client's token advances on writes only. */
  'token not advanced on reads',
  /** A linearizable read shows the index before the one it was served at. */
  'read understates its index',
  /** Writes are acknowledged with the index of the entry before theirs. */
  'write understates its index',
  /** Now and then an acknowledged write gets a place before the one at the end of the log. */
  'write put in earlier',
] as const;
export type Fault = (typeof FAULTS)[number];

export type LogOptions = {
  readonly seed: number;
  readonly operations: number;
  readonly sessions: number;
  readonly nodes: number;
  readonly keys: readonly Json[];
  readonly values: readonly Json[] | 'unique';
  /** Probability of an unknown outcome, and of a refusal before anything happened. */
  readonly info?: number;
  readonly fail?: number;
  readonly fault?: Fault;
};

type Entry = { readonly key: string; readonly value: Json };
type Answer = { type: 'ok' | 'fail'; value?: Json; error?: string; shownIndex?: number; servedBy?: string };
type Pending = {
  readonly f: 'read' | 'ryw_read' | 'write' | 'cas';
  readonly key: Json;
  readonly value?: Json;
  readonly creates: boolean;
  readonly node: number;
  readonly token: number;
  answer?: Answer | undefined;
};
type Client = { readonly name: string; process: number; token: number; pending?: Pending | undefined };

/**
 * A history of sessions over one log: every write takes its place at the end, followers lag behind at random, a
 * ryw_read is served by whoever has applied the session's token. Without a fault it keeps all promises, by
 * construction. Outcomes get lost, and lost writes take effect late or never.
 */
export function simulateLog(options: LogOptions): HistoryEvent[] {
  return new SimulatedLog(options).run();
}

class SimulatedLog {
  readonly #options: LogOptions;
  readonly #random: () => number;
  readonly #recorder = new Recorder();
  readonly #log: Entry[] = [];
  readonly #applied: number[];
  readonly #nodeTokens: number[];
  readonly #clients: Client[];
  readonly #orphans: Pending[] = [];
  #begun = 0;
  #processes: number;
  #nextValue = 0;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#random = randomFrom(options.seed);
    this.#applied = Array.from({ length: options.nodes }, () => 0);
    this.#nodeTokens = Array.from({ length: options.nodes }, () => 0);
    this.#clients = Array.from({ length: options.sessions }, (_, i) => ({
      name: `s${i}`,
      process: i,
      token: 0,
    }));
    this.#processes = options.sessions;
  }

  run(): HistoryEvent[] {
    const { operations } = this.#options;
    while (this.#begun < operations || this.#clients.some(({ pending }) => pending !== undefined)) {
      this.#advance(this.#pick(this.#clients));
      this.#applySome();
      if (this.#orphans.length > 0 && this.#random() < 0.05) this.#landOrphan();
    }
    return this.#recorder.events;
  }

  /** Node 0 leads and has applied everything; the others follow as chance has it. */
  #applySome(): void {
    this.#applied[0] = this.#log.length;
    const node = Math.floor(this.#random() * this.#applied.length);
    const behind = this.#log.length - (this.#applied[node] as number);
    if (this.#random() < 0.3)
      this.#applied[node] = this.#log.length - Math.floor(this.#random() * (behind + 1));
  }

  #advance(client: Client): void {
    const { pending } = client;
    const { info = 0, fail = 0, operations } = this.#options;
    if (pending === undefined) {
      if (this.#begun < operations) this.#begin(client);
    } else if (pending.answer !== undefined) {
      if (this.#random() < info) this.#giveUp(client);
      else this.#complete(client, pending, pending.answer);
    } else if (this.#random() < fail) {
      this.#complete(client, pending, { type: 'fail', error: 'temporarily unavailable' });
    } else if (this.#random() < info) {
      if (pending.f === 'write' || pending.f === 'cas') this.#orphans.push(pending);
      this.#giveUp(client);
    } else {
      this.#serve(pending);
    }
  }

  #begin(client: Client): void {
    const key = this.#pick(this.#options.keys);
    const f = this.#pick(['read', 'ryw_read', 'ryw_read', 'ryw_read', 'write', 'write', 'cas'] as const);
    const creates = f === 'cas' && this.#random() < 0.2;
    const value =
      f === 'write' ? this.#value() : f === 'cas' ? [this.#expected(key), this.#value()] : undefined;
    const node = Math.floor(this.#random() * this.#options.nodes);
    const { token, name: session } = client;
    const given = value === undefined ? {} : { value };
    client.pending = { f, key, creates, node, token, ...given };
    this.#begun += 1;
    this.#recorder.begin(client.process, f, key, {
      session,
      ...given,
      ...(f === 'ryw_read' ? { token } : {}),
      ...(creates ? { createIfNotExists: true } : {}),
    });
  }

  #complete(client: Client, pending: Pending, { type, ...details }: Answer): void {
    client.pending = undefined;
    this.#recorder.end(client.process, type, details);
    const { shownIndex } = details;
    if (shownIndex === undefined) return;
    const { fault } = this.#options;
    this.#nodeTokens[pending.node] = shownIndex;
    if (fault === 'token not advanced on reads' && (pending.f === 'read' || pending.f === 'ryw_read')) return;
    client.token = Math.max(client.token, shownIndex);
  }

  #giveUp(client: Client): void {
    client.pending = undefined;
    this.#recorder.end(client.process, 'info', { error: 'timeout' });
    client.process = this.#processes;
    this.#processes += 1;
  }

  #landOrphan(): void {
    const [orphan] = this.#orphans.splice(Math.floor(this.#random() * this.#orphans.length), 1);
    if (orphan !== undefined && this.#random() < 0.6) this.#serve(orphan);
  }

  #serve(pending: Pending): void {
    if (pending.f === 'read') pending.answer = this.#readAt(pending, this.#log.length, 0);
    else if (pending.f === 'ryw_read') pending.answer = this.#serveRywRead(pending);
    else pending.answer = this.#append(pending);
  }

  #readAt(pending: Pending, index: number, node: number, claim = index): Answer {
    const understates = this.#options.fault === 'read understates its index' && pending.f === 'read';
    const shownIndex = Math.max(0, claim - (understates ? 1 : 0));
    return { type: 'ok', value: this.#valueAt(pending.key, index), shownIndex, servedBy: `n${node}` };
  }

  /** Served where it was asked, or by the leader when that node is behind; now and then it waits first. */
  #serveRywRead(pending: Pending): Answer | undefined {
    const { fault } = this.#options;
    const { node } = pending;
    const applied = this.#applied[node] as number;
    const token = fault === 'session shared' ? (this.#nodeTokens[node] as number) : pending.token;
    if (fault === 'stale follower' && applied < token) return this.#readAt(pending, applied, node, token);
    const needed = fault === 'token ignored' ? 0 : fault === 'off by one' ? token - 1 : token;
    if (applied >= needed) return this.#readAt(pending, applied, node);
    return this.#random() < 0.5 ? undefined : this.#readAt(pending, this.#log.length, 0);
  }

  #append(pending: Pending): Answer {
    const key = JSON.stringify(pending.key);
    const held = this.#lastOf(key, this.#log.length);
    if (pending.f === 'write') return this.#put({ key, value: pending.value as Json });
    const [from, to] = pending.value as [Json, Json];
    const matches =
      held === undefined ? pending.creates : JSON.stringify(held.value) === JSON.stringify(from);
    if (matches) return this.#put({ key, value: to });
    return { type: 'fail', error: held === undefined ? KEY_DOES_NOT_EXIST : PRECONDITION_FAILED };
  }

  #put(entry: Entry): Answer {
    const { fault } = this.#options;
    const early = fault === 'write put in earlier' && this.#log.length > 0 && this.#random() < 0.2;
    const place = this.#log.length - (early ? 1 : 0);
    this.#log.splice(place, 0, entry);
    return { type: 'ok', shownIndex: fault === 'write understates its index' ? place : place + 1 };
  }

  #valueAt(key: Json, index: number): Json {
    return this.#lastOf(JSON.stringify(key), index)?.value ?? null;
  }

  #lastOf(key: string, index: number): Entry | undefined {
    return this.#log.slice(0, index).findLast((entry) => entry.key === key);
  }

  #value(): Json {
    if (this.#options.values !== 'unique') return this.#pick(this.#options.values);
    this.#nextValue += 1;
    return this.#nextValue;
  }

  #expected(key: Json): Json {
    if (this.#options.values !== 'unique') return this.#pick(this.#options.values);
    return this.#valueAt(key, this.#log.length);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)] as T;
  }
}
