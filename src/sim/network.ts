import type { Json } from '../../machines/json.ts';
import type { Dice } from '../kit/dice.ts';
import { Tally } from '../kit/tally.ts';
import { encode } from '../maelstrom/codec.ts';
import type { Tracer } from '../trace/tracer.ts';
import type { Weather } from './options.ts';
import type { Schedule } from './schedule.ts';
import type { Trace } from './trace.ts';

export type Body = { readonly [name: string]: Json };
/** Takes one line, as it would come out of a pipe. */
export type Deliver = (line: string) => void;
type Address = { readonly deliver: Deliver; readonly isUp: () => boolean };

/** The longest extra delay of a message's second copy, and of one that others pass. */
const DUPLICATE_DELAY_MS = 500;
const REORDER_DELAY_MS = 500;

/**
 * A network that loses, repeats, delays and reorders messages, and that can be cut between any two nodes in either
 * direction. Links between a client and a node are calm: what a client sees go wrong there tells nothing.
 */
export class Network {
  readonly #schedule: Schedule;
  readonly #dice: Dice;
  readonly #trace: Trace;
  readonly #tracer: Tracer | null;
  readonly #addresses = new Map<string, Address>();
  readonly #cut = new Set<string>();
  weather: Weather;
  /** Messages sent between nodes, by type. */
  readonly sent = new Map<string, number>();
  /** The same over time. */
  readonly overTime = new Tally();
  lost = 0;
  duplicated = 0;

  constructor(schedule: Schedule, dice: Dice, trace: Trace, weather: Weather, tracer: Tracer | null = null) {
    this.#schedule = schedule;
    this.#dice = dice;
    this.#trace = trace;
    this.#tracer = tracer;
    this.weather = weather;
  }

  /** @param isUp whether anybody is there to take a line now */
  attach(name: string, deliver: Deliver, isUp: () => boolean = () => true): void {
    this.#addresses.set(name, { deliver, isUp });
  }

  /** Stops messages from `src` to `dest`, those on their way included. */
  cut(src: string, dest: string): void {
    this.#cut.add(`${src} ${dest}`);
  }

  heal(): void {
    this.#cut.clear();
  }

  /** Between two nodes. */
  send(src: string, dest: string, body: Body): void {
    const type = String(body.type);
    this.sent.set(type, (this.sent.get(type) ?? 0) + 1);
    this.overTime.count(type, this.#schedule.nowMs);
    const { delayMs, loss, duplicate, reorder } = this.weather;
    const id = this.#traced(src, dest, body);
    if (this.#dice.chance(loss)) {
      this.lost += 1;
      this.#tracer?.lost(id, 'loss');
      this.#trace.add(`${this.#schedule.moment} ${src} -x ${dest} ${type} lost`);
      return;
    }
    const line = encode(src, dest, body);
    // No question is asked of the dice where nothing is held up: a seed without this fault means what it always did.
    const heldMs = reorder > 0 && this.#dice.chance(reorder) ? this.#dice.between(0, REORDER_DELAY_MS) : 0;
    this.#carry(src, dest, line, this.#dice.between(...delayMs) + heldMs, id);
    if (this.#dice.chance(duplicate)) {
      this.duplicated += 1;
      this.#carry(src, dest, line, this.#dice.between(0, DUPLICATE_DELAY_MS), id);
    }
  }

  /** Between a client and a node: always arrives. */
  sendCalmly(src: string, dest: string, body: Body): void {
    const id = this.#traced(src, dest, body);
    this.#carry(src, dest, encode(src, dest, body), this.#dice.between(0.1, 1), id);
  }

  // A message travels as a line, as on a real wire: what is not JSON, or is changed after sending, shows.
  #carry(src: string, dest: string, line: string, delayMs: number, id: number): void {
    this.#schedule.after(delayMs, () => {
      const isCut = this.#cut.size > 0 && this.#cut.has(`${src} ${dest}`);
      this.#trace.add(`${this.#schedule.moment} ${src} ${isCut ? '-|' : '->'} ${dest} `, line);
      if (isCut) {
        this.lost += 1;
        this.#tracer?.lost(id, 'partition');
        return;
      }
      const address = this.#addresses.get(dest);
      if (address?.isUp()) this.#tracer?.received(id);
      else this.#tracer?.lost(id, 'down');
      address?.deliver(line);
    });
  }

  #traced(src: string, dest: string, body: Body): number {
    return this.#tracer?.sent(src, dest, body as Body & { readonly type: string }) ?? 0;
  }
}
