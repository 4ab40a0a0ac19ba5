import type { Format } from './format.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { mermaid } from './mermaid.ts';
import { pages } from './pages.ts';
import { svg } from './svg.ts';
import { xstate } from './xstate.ts';

/** Every format, the default first. */
export const FORMATS: readonly Format[] = [mermaid, svg, json, xstate, html, pages];
