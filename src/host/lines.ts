import { isUtf8 } from 'node:buffer';

/** Bytes in, lines out: incremental, linear in the input, and never holding more than one line's limit. */

/** One line without its terminator (`\n` or `\r\n`), and its length in bytes. */
export type Line = { readonly text: string; readonly bytes: number };

export type LineSplitter = {
  /** Takes the next bytes and returns the lines that they complete. The chunk may be reused afterwards. */
  push(chunk: Uint8Array): Line[];
  /** The input is over: returns the last line, if it had no terminator. */
  end(): Line[];
};

export type LineSplitterOptions = {
  /** The longest line, in bytes without `\n`. A longer one is discarded as it streams by. */
  readonly limitBytes: number;
  /** Is told of each line that is discarded, in one sentence. */
  readonly warn: (text: string) => void;
};

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Room for unfinished lines that is kept between lines; a longer line's room is given back. */
const KEPT_BYTES = 64 * 1024;

/** A splitter of one stream of bytes into lines. */
export function createLineSplitter({ limitBytes, warn }: LineSplitterOptions): LineSplitter {
  // The unfinished line: the first `heldBytes` of `held`, which grows by doubling, so that one huge line in tiny
  // chunks costs linear time and no list of chunks.
  let held = Buffer.allocUnsafe(0);
  let heldBytes = 0;
  let discarding = false;

  function hold(piece: Buffer): void {
    if (discarding) return;
    const total = heldBytes + piece.length;
    if (total > limitBytes) {
      discarding = true;
      release();
      warn(`passed over a line of more than ${limitBytes} bytes`);
      return;
    }
    if (total > held.length) {
      const room = Math.min(limitBytes, Math.max(total, held.length * 2, 1024));
      const larger = Buffer.allocUnsafeSlow(room);
      held.copy(larger, 0, 0, heldBytes);
      held = larger;
    }
    piece.copy(held, heldBytes);
    heldBytes = total;
  }

  function release(): void {
    heldBytes = 0;
    if (held.length > KEPT_BYTES) held = Buffer.allocUnsafe(0);
  }

  /** Ends the line whose last piece is given. */
  function finish(piece: Buffer, lines: Line[]): void {
    if (heldBytes === 0 && !discarding && piece.length <= limitBytes) {
      emit(piece, lines);
      return;
    }
    hold(piece);
    if (!discarding) emit(held.subarray(0, heldBytes), lines);
    discarding = false;
    release();
  }

  function emit(line: Buffer, lines: Line[]): void {
    const bytes = line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length;
    const text = line.toString('utf8', 0, bytes);
    // Bytes that are not UTF-8 would be read as U+FFFD, and two different keys could become one.
    if (text.includes('\ufffd') && !isUtf8(line))
      warn(`passed over a line of ${bytes} bytes that is not UTF-8`);
    else lines.push({ text, bytes });
  }

  return {
    push(data) {
      const chunk = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      const lines: Line[] = [];
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        finish(chunk.subarray(start, end), lines);
        start = end + 1;
      }
      if (start < chunk.length) hold(chunk.subarray(start));
      return lines;
    },
    end() {
      const lines: Line[] = [];
      if (heldBytes > 0) emit(held.subarray(0, heldBytes), lines);
      discarding = false;
      release();
      return lines;
    },
  };
}
