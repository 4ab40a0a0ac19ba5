import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../cli/usage.ts';
import type { HistoryEvent } from '../verify/index.ts';
import type { Results } from './results.ts';
import type { StoreResults } from './store-results.ts';

/** Where a run leaves what it saw: a directory of its own under the store. */
export class Store {
  /** The run's own directory. */
  readonly directory: string;
  /** For one file of stderr a node. */
  readonly logDir: string;

  /**
   * Makes the directories; `latest` beside the run's own one leads to it.
   * @param wallMs names the run's directory, milliseconds since 1970
   * @throws UsageError when no directory can be made there
   */
  constructor(root: string, wallMs: number) {
    const name = new Date(wallMs).toISOString().replaceAll(/[-:]/g, '');
    this.directory = join(root, name);
    this.logDir = join(this.directory, 'nodes');
    makeDirectory(this.logDir, root);
    const latest = join(root, 'latest');
    try {
      rmSync(latest, { force: true });
      symlinkSync(name, latest);
    } catch {
      // A convenience that some file systems do not have.
    }
  }

  /** Where a file of this run goes. */
  fileOf(name: string): string {
    return join(this.directory, name);
  }

  /** For the stderr of one part of a run. */
  logDirOf(part: string): string {
    const directory = join(this.logDir, part);
    mkdirSync(directory);
    return directory;
  }

  writeHistory(events: readonly HistoryEvent[], name = 'history'): void {
    const lines = events.map((event) => `${JSON.stringify(event)}\n`);
    writeFileSync(join(this.directory, `${name}.jsonl`), lines.join(''));
  }

  writeResults(results: Results | StoreResults): void {
    writeFileSync(join(this.directory, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  }
}

/** One level at a time: Node's own recursion never ends on file systems that deny what they hold, as /proc does. */
function makeDirectory(directory: string, root: string): void {
  try {
    if (existsSync(directory)) return;
    makeDirectory(dirname(directory), root);
    mkdirSync(directory);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--store is "${root}", and no directory can be made there`, why);
  }
}
