import type { Format } from './format.ts';
import { json } from './json.ts';
import { mermaid } from './mermaid.ts';
import { pages } from './pages.ts';

/** Every format, the default first. */
export const FORMATS: readonly Format[] = [mermaid, json, pages];
