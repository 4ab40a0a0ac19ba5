import type { HistoryEvent, Json } from '../../src/verify/index.ts';

type Details = Partial<Pick<HistoryEvent, 'value' | 'createIfNotExists' | 'error'>>;

/** Writes a history down event by event, as a bench would; places and times follow by themselves. */
export class Recorder {
  readonly events: HistoryEvent[] = [];
  readonly #open = new Map<number, { f: string; key: Json }>();

  begin(process: number, f: string, key: Json, details: Details = {}): this {
    this.#open.set(process, { f, key });
    return this.#add(process, 'invoke', f, key, details);
  }

  end(process: number, type: 'ok' | 'fail' | 'info', details: Details = {}): this {
    const { f, key } = this.#open.get(process) ?? { f: 'nothing', key: null };
    this.#open.delete(process);
    return this.#add(process, type, f, key, details);
  }

  /** An operation that completes before anything else happens. */
  whole(process: number, f: string, key: Json, type: 'ok' | 'fail' | 'info', details: Details = {}): this {
    const { value, ...rest } = details;
    const asked = f === 'read' || value === undefined ? {} : { value };
    const creates = rest.createIfNotExists === undefined ? {} : { createIfNotExists: rest.createIfNotExists };
    this.begin(process, f, key, { ...asked, ...creates });
    const answered = f === 'read' && value !== undefined ? { value } : {};
    return this.end(process, type, {
      ...answered,
      ...(rest.error === undefined ? {} : { error: rest.error }),
    });
  }

  #add(process: number, type: HistoryEvent['type'], f: string, key: Json, details: Details): this {
    const index = this.events.length;
    this.events.push({ index, timeMs: index * 0.5, process, type, f, key, ...details });
    return this;
  }
}
