import type { Json } from '../../machines/json.ts';
import { ERROR, isDefinite } from '../../machines/operations.ts';
import type { Dice } from '../kit/dice.ts';
import { type HistoryEvent, KEY_DOES_NOT_EXIST, PRECONDITION_FAILED } from '../verify/history.ts';
import type { Body, Network } from './network.ts';
import type { Schedule } from './schedule.ts';
import { type Places, Session } from './session.ts';

/** How long a client waits for an answer, as Maelstrom's do. */
export const CLIENT_TIMEOUT_MS = 1000;

type Call = {
  readonly f: 'read' | 'ryw_read' | 'write' | 'cas';
  readonly key: Json;
  readonly value?: Json;
  readonly body: Body;
  /** The token that goes with it. */
  readonly token?: number;
};

/** How many operations of a session are reads by token, and how many sessions end after an operation. */
const RYW_SHARE = 0.5;
const SESSION_END_SHARE = 0.03;

/** A client that asks: its name on the network, its process in the history, and its session, if it has one. */
type Asker = { readonly name: string; readonly process: number; readonly session?: Session | null };

export type ClientsOptions = Places & {
  readonly keys: number;
  /** Clients have sessions, and read by token. */
  readonly hasSessions: boolean;
};

/** Clients that ask any node for anything, one thing at a time each, and write down what they see. */
export class Clients {
  readonly history: HistoryEvent[] = [];
  readonly #schedule: Schedule;
  readonly #dice: Dice;
  readonly #network: Network;
  readonly #options: ClientsOptions;
  #nextProcess = 0;
  #nextSession = 0;
  #nextValue = 1;
  /** The latest value that a client read or wrote under each key: what a cas may expect to find. */
  readonly #latest = new Map<number, Json>();

  constructor(schedule: Schedule, dice: Dice, network: Network, options: ClientsOptions) {
    this.#schedule = schedule;
    this.#dice = dice;
    this.#network = network;
    this.#options = options;
  }

