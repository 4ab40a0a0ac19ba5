import { createReadStream, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { untilInterrupted } from '../cli/observers.ts';
import { numberOption, parseOptionsAndNames, partOfPackage, UsageError } from '../cli/usage.ts';
import { parseHeader, parseRecord } from '../trace/reader.ts';
import type { Feed } from './feed.ts';

export const INSPECT_HELP = `Usage: actorum inspect FILE [options]

Shows a trace in the browser: every node, each actor's chart with its active states lit, contexts, events, and a
space-time diagram of the messages, at any moment of the run. node, sim and bench write traces with --trace FILE, and
show themselves while they run with --inspect.

Options:
  --port N        serve the page on this port of 127.0.0.1 (default: any that is free)
  --out FILE      write one self-contained HTML file instead, which shows the run anywhere, with no server
  -h, --help      this text

Examples:
  actorum sim --seed 7 --trace run.jsonl && actorum inspect run.jsonl
  actorum inspect run.jsonl --out run.html
`;

/** Shows a trace file. Resolves with the exit code: when the page was written, or the server is interrupted. */
export async function inspectCommand(args: readonly string[]): Promise<number> {
  const { values, names } = parseOptionsAndNames('inspect', args, {
    port: { type: 'string', default: '0' },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) {
    process.stdout.write(INSPECT_HELP);
    return 0;
  }
  const [file, ...others] = names;
  if (file === undefined || others.length > 0) {
    throw new UsageError(`inspect takes one trace, not ${names.length}`, 'try: actorum inspect run.jsonl');
  }
  const port = numberOption('--port', values.port, { min: 0, max: 65_535, whole: true });
  const { Feed, openLiveView, pageWith, readPage } = await partOfPackage(() => import('../inspect/index.ts'));
  const warn = (text: string) => process.stderr.write(`actorum inspect: ${text}\n`);
  const read = await readTraceFile(file, warn);
  if (values.out !== undefined) {
    const feed = new Feed(read.header);
    await read.into(feed);
    write(values.out, pageWith(readPage('inspect.html'), feed));
    process.stdout.write(`${values.out}\n`);
    return 0;
  }
  const view = await openLiveView(read.header, port).catch((error: Error) => {
    throw new UsageError(`the page cannot be served: ${error.message}`, 'try another --port');
  });
  await read.into(view.feed);
  view.end();
  process.stderr.write(`actorum inspect: ${view.url} shows ${file}; Ctrl-C ends\n`);
  await untilInterrupted(process);
  await view.close();
  return 0;
}

/** Reads a trace line by line, so that a file of any size needs no more memory than the feed's ring. */
async function readTraceFile(file: string, warn: (text: string) => void) {
  const lines = linesOf(file)[Symbol.asyncIterator]();
  const first = await lines.next();
  const header = parseHeader(first.done === true ? '' : first.value);
  if ('problem' in header)
    throw new UsageError(`${file} ${header.problem}`, 'traces are written with --trace FILE');
  return {
    header,
    async into(feed: Feed): Promise<void> {
      let number = 1;
      for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
        number += 1;
        if (next.value === '') continue;
        const record = parseRecord(next.value);
        if ('problem' in record) warn(`line ${number} of ${file} ${record.problem}`);
        else feed.pushLine(next.value);
      }
    },
  };
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file} cannot be read: ${reason}`, 'name a trace');
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--out is "${file}", which cannot be written: ${reason}`, 'name another file');
  }
}
