import { accessSync, constants, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectory } from '../host/make-directory.ts';
import type { RunSource } from '../report/source.ts';
import { partOfPackage, UsageError } from './usage.ts';

/**
 * Sees that the report of a run can be written, before the run: nobody likes to learn it afterwards.
 * @throws UsageError when it cannot
 */
export function openReport(file: string): void {
  explained(file, () => {
    makeDirectory(dirname(file));
    accessSync(dirname(file), constants.W_OK);
  });
}

/**
 * Writes the report of a run, or of several that belong together.
 * @throws UsageError when the file cannot be written, or the part of the package that draws is not there
 */
export async function writeReport(file: string, sources: readonly RunSource[]): Promise<void> {
  // It draws, which nothing else needs: loaded only now.
  const { reportPage } = await partOfPackage(() => import('../report/index.ts'));
  const page = reportPage(sources);
  explained(file, () => writeFileSync(file, page));
}

function explained(file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--report is "${file}", which cannot be written: ${reason}`, 'name another file');
  }
}
