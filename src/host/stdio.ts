import type { Readable, Writable } from 'node:stream';
import { createLineSplitter, type Line } from './lines.ts';

/**
 * The node's two pipes. Lines come in by the turn (all that one chunk completes, together) and go out by the turn
 * (all that was written since the last, in one system call). Both directions are bounded: while the reader of the
 * output lags, no input is read.
 */

/** Why no more input will come. */
export type EndReason = 'input ended' | 'output closed' | 'SIGTERM' | 'SIGINT';

/** Where signals come from: `process`, or a stand-in. */
export type SignalSource = {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  off(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
};

export type StdioOptions = {
  readonly input: Readable;
  readonly output: Writable;
  /** Takes the lines of one turn, never none. */
  readonly onLines: (lines: readonly Line[]) => void;
  /** Is called once, after the last lines. What is written from then on still goes out, until `close`. */
  readonly onEnd: (reason: EndReason) => void;
  /** Is told of what was passed over, in one sentence. */
  readonly onWarning: (text: string) => void;
  readonly signals?: SignalSource;
  /** The longest line of input, in bytes; 16 MiB when left out. */
  readonly lineLimitBytes?: number;
  /** Input waits while more output than this is unwritten, in bytes; 1 MiB when left out. */
  readonly outputLimitBytes?: number;
};

export type Stdio = {
  /** Writes one line; the terminator is added. It goes out at the end of this turn, or with `flush`. */
  write(line: string): void;
  /** Hands over now what was written in this turn so far. */
  flush(): void;
  /** Writes out everything, stops listening, and lets go of the input, so that the process can end. */
  close(): Promise<void>;
};

/**
 * The most lines that are handed over together. More than arrive together while clients wait for answers, and few
 * enough that a burst of requests for the longest values does not ask for more memory than there is.
 */
const LINES_PER_TURN = 64;

/** Serves the two pipes until `close`. */
export function serveStdio(options: StdioOptions): Stdio {
  const { input, output, onLines, onEnd, onWarning, signals = process } = options;
  const outputLimitBytes = options.outputLimitBytes ?? 1024 * 1024;
  const limitBytes = options.lineLimitBytes ?? 16 * 1024 * 1024;
  const splitter = createLineSplitter({ limitBytes, warn: onWarning });

  /** Lines that the output has not been given yet, and their length. */
  let unwritten: string[] = [];
  let unwrittenLength = 0;
  /** Lines of input that were not handed over yet, because answers enough are waiting already. */
  let backlog: readonly Line[] = [];
  let turnEnd: NodeJS.Immediate | null = null;
  let ended = false;
  /** A listener waits for the output to drain. */
  let waiting = false;
  /** The reader of the output is gone: whatever is still written has nowhere to go. */
  let outputGone = false;

  /** More output waits than should. */
  function isLagging(): boolean {
    return !outputGone && output.writableLength + unwrittenLength > outputLimitBytes;
  }

  /** Hands over what was read, some lines at a time, for as long as the reader of the output keeps up. */
  function deliver(): void {
    while (backlog.length > 0 && (ended || !isLagging())) {
      const turn = backlog.slice(0, LINES_PER_TURN);
      backlog = backlog.slice(LINES_PER_TURN);
      onLines(turn);
    }
    if (backlog.length > 0 || isLagging()) waitForDrain();
  }

  function waitForDrain(): void {
    if (ended || waiting) return;
    waiting = true;
    input.pause();
    flush();
    if (output.writableNeedDrain) output.once('drain', drained);
    else setImmediate(drained);
  }

  function drained(): void {
    waiting = false;
    flush();
    deliver();
    if (!ended && !waiting) input.resume();
  }

  function end(reason: EndReason): void {
    if (ended) return;
    ended = true;
    deliver();
    input.off('data', read);
    input.pause();
    // A second signal finds no listener and ends the process at once, as an impatient user expects.
    signals.off('SIGTERM', terminate);
    signals.off('SIGINT', interrupt);
    onEnd(reason);
  }

  function read(chunk: Uint8Array): void {
    const lines = splitter.push(chunk);
    backlog = backlog.length === 0 ? lines : [...backlog, ...lines];
    deliver();
  }

  function readEnd(): void {
    if (ended) return;
    backlog = [...backlog, ...splitter.end()];
    end('input ended');
  }

  function readFailed(error: Error): void {
    onWarning(`reading the input failed: ${error.message}`);
    readEnd();
  }

  function writeFailed(error: NodeJS.ErrnoException): void {
    // A reader that has gone away is an ordinary end (`| head -1`), and nobody is left to be told.
    if (error.code !== 'EPIPE') onWarning(`writing the output failed: ${error.message}`);
    outputGone = true;
    end('output closed');
  }

  /** Gives the output what it can take: pieces of bounded size, because one string or one system call is bounded too. */
  function flush(): void {
    if (turnEnd !== null) clearImmediate(turnEnd);
    turnEnd = null;
    while (unwritten.length > 0 && !outputGone && output.writableLength <= outputLimitBytes) {
      output.write(nextPiece());
    }
    if (outputGone) forgetUnwritten();
    else if (unwritten.length > 0) waitForDrain();
  }

  /** Lines of about the limit's length, and always at least one. */
  function nextPiece(): string {
    let count = 0;
    let length = 0;
    while (count < unwritten.length && (count === 0 || length < outputLimitBytes)) {
      length += (unwritten[count] as string).length;
      count += 1;
    }
    const lines = unwritten.splice(0, count);
    unwrittenLength -= length;
    return `${lines.join('\n')}\n`;
  }

  function forgetUnwritten(): void {
    unwritten = [];
    unwrittenLength = 0;
  }

  const terminate = (): void => end('SIGTERM');
  const interrupt = (): void => end('SIGINT');
  // A stream that is destroyed closes without an end; `close` after `end` changes nothing.
  input.on('data', read).on('end', readEnd).on('close', readEnd).on('error', readFailed);
  output.on('error', writeFailed);
  signals.on('SIGTERM', terminate);
  signals.on('SIGINT', interrupt);

  return {
    write(line) {
      unwritten.push(line);
      unwrittenLength += line.length;
      // An immediate runs after the input's callbacks of this turn, so all their answers leave together.
      turnEnd ??= setImmediate(flush);
    },
    flush,
    async close() {
      flush();
      ended = true;
      input.off('data', read);
      signals.off('SIGTERM', terminate);
      signals.off('SIGINT', interrupt);
      while (unwritten.length > 0 && !output.destroyed) await written(output).then(flush);
      await written(output);
      input.destroy();
    },
  };
}

/** Waits until everything handed to the stream has gone out, or can go nowhere. */
function written(output: Writable): Promise<void> {
  if (output.destroyed || output.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => {
    // The callback comes after all earlier writes, also when they failed.
    output.write('', () => resolve());
  });
}
