import type { Ask, Ending } from '../kit/store-asks.ts';
import type { HistoryEvent, Json } from '../verify/index.ts';
import type { Sample } from './recorder.ts';

/** Writes down what the clients of a conflict store did and learned: a history, in order, and samples of the load. */
export class StoreRecorder {
  readonly events: HistoryEvent[] = [];
  readonly samples: Sample[] = [];
  readonly #sinceStartMs: () => number;
  #processes = 0;

  /** @param sinceStartMs milliseconds since the run began */
  constructor(sinceStartMs: () => number) {
    this.#sinceStartMs = sinceStartMs;
  }

  /** A process number that nobody has had. */
  newProcess(): number {
    this.#processes += 1;
    return this.#processes - 1;
  }

  began(process: number, ask: Ask, node: string): void {
    const { f, key } = ask;
    const written = 'saw' in ask ? { value: ask.id, saw: ask.saw.ids } : {};
    this.#add({ process, type: 'invoke', f, key, ...written, node });
  }

  ended(process: number, ask: Ask, node: string, ending: Ending, latencyMs: number): void {
    const { f, key } = ask;
    const { sight: _, ...told } = ending;
    const { type, error } = told;
    if (f !== 'final_read') {
      const beganMs = this.#sinceStartMs() - latencyMs;
      const why = error === undefined ? {} : { error };
      this.samples.push({ f, beganMs, latencyMs, type, served: type === 'ok', ...why });
    }
    this.#add({ process, f, key, ...('saw' in ask ? { value: ask.id } : {}), node, ...told });
  }

  /** What was done to the cluster. */
  nemesis(f: string, value: Json): void {
    this.#add({ process: 'nemesis', type: 'info', f, value });
  }

  #add(event: Omit<HistoryEvent, 'index' | 'timeMs'>): void {
    this.events.push({ index: this.events.length, timeMs: this.#sinceStartMs(), ...event });
  }
}
