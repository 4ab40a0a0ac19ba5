import type { Subject } from 'rxjs';
import type { Json } from '../../machines/json.ts';
import type { ClientAnswer, ClientRequest } from '../../machines/maelstrom/events.ts';
import { type ClientOutcome, ERROR, type RywReadOperation } from '../../machines/operations.ts';
import type { SettledRead, Submission } from '../../machines/requests/events.ts';
import { type RywReadEffect, rywReadMachine } from '../../machines/session/ryw-read.machine.ts';
import { listen } from './bus.ts';
import { Cell, type CellStep } from './cell.ts';
import type { Timers } from './ports.ts';
import { createGate } from './step.ts';

const gate = createGate(rywReadMachine);

/** Every read begins here. To enter a first state anew costs several times what a transition does. */
const beginning = gate.start({
  id: '',
  key: null,
  token: 0,
  preferFollower: false,
  sinceMs: 0,
  waitMs: 0,
  appliedIndex: 0,
  leads: false,
}).snapshot;

/** A client's ryw_read, with the token that it comes with or that the node keeps for it. */
export type ReadRequest = ClientRequest & { readonly op: RywReadOperation };

/** What waiting reads need of their node. */
export type ReadersHost = {
  readonly id: string;
  readonly waitMs: number;
  /** The most reads that wait at one time; more are turned away. */
  readonly maxReaders: number;
  readonly timers: Timers;
  nowMs(): number;
  appliedIndex(): number;
  leads(): boolean;
  /** The value under a key, as this node has applied it. */
  serve(key: Json): Json;
  /** Passes a read to the leader; its end comes back through `settle`. */
  redirect(submission: Submission): void;
  /** Something happened outside of any turn. */
  endTurn(): void;
  answer(answer: ClientAnswer): void;
};

type Reader = { readonly cell: Cell<typeof rywReadMachine>; readonly request: ReadRequest };

/** The reads that wait at one node: a cell for each, which is gone when its read has ended, however it ends. */
export class Readers {
  readonly #host: ReadersHost;
  readonly #steps: Subject<CellStep>;
  readonly #waiting = new Map<number, Reader>();
  #nextNumber = 1;

  constructor(host: ReadersHost, steps: Subject<CellStep>) {
    this.#host = host;
    this.#steps = steps;
  }

  /** How many reads have not ended yet. */
  get size(): number {
    return this.#waiting.size;
  }

  /**
   * @param token what the answer may not be older than
   * @param remembers whether the token is all that the client has been shown, as far as it relies on this node
   */
  begin(request: ReadRequest, token: number, remembers: boolean): void {
    const { id, waitMs, maxReaders } = this.#host;
    if (this.#waiting.size >= maxReaders) {
      const text = `${maxReaders} reads wait already: try again later, or another node`;
      return this.#answer(request, { type: 'error', code: ERROR.temporarilyUnavailable, text });
    }
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    const cell = new Cell(`ryw-read ${number}`, gate, this.#steps);
    this.#waiting.set(number, { cell, request });
    listen(cell.outlet, (effect) => this.#carryOut(number, request, effect));
    const { key, preferFollower } = request.op;
    cell.resume(
      gate.at(beginning, {
        id,
        key,
        token,
        preferFollower,
        sinceMs: this.#host.nowMs(),
        waitMs,
        appliedIndex: this.#host.appliedIndex(),
        leads: this.#host.leads(),
        remembers,
        outcome: null,
        waitedMs: 0,
      }),
    );
    this.#tell(number, { type: 'read.began' });
  }

  /** This node has applied the log up to `index`: whoever waited for that is told. */
  applied(index: number): void {
    for (const [number, { cell }] of this.#waiting) {
      if (cell.snapshot.context.token > index) continue;
      this.#tell(number, { type: 'applied', index, nowMs: this.#host.nowMs() });
    }
  }

  leaderChanged(leads: boolean): void {
    for (const number of [...this.#waiting.keys()]) this.#tell(number, { type: 'leader.changed', leads });
  }

  /** What became of a read that was passed to the leader. */
  settle({ reader, outcome, index, servedBy }: SettledRead): void {
    this.#tell(reader, { type: 'leader.answered', outcome, index, servedBy, nowMs: this.#host.nowMs() });
  }

  /** Nothing here can be served any more, for the reason in `text`. */
  fail(text: string): void {
    const outcome = { type: 'error', code: ERROR.temporarilyUnavailable, text } as const;
    for (const { request } of this.#waiting.values()) this.#answer(request, outcome);
    this.end();
  }

  /** No more input will come: nothing is left that these could wait for. */
  end(): void {
    for (const number of [...this.#waiting.keys()]) this.#tell(number, { type: 'input.ended' });
  }

  #tell(number: number, event: Parameters<Cell<typeof rywReadMachine>['inbox']['next']>[0]): void {
    const reader = this.#waiting.get(number);
    if (reader === undefined) return;
    reader.cell.inbox.next(event);
    this.#forgetEnded(number);
  }

  #forgetEnded(number: number): void {
    if (this.#waiting.get(number)?.cell.snapshot.status === 'done') this.#waiting.delete(number);
  }

  #carryOut(number: number, request: ReadRequest, effect: RywReadEffect): void {
    const { id, timers } = this.#host;
    const timer = `ryw-read ${number}`;
    switch (effect.type) {
      case 'timer.set':
        return timers.set(timer, effect.ms, () => {
          this.#tell(number, { type: 'wait.timeout' });
          this.#host.endTurn();
        });
      case 'timer.clear':
        return timers.clear(timer);
      case 'serve': {
        const index = this.#host.appliedIndex();
        const value = this.#host.serve(effect.key);
        const served = { value, servedBy: id, index, waitedMs: effect.waitedMs, reason: null };
        return this.#answer(request, { type: 'ryw_read_ok', ...served });
      }
      case 'redirect': {
        const { key, minIndex, sinceMs } = effect;
        const { client, msgId, bytes } = request;
        const op = { type: 'read', key } as const;
        return this.#host.redirect({ client, msgId, bytes, op, reader: number, sinceMs, minIndex });
      }
      case 'answer':
        return this.#answer(request, effect.outcome);
    }
  }

  #answer({ client, msgId }: ReadRequest, outcome: ClientOutcome): void {
    const index = outcome.type === 'ryw_read_ok' ? outcome.index : null;
    this.#host.answer({ client, msgId, outcome, index });
  }
}
