import type { HistoryEvent, Json } from '../../src/verify/index.ts';

type Asked = Partial<Pick<HistoryEvent, 'createIfNotExists' | 'session' | 'token'>>;
type Answered = Partial<Pick<HistoryEvent, 'error' | 'shownIndex' | 'servedBy'>>;
type Details = Partial<Pick<HistoryEvent, 'value'>> & Asked & Answered;

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
    const { value, error, shownIndex, servedBy, ...asked } = details;
    const reads = f === 'read' || f === 'ryw_read';
    const given = value === undefined ? {} : { value };
    this.begin(process, f, key, { ...asked, ...(reads ? {} : given) });
    return this.end(process, type, {
      ...(reads ? given : {}),
      ...(error === undefined ? {} : { error }),
      ...(shownIndex === undefined ? {} : { shownIndex }),
      ...(servedBy === undefined ? {} : { servedBy }),
    });
  }

  #add(process: number, type: HistoryEvent['type'], f: string, key: Json, details: Details): this {
    const index = this.events.length;
    this.events.push({ index, timeMs: index * 0.5, process, type, f, key, ...details });
    return this;
  }
}
