import type { Json } from '../../machines/json.ts';
import { encode } from '../maelstrom/codec.ts';
import { Digest, type Words } from './digest.ts';

export type Body = { readonly [name: string]: Json };

/** A message on its way, as a trace tells of it. */
export type Carried = {
  readonly src: string;
  readonly dest: string;
  readonly words: Words;
  readonly text: string;
};

/** A message that is a line. */
export function lineOf(src: string, dest: string, body: Body): Carried {
  const text = encode(src, dest, body);
  const digest = new Digest();
  digest.text(text);
  return { src, dest, words: digest.words, text };
}

/** A message between two nodes that need not be a line. */
export class Packet implements Carried {
  readonly src: string;
  readonly dest: string;
  readonly body: Body;
  readonly words: Words;

  /** @throws TypeError when the body is not JSON */
  constructor(src: string, dest: string, body: Body) {
    this.src = src;
    this.dest = dest;
    this.body = body;
    this.words = wordsOf(src, dest, body);
  }

  /** @throws Error when the body is no longer what was sent: a line would have kept it */
  checkUnchanged(): void {
    const { a, b } = wordsOf(this.src, this.dest, this.body);
    if (a === this.words.a && b === this.words.b) return;
    throw new Error(`a message was changed after it was sent: it is now ${this.text}`);
  }

  /** The message as a line. */
  get text(): string {
    const { src, dest, body } = this;
    const { from, ...sent } = body;
    return encode(src, dest, from === src ? sent : body);
  }
}

function wordsOf(src: string, dest: string, body: Body): Words {
  const digest = new Digest();
  try {
    digest.text(src);
    digest.text(dest);
    for (const name in body) {
      // Whoever takes a message puts its sender's name into it, and with a second copy it would come to this again.
      if (name === 'from' && body.from === src) continue;
      digest.text(name);
      digest.json(body[name]);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TypeError(`${src} sends ${dest} a message ${String(body.type)} in which ${reason}`);
  }
  return digest.words;
}
