import type { ViewerStream } from '../../src/inspect/feed.ts';

/** A viewer in a test: reads when it is told to, and what it has read is here. */
export class TestViewer implements ViewerStream {
  writableLength = 0;
  most = 0;
  ended = false;
  readonly #reads: boolean;
  #unread = '';
  #read = '';
  #onDrain: (() => void)[] = [];

  /** @param reads whether it reads at once whatever comes */
  constructor(reads: boolean) {
    this.#reads = reads;
  }

  write(text: string): void {
    this.#unread += text;
    this.writableLength = this.#unread.length;
    this.most = Math.max(this.most, this.writableLength);
    if (this.#reads) this.read();
  }

  end(): void {
    this.ended = true;
  }

  once(_event: 'drain', listener: () => void): void {
    this.#onDrain.push(listener);
  }

  /** Reads all that is there, and so makes room. */
  read(): void {
    this.#read += this.#unread;
    this.#unread = '';
    this.writableLength = 0;
    for (const listener of this.#onDrain.splice(0)) listener();
  }

  /** What it was sent: for each event its name (`record` for those without one), and its data. */
  get events(): { readonly name: string; readonly id: number | null; readonly data: unknown }[] {
    return this.#read
      .split('\n\n')
      .filter((block) => block !== '')
      .map((block) => {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        const id = field('id');
        return {
          name: field('event') ?? 'record',
          id: id === undefined ? null : Number(id),
          data: JSON.parse(field('data') ?? 'null'),
        };
      });
  }
}