  /** Lets one client issue operations at this rate (in its own time: it never has two at once) until `untilMs`. */
  run(name: string, opsPerSecond: number, untilMs: number): void {
    let process = this.#newProcess();
    let session = this.#newSession();
    const next = () => {
      this.#schedule.after(this.#dice.waitMs(opsPerSecond), () => {
        if (this.#schedule.nowMs >= untilMs) return;
        if (session !== null && this.#dice.chance(SESSION_END_SHARE)) session = this.#newSession();
        const node = session === null ? this.#dice.pick(this.#options.nodes) : session.visit();
        const call = session === null ? this.#draw() : this.#drawFor(session);
        this.#call({ name, process, session }, node, call, (outcome) => {
          // Nobody knows whether the operation is still under way, so its process cannot go on.
          if (outcome === 'info') process = this.#newProcess();
          next();
        });
      });
    };
    next();
  }

  /** Reads every key through one node, again until it answers. @param done is called with the time that it took */
  readAll(name: string, node: string, done: (tookMs: number) => void): void {
    const process = this.#newProcess();
    const startedMs = this.#schedule.nowMs;
    const readNext = (key: number) => {
      if (key === this.#options.keys) return done(this.#schedule.nowMs - startedMs);
      this.#call({ name, process }, node, this.#read(key), (outcome) =>
        readNext(outcome === 'ok' ? key + 1 : key),
      );
    };
    readNext(0);
  }

  record(event: Omit<HistoryEvent, 'index' | 'timeMs'>): void {
    this.history.push({ index: this.history.length, timeMs: this.#schedule.nowMs, ...event });
  }

  #newProcess(): number {
    this.#nextProcess += 1;
    return this.#nextProcess - 1;
  }

  /** Sessions are numbered over the whole run: none is ever taken up again by another client. */
  #newSession(): Session | null {
    if (!this.#options.hasSessions) return null;
    this.#nextSession += 1;
    return new Session(`s${this.#nextSession}`, this.#dice, this.#options);
  }

  #read(key: number): Call {
    return { f: 'read', key, body: { type: 'read', key } };
  }

  #drawFor(session: Session): Call {
    if (!this.#dice.chance(RYW_SHARE)) return this.#draw();
    const key = this.#dice.below(this.#options.keys);
    const token = session.token();
    const body = {
      type: 'ryw_read',
      key,
      prefer_follower: this.#dice.chance(0.8) && session.mayFollow(token),
    };
    if (token === undefined) return { f: 'ryw_read', key, body };
    return { f: 'ryw_read', key, token, body: { ...body, last_write_index: token } };
  }

  #draw(): Call {
    const key = this.#dice.below(this.#options.keys);
    const kind = this.#dice.fraction();
    if (kind < 0.4) return this.#read(key);
    const value = this.#nextValue;
    this.#nextValue += 1;
    if (kind < 0.7) return { f: 'write', key, value, body: { type: 'write', key, value } };
    const from = this.#dice.chance(0.8) ? (this.#latest.get(key) ?? null) : value - 1;
    return { f: 'cas', key, value: [from, value], body: { type: 'cas', key, from, to: value } };
  }

  #call(
    { name, process, session = null }: Asker,
    node: string,
    { f, key, value, body, token }: Call,
    done: (outcome: 'ok' | 'fail' | 'info') => void,
  ): void {
    const about = { process, f, key, node, ...(session === null ? {} : { session: session.name }) };
    const sent = token === undefined ? {} : { token };
    this.record({ ...about, type: 'invoke', ...(value === undefined ? {} : { value }), ...sent });
    const msgId = this.history.length;
    const timeout = this.#schedule.after(CLIENT_TIMEOUT_MS, () => settle(null));
    let settled = false;
    const settle = (answer: Body | null) => {
      if (settled) return;
      settled = true;
      this.#schedule.cancel(timeout);
      const outcome = judge(f, answer);
      const seen = answer?.type === `${f}_ok` && answer.value !== undefined ? answer.value : value;
      const shown = outcome.type === 'ok' ? whatIsShown(answer) : {};
      if (shown.shownIndex !== undefined) session?.learn(shown.shownIndex);
      if (f === 'cas' && outcome.type === 'fail') session?.refused();
      if (outcome.type === 'ok')
        this.#latest.set(key as number, f === 'cas' ? ((value as Json[])[1] as Json) : (seen as Json));
      this.record({ ...about, ...outcome, ...(seen === undefined ? {} : { value: seen }), ...shown });
      done(outcome.type);
    };
    this.#network.attachClient(name, (answer) => {
      if (answer.in_reply_to === msgId) settle(answer);
    });
    this.#network.sendCalmly(name, node, { ...body, msg_id: msgId });
  }
}

/** What an answer, or the lack of one, says about an operation. A read that brought nothing never matters. */
function judge(f: Call['f'], answer: Body | null): { type: 'ok' | 'fail' | 'info'; error?: string } {
  const unknown = f === 'read' || f === 'ryw_read' ? 'fail' : 'info';
  if (answer === null) return { type: unknown, error: 'timeout' };
  if (answer.type !== 'error') return { type: 'ok' };
  if (answer.code === ERROR.keyDoesNotExist) return { type: 'fail', error: KEY_DOES_NOT_EXIST };
  if (answer.code === ERROR.preconditionFailed) return { type: 'fail', error: PRECONDITION_FAILED };
  const error = `code ${answer.code}: ${answer.text}`;
  return { type: isDefinite(answer.code as number) ? 'fail' : unknown, error };
}

/** The index that a reply shows, and who it says has served it. */
function whatIsShown(answer: Body | null): { shownIndex?: number; servedBy?: string } {
  const index = answer?.follower_applied_index ?? answer?.commit_index;
  const servedBy = answer?.served_by;
  return {
    ...(typeof index === 'number' ? { shownIndex: index } : {}),
    ...(typeof servedBy === 'string' ? { servedBy } : {}),
  };
}
