import type { Json } from '../../machines/json.ts';
import type { Dice } from '../kit/dice.ts';
import { encode } from '../maelstrom/codec.ts';
import type { Weather } from './options.ts';
import type { Schedule } from './schedule.ts';
import type { Trace } from './trace.ts';

export type Body = { readonly [name: string]: Json };
/** Takes one line, as it would come out of a pipe. */
export type Deliver = (line: string) => void;

/** The longest extra delay of a message's second copy. */
const DUPLICATE_DELAY_MS = 500;

/**
 * A network that loses, repeats, delays and reorders messages, and that can be cut between any two nodes in either
 * direction. Links between a client and a node are calm: what a client sees go wrong there tells nothing.
 */
export class Network {
  readonly #schedule: Schedule;
  readonly #dice: Dice;
  readonly #trace: Trace;
  readonly #addresses = new Map<string, Deliver>();
  readonly #cut = new Set<string>();
  weather: Weather;
  /** Messages sent between nodes, by type. */
  readonly sent = new Map<string, number>();
  lost = 0;
  duplicated = 0;

  constructor(schedule: Schedule, dice: Dice, trace: Trace, weather: Weather) {
    this.#schedule = schedule;
    this.#dice = dice;
    this.#trace = trace;
    this.weather = weather;
  }

  attach(name: string, deliver: Deliver): void {
    this.#addresses.set(name, deliver);
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
    const { delayMs, loss, duplicate } = this.weather;
    if (this.#dice.chance(loss)) {
      this.lost += 1;
      this.#trace.add(`${this.#schedule.moment} ${src} -x ${dest} ${type} lost`);
      return;
    }
    const line = encode(src, dest, body);
    this.#carry(src, dest, line, this.#dice.between(...delayMs));
    if (this.#dice.chance(duplicate)) {
      this.duplicated += 1;
      this.#carry(src, dest, line, this.#dice.between(0, DUPLICATE_DELAY_MS));
    }
  }

  /** Between a client and a node: always arrives. */
  sendCalmly(src: string, dest: string, body: Body): void {
    this.#carry(src, dest, encode(src, dest, body), this.#dice.between(0.1, 1));
  }

  // A message travels as a line, as on a real wire: what is not JSON, or is changed after sending, shows.
  #carry(src: string, dest: string, line: string, delayMs: number): void {
    this.#schedule.after(delayMs, () => {
      const isCut = this.#cut.size > 0 && this.#cut.has(`${src} ${dest}`);
      this.#trace.add(`${this.#schedule.moment} ${src} ${isCut ? '-|' : '->'} ${dest} `, line);
      if (isCut) this.lost += 1;
      else this.#addresses.get(dest)?.(line);
    });
  }
}
