import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchEnvironment, benchCommand } from '../../src/bench/command.ts';
import type { Results } from '../../src/bench/results.ts';
import { type HistoryEvent, parseHistory } from '../../src/verify/index.ts';

/** What a run of `actorum bench` left. */
export type Ran = {
  readonly code: number;
  readonly text: string;
  readonly results: Results;
  readonly history: HistoryEvent[];
};

/** Runs `actorum bench` in this process, with a store that is gone afterwards. */
export async function ran(args: readonly string[]): Promise<Ran> {
  const store = mkdtempSync(join(tmpdir(), 'actorum-bench-'));
  let text = '';
  const environment: BenchEnvironment = {
    stdout: {
      write: (more: string) => {
        text += more;
      },
    },
    variables: {},
    signals: { once: () => {}, off: () => {} },
  };
  try {
    const code = await benchCommand(['--store', store, '--seed', '7', '--nodes', '3', ...args], environment);
    const [name = ''] = readdirSync(store).filter((entry) => entry !== 'latest');
    const read = (file: string): string => readFileSync(join(store, name, file), 'utf8');
    const results = JSON.parse(read('results.json')) as Results;
    return { code, text, results, history: parseHistory(read('history.jsonl')) };
  } finally {
    rmSync(store, { recursive: true, force: true });
  }
}
