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

/** Serves the two pipes until `close`. */
export function serveStdio(options: StdioOptions): Stdio {
  const { input, output, onLines, onEnd, onWarning, signals = process } = options;
  const outputLimitBytes = options.outputLimitBytes ?? 1024 * 1024;
  const limitBytes = options.lineLimitBytes ?? 16 * 1024 * 1024;
  const splitter = createLineSplitter({ limitBytes, warn: onWarning });

  let unwritten: string[] = [];
  let turnEnd: NodeJS.Immediate | null = null;
  let ended = false;
  /** Input is paused until the output has drained. */
  let waiting = false;
  /** The reader of the output is gone: whatever is still written has nowhere to go. */
  let outputGone = false;

  function deliver(lines: readonly Line[]): void {
    if (lines.length > 0) onLines(lines);
  }

  function end(reason: EndReason): void {
    if (ended) return;
    ended = true;
    input.off('data', read);
    input.pause();
    // A second signal finds no listener and ends the process at once, as an impatient user expects.
    signals.off('SIGTERM', terminate);
    signals.off('SIGINT', interrupt);
    onEnd(reason);
  }

  function read(chunk: Uint8Array): void {
    deliver(splitter.push(chunk));
  }

  function readEnd(): void {
    if (ended) return;
    deliver(splitter.end());
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

  function resume(): void {
    waiting = false;
    if (!ended) input.resume();
  }

  function flush(): void {
    if (turnEnd !== null) clearImmediate(turnEnd);
    turnEnd = null;
    if (unwritten.length === 0) return;
    const text = `${unwritten.join('\n')}\n`;
    unwritten = [];
    if (outputGone) return;
    output.write(text);
    if (output.writableLength > outputLimitBytes && output.writableNeedDrain && !waiting && !ended) {
      waiting = true;
      input.pause();
      output.once('drain', resume);
    }
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
