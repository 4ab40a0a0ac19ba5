import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../host/package.ts';
import { type PageScript, pageOf } from './page.ts';
import { recordOf } from './record.ts';
import type { RunSource } from './source.ts';

/**
 * The report of one run, or of several that belong together: one HTML file that needs nothing else.
 *
 * @throws Error when the page's script was not built
 * @throws HistoryError when the events of a run are no history
 */
export function reportPage(sources: readonly RunSource[]): string {
  return pageOf(sources.map(recordOf), readScript());
}

/** The script of the page, as the build left it beside the bundle. */
function readScript(here = fileURLToPath(import.meta.url)): PageScript {
  const file = join(packageRoot(here), 'dist', 'report-page.js');
  if (!existsSync(file)) throw new Error(`there is no ${file}: run npm run build`);
  const text = readFileSync(file, 'utf8');
  return { text, hash: `sha256-${createHash('sha256').update(text).digest('base64')}` };
}
