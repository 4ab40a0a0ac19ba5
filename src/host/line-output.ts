import { closeSync, openSync, writeSync } from 'node:fs';

/** Lines that go somewhere besides the protocol: into a file, or to whoever started this process. */
export type LineOutput = {
  /** Takes one line; the terminator is added. @returns false when it was dropped instead */
  write(line: string): boolean;
  /** Writes out what it holds and lets go. */
  close(): Promise<void>;
};

/** So many characters are gathered before they are written: a system call for each line would cost more than it. */
const PIECE = 64 * 1024;
const FLUSH_MS = 200;
/** More than this unread, and further lines are dropped: whoever reads slowly must not slow this process. */
const PIPE_LIMIT_BYTES = 1024 * 1024;

/**
 * Writes lines into a file, all of them, at the latest a fifth of a second after they came, and when the process ends.
 *
 * @param onTrouble is told once, in one sentence, when the file cannot be written any more; what follows is dropped
 * @throws Error when the file cannot be created
 */
export function createLineFile(path: string, onTrouble: (text: string) => void): LineOutput {
  let fd: number | null = openSync(path, 'w');
  let held = '';
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const bytes = Buffer.from(held);
    held = '';
    try {
      for (let from = 0; fd !== null && from < bytes.length; ) from += writeSync(fd, bytes, from);
    } catch (error) {
      fd = null;
      onTrouble(`writing ${path} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  process.once('exit', flush);

  return {
    write(line) {
      if (fd === null) return false;
      held += `${line}\n`;
      if (held.length >= PIECE) flush();
      else timer ??= setTimeout(flush, FLUSH_MS).unref();
      return true;
    },
    async close() {
      flush();
      process.off('exit', flush);
      if (fd !== null) closeSync(fd);
      fd = null;
    },
  };
}

/**
 * Writes lines to a file descriptor that this process was started with: a pipe or a socket. While its reader lags, lines
 * are dropped.
 *
 * @throws Error when there is no such descriptor
 */
export async function openLinePipe(fd: number): Promise<LineOutput> {
  // Loaded when it is asked for: a node starts faster without.
  const { Socket } = await import('node:net');
  const pipe = new Socket({ fd, readable: false, writable: true });
  let gone = false;
  pipe.on('error', () => {
    gone = true;
  });
  pipe.unref();
  return {
    write(line) {
      if (gone || pipe.writableLength > PIPE_LIMIT_BYTES) return false;
      pipe.write(`${line}\n`);
      return true;
    },
    close: () =>
      new Promise((resolve) => {
        // A reader that does not read must not keep this process from ending.
        const patience = setTimeout(resolve, FLUSH_MS);
        pipe.ref();
        pipe.end(() => {
          clearTimeout(patience);
          resolve();
        });
        pipe.once('error', () => resolve());
      }),
  };
}
