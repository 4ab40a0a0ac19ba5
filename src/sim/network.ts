import type { Dice } from '../kit/dice.ts';
import { Tally } from '../kit/tally.ts';
import type { Tracer } from '../trace/tracer.ts';
import type { Weather } from './options.ts';
import { type Body, type Carried, lineOf, Packet } from './packet.ts';
import type { Schedule } from './schedule.ts';
import type { Trace } from './trace.ts';

export type { Body };
/** Takes one line, as it would come out of a pipe. */
export type Deliver = (line: string) => void;
/** Takes a message that was not written as a line, and that nobody may change. */
export type Hand = (packet: Packet) => void;
type Address = { readonly deliver: Deliver; readonly isUp: () => boolean; readonly hand: Hand | null };

/** The longest extra delay of a message's second copy, and of one that others pass. */
const DUPLICATE_DELAY_MS = 500;
const REORDER_DELAY_MS = 500;
/** So many messages are handed over for each that goes as a line. */
const HANDED_PER_LINE = 15;
/** So many messages are handed over for each that is looked at again when it arrives. */
const HANDED_PER_CHECK = 4;

/**
 * A network that loses, repeats, delays and reorders messages, and that can be cut between any two nodes in either
 * direction. Links between a client and a node are calm: what a client sees go wrong there tells nothing.
 *
 * On a real wire a message is a line. Here that would be a third of a simulation's time, so most messages are handed
 * over as they are, and what a line would show is looked for: what is not JSON is refused when it is sent; and
 * of what arrives one in so many is looked at again, and refused when it was changed since. One in so many goes as a line
 * all the same, and all of them do with `onlyLines`; the trace is the same either way.
 */
export class Network {
  readonly #schedule: Schedule;
  readonly #dice: Dice;
  readonly #trace: Trace;
  readonly #tracer: Tracer | null;
  readonly #onlyLines: boolean;
  readonly #addresses = new Map<string, Address>();
  readonly #cut = new Set<string>();
  #untilLine = 0;
  #handed = 0;
  weather: Weather;
  /** Messages sent between nodes, by type. */
  readonly sent = new Map<string, number>();
  /** The same over time. */
  readonly overTime = new Tally();
  lost = 0;
  duplicated = 0;

  constructor(
    schedule: Schedule,
    dice: Dice,
    trace: Trace,
    weather: Weather,
    tracer: Tracer | null = null,
    onlyLines = false,
  ) {
    this.#schedule = schedule;
    this.#dice = dice;
    this.#trace = trace;
    this.#tracer = tracer;
    this.#onlyLines = onlyLines;
    this.weather = weather;
  }

  /**
   * @param isUp whether anybody is there to take a line now
   * @param hand takes messages that need not be lines; without it all of them are
   */
  attach(name: string, deliver: Deliver, isUp: () => boolean = () => true, hand: Hand | null = null): void {
    this.#addresses.set(name, { deliver, isUp, hand });
  }

  /** @param take is given the body of every reply; it must not change it */
  attachClient(name: string, take: (body: Body) => void): void {
    const deliver: Deliver = (line) => take((JSON.parse(line) as { body: Body }).body);
    const hand: Hand = ({ body }) => take(body);
    this.#addresses.set(name, { deliver, isUp: () => true, hand });
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
    const packet = new Packet(src, dest, body);
    const asLine = this.#goesAsLine();
    // No question is asked of the dice where nothing is held up: a seed without this fault means what it always did.
    const heldMs = reorder > 0 && this.#dice.chance(reorder) ? this.#dice.between(0, REORDER_DELAY_MS) : 0;
    this.#carry(packet, asLine, this.#dice.between(delayMs[0], delayMs[1]) + heldMs, id);
    if (this.#dice.chance(duplicate)) {
      this.duplicated += 1;
      this.#carry(packet, asLine, this.#dice.between(0, DUPLICATE_DELAY_MS), id);
    }
  }

  /** Between a client and a node: always arrives. A request to a node that takes only lines need not be JSON. */
  sendCalmly(src: string, dest: string, body: Body): void {
    const id = this.#traced(src, dest, body);
    const isHanded = (this.#addresses.get(dest)?.hand ?? null) !== null;
    const carried = isHanded ? new Packet(src, dest, body) : lineOf(src, dest, body);
    this.#carry(carried, !isHanded || this.#goesAsLine(), this.#dice.between(0.1, 1), id);
  }

  #goesAsLine(): boolean {
    if (this.#onlyLines || this.#untilLine === 0) {
      this.#untilLine = HANDED_PER_LINE;
      return true;
    }
    this.#untilLine -= 1;
    return false;
  }

  #carry(carried: Carried, asLine: boolean, delayMs: number, id: number): void {
    // Written when it is sent, like any line.
    const line = asLine ? carried.text : null;
    this.#schedule.after(delayMs, () => {
      const { src, dest } = carried;
      const isCut = this.#cut.size > 0 && this.#cut.has(`${src} ${dest}`);
      this.#trace.message(this.#schedule.nowMs, carried, isCut);
      if (isCut) {
        this.lost += 1;
        this.#tracer?.lost(id, 'partition');
        return;
      }
      const address = this.#addresses.get(dest);
      if (this.#tracer !== null) {
        if (address?.isUp()) this.#tracer.received(id);
        else this.#tracer.lost(id, 'down');
      }
      if (address === undefined) return;
      if (line !== null) return address.deliver(line);
      const packet = carried as Packet;
      this.#handed += 1;
      if (this.#handed % HANDED_PER_CHECK === 0) packet.checkUnchanged();
      if (address.hand === null) address.deliver(packet.text);
      else address.hand(packet);
    });
  }

  #traced(src: string, dest: string, body: Body): number {
    return this.#tracer?.sent(src, dest, body as Body & { readonly type: string }) ?? 0;
  }
}
