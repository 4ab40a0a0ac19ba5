import { parseHeader, parseRecord } from '../../trace/reader.ts';
import { type WorldJson, worldFromJson } from '../../trace/world.ts';
import type { Store } from './store.ts';

/** Where the page's records come from: from a running command, from a file, or out of the page itself. */

/** Listens to the command that served this page. @returns what to call to stop listening */
export function listenTo(url: string, store: Store): () => void {
  const events = new EventSource(url);
  const on = (name: string, take: (data: string) => void) =>
    events.addEventListener(name, (event) => take(String((event as MessageEvent).data)));
  on('header', (data) => {
    const header = parseHeader(data);
    if ('problem' in header) store.problem(`the stream ${header.problem}`);
    else store.begin(header, 'live');
  });
  on('base', (data) => {
    const { before, missed, world } = JSON.parse(data) as Base;
    store.rebase(before, missed, worldFromJson(world));
  });
  on('message', (data) => takeRecord(data, store, 'the stream'));
  on('end', () => {
    events.close();
    store.finish();
  });
  return () => events.close();
}

type Base = { readonly before: number; readonly missed: number; readonly world: WorldJson };

/** Reads a trace that the user has chosen, piece by piece. */
export async function readFile(file: File, store: Store): Promise<void> {
  const reader = new LineReader(store, file.name);
  const stream = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await stream.read();
    if (done) break;
    reader.push(value);
  }
  reader.end();
}

/** Reads what was written into the page: a trace, whose second line may say what was before it. */
export function readEmbedded(text: string, store: Store): void {
  const reader = new LineReader(store, 'embedded in this page');
  reader.push(text);
  reader.end();
}

class LineReader {
  readonly #store: Store;
  readonly #name: string;
  #rest = '';
  #number = 0;
  #isTrace = false;

  constructor(store: Store, name: string) {
    this.#store = store;
    this.#name = name;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  end(): void {
    if (this.#rest !== '') this.#take(this.#rest);
    if (this.#number === 0) this.#store.problem(`${this.#name} is empty`);
    if (this.#isTrace) this.#store.finish();
  }

  #take(line: string): void {
    if (line.trim() === '') return;
    this.#number += 1;
    if (this.#number === 1) this.#begin(line);
    // Without its header nothing that follows can be understood.
    else if (this.#isTrace) takeLine(line, this.#store, `line ${this.#number}`);
  }

  #begin(line: string): void {
    const header = parseHeader(line);
    this.#isTrace = !('problem' in header);
    if ('problem' in header) this.#store.problem(`${this.#name} ${header.problem}`);
    else this.#store.begin(header, this.#name);
  }
}

function takeLine(line: string, store: Store, where: string): void {
  if (line.startsWith('{"before":')) {
    const { before, missed, world } = JSON.parse(line) as Base;
    store.rebase(before, missed, worldFromJson(world));
  } else {
    takeRecord(line, store, where);
  }
}

function takeRecord(line: string, store: Store, where: string): void {
  const record = parseRecord(line);
  if ('problem' in record) store.problem(`${where} ${record.problem}`);
  else store.append(record);
}
