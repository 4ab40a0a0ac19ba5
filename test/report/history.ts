import { Tally } from '../../src/kit/tally.ts';
import type { RunSource } from '../../src/report/source.ts';
import type { HistoryEvent, Json } from '../../src/verify/index.ts';

/** A history in the making: operations that do not overlap in one process, and what the nemesis did. */
export class Script {
  readonly events: HistoryEvent[] = [];

  /** @param completion null for an operation that nobody saw end */
  op(
    process: number,
    about: Pick<HistoryEvent, 'f'> & Partial<HistoryEvent>,
    [fromMs, toMs]: readonly [number, number],
    completion: Partial<HistoryEvent> | null = { type: 'ok' },
  ): this {
    const common = { process, key: 1, node: 'n1', ...about };
    this.#add({ ...common, type: 'invoke', timeMs: fromMs });
    if (completion !== null) this.#add({ ...common, type: 'ok', ...completion, timeMs: toMs });
    return this;
  }

  fault(f: string, timeMs: number, value: Json = null): this {
    this.#add({ process: 'nemesis', type: 'info', f, value, timeMs });
    return this;
  }

  /** In the order of time, as histories are. */
  history(): HistoryEvent[] {
    return this.events.toSorted((a, b) => a.timeMs - b.timeMs).map((event, index) => ({ ...event, index }));
  }

  #add(event: Omit<HistoryEvent, 'index'>): void {
    this.events.push({ index: this.events.length, ...event });
  }
}

/** A run of three nodes with this history, and all the rest of it calm and well. */
export function sourceWith(history: readonly HistoryEvent[], about: Partial<RunSource> = {}): RunSource {
  return {
    ran: 'sim',
    workload: 'lin-kv',
    mode: null,
    command: 'actorum sim --seed 1',
    seed: 1,
    nodes: ['n1', 'n2', 'n3'],
    time: 'virtual',
    facts: [],
    load: null,
    history,
    faultTexts: [],
    messages: new Tally(),
    leaderships: [],
    verdict: { outcome: 'ok', headline: 'Every property held.', notes: [] },
    contradictions: [],
    ...about,
  };
}
