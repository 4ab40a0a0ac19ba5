import { EventEmitter, once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type EndReason, type Stdio, serveStdio } from '../../src/host/stdio.ts';

/** An output that writes nothing until it is told to, and remembers each write that reached it. */
class SlowOutput extends Writable {
  readonly writes: string[] = [];
  private held: (() => void)[] = [];
  stalled = false;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(chunk.toString());
    if (this.stalled) this.held.push(done);
    else done();
  }

  release(): void {
    this.stalled = false;
    for (const done of this.held.splice(0)) done();
  }
}

function serve(options: { outputLimitBytes?: number; answer?: (line: string, stdio: Stdio) => void } = {}) {
  const input = new PassThrough();
  const output = new SlowOutput();
  const signals = new EventEmitter();
  const batches: string[][] = [];
  const ends: EndReason[] = [];
  const warnings: string[] = [];
  const { answer, ...rest } = options;
  const stdio: Stdio = serveStdio({
    input,
    output,
    signals,
    onLines: (lines) => {
      expect(ends).toEqual([]);
      batches.push(lines.map((line) => line.text));
      for (const line of lines) answer?.(line.text, stdio);
    },
    onEnd: (reason) => ends.push(reason),
    onWarning: (text) => warnings.push(text),
    ...rest,
  });
  return { input, output, signals, batches, ends, warnings, stdio };
}

describe('a turn', () => {
  it('takes in all lines of a chunk together and writes all answers at once', async () => {
    const { input, output, batches } = serve({
      answer: (line, stdio) => {
        stdio.write(`${line}!`);
        // An answer that comes a little later in the same turn leaves with the others.
        queueMicrotask(() => stdio.write(`${line}?`));
      },
    });
    input.write('a\nb\nc');
    await turn();
    await turn();
    expect(batches).toEqual([['a', 'b']]);
    expect(output.writes).toEqual(['a!\nb!\na?\nb?\n']);
  });

  it('can be flushed early, and then writes nothing twice', async () => {
    const { output, stdio } = serve();
    stdio.write('one');
    stdio.flush();
    stdio.flush();
    expect(output.writes).toEqual(['one\n']);
    await turn();
    expect(output.writes).toEqual(['one\n']);
  });
});

describe('back-pressure', () => {
  it('reads no input while too much output waits, then reads on and loses nothing', async () => {
    const { input, output, batches, stdio } = serve({
      outputLimitBytes: 20_000,
      answer: (_line, stdio) => {
        stdio.write('x'.repeat(30_000));
        stdio.flush();
      },
    });
    output.stalled = true;
    input.write('a\n');
    await turn();
    input.write('b\n');
    for (let i = 0; i < 5; i++) await turn();
    expect(batches).toEqual([['a']]);

    output.release();
    for (let i = 0; i < 5; i++) await turn();
    expect(batches).toEqual([['a'], ['b']]);
    await stdio.close();
    expect(output.writes.join('')).toHaveLength(2 * 30_001);
  });
});

describe('the end', () => {
  it('of input comes once, after a last line without terminator', async () => {
    const { input, signals, batches, ends } = serve();
    input.end('a\nlast');
    await once(input, 'end');
    signals.emit('SIGTERM');
    expect(batches).toEqual([['a'], ['last']]);
    expect(ends).toEqual(['input ended']);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s comes once, takes no more input, and lets a second signal through',
    async (signal) => {
      const { input, signals, batches, ends } = serve();
      input.write('a\n');
      await turn();
      signals.emit(signal);
      input.write('b\n');
      input.end();
      await turn();
      expect(batches).toEqual([['a']]);
      expect(ends).toEqual([signal]);
      expect(signals.listenerCount('SIGTERM') + signals.listenerCount('SIGINT')).toBe(0);
    },
  );

  it('by a reader that has gone away is quiet, and later writes go nowhere', async () => {
    const { output, ends, warnings, stdio } = serve();
    output.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await turn();
    stdio.write('nobody');
    await stdio.close();
    expect(ends).toEqual(['output closed']);
    expect(warnings).toEqual([]);
    expect(output.writes).toEqual([]);
  });

  it('by any other failure is told', async () => {
    const { input, output, ends, warnings } = serve();
    input.destroy(new Error('EIO'));
    output.destroy(new Error('ENOSPC'));
    await turn();
    expect(ends).toHaveLength(1);
    expect(warnings.sort()).toEqual(['reading the input failed: EIO', 'writing the output failed: ENOSPC']);
  });

  it('of an input that closes without ending is an end, too', async () => {
    const { input, ends } = serve();
    input.destroy();
    await turn();
    expect(ends).toEqual(['input ended']);
  });

  it('waits until everything is written, then lets go of the input', async () => {
    const { input, output, stdio } = serve();
    output.stalled = true;
    stdio.write('first');
    stdio.flush();
    stdio.write('last');
    let closed = false;
    const closing = stdio.close().then(() => {
      closed = true;
    });
    await turn();
    expect(closed).toBe(false);
    output.release();
    await closing;
    expect(output.writes.join('')).toBe('first\nlast\n');
    expect(input.destroyed).toBe(true);
  });
});

describe('a burst', () => {
  // A thousand small requests for one large value: their answers joined were longer than a string can be.
  it('is written in pieces, however much one turn answers', async () => {
    const { input, output, stdio } = serve({
      outputLimitBytes: 1000,
      answer: (_line, node) => node.write('x'.repeat(400)),
    });
    input.write('q\n'.repeat(50));
    await turn();
    await turn();
    await stdio.close();
    expect(output.writes.length).toBeGreaterThan(10);
    expect(Math.max(...output.writes.map((piece) => piece.length))).toBeLessThan(2000);
    expect(output.writes.join('')).toBe(`${'x'.repeat(400)}\n`.repeat(50));
  });

  it('is taken in so many lines at a time, and no further while the output lags', async () => {
    const { input, output, batches, stdio } = serve({
      outputLimitBytes: 1000,
      answer: (_line, node) => node.write('x'.repeat(400)),
    });
    output.stalled = true;
    input.write('q\n'.repeat(500));
    await turn();
    await turn();
    expect(batches.map((batch) => batch.length)).toEqual([64]);
    output.release();
    for (let i = 0; i < 2000 && batches.flat().length < 500; i += 1) await turn();
    expect(batches.flat()).toHaveLength(500);
    await stdio.close();
    expect(output.writes.join('').split('\n')).toHaveLength(501);
  });

  it('is answered wholly also when the input ends behind it', async () => {
    const { input, output, ends, stdio } = serve({
      outputLimitBytes: 1000,
      answer: (_line, node) => node.write('x'.repeat(400)),
    });
    input.end('q\n'.repeat(300));
    while (ends.length === 0) await turn();
    await stdio.close();
    expect(ends).toEqual(['input ended']);
    expect(output.writes.join('').split('\n')).toHaveLength(301);
  });
});
