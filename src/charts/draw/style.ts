import { FONTS } from './glyphs.ts';

/**
 * How a drawing looks, in daylight and in the dark. The card under it is opaque: a page may be dark while the
 * reader's system is set to light, and a picture in it knows only the system.
 */
export const STYLE = `
.chart { --paper: #ffffff; --frame: #f6f8fa; --inner: #ffffff; --edge: #c4ccd6; --line: #6a7684; --ink: #1c2530;
  --soft: #59636e; --guard: #8a3ffc; --update: #1a6f44; --effect: #b3540a; --label: #ffffff; --lit: #fff3c9; --glow: #d99a00;
  font-family: ${FONTS}; }
@media (prefers-color-scheme: dark) { .chart { --paper: #0d1117; --frame: #151b23; --inner: #1d2530; --edge: #3a4655;
  --line: #8592a1; --ink: #e8edf3; --soft: #9aa7b5; --guard: #c3a1ff; --update: #6fd39b; --effect: #f2a65a;
  --label: #0d1117; --lit: #4a3c08; --glow: #f0c543; } }
.chart .card { fill: var(--paper); }
.chart .box { fill: var(--inner); stroke: var(--edge); stroke-width: 1.2; }
.chart .odd > .box, .chart .odd > .plate { fill: var(--frame); }
.chart .even > .box, .chart .even > .plate { fill: var(--paper); }
.chart .plate { opacity: 0.85; }
.chart .region > .box { stroke-dasharray: 6 4; }
.chart .ring { fill: none; stroke: var(--edge); }
.chart .rule { stroke: var(--edge); stroke-width: 1; }
.chart .any { fill: var(--paper); stroke: var(--line); stroke-dasharray: 4 3; }
.chart .dot, .chart .tip { fill: var(--line); }
.chart .way { fill: none; stroke: var(--line); stroke-width: 1.3; }
.chart .label { fill: var(--label); stroke: var(--edge); }
.chart text { fill: var(--soft); font-size: 12px; white-space: pre; }
.chart .name { fill: var(--ink); font-size: 14px; font-weight: bold; }
.chart .event { fill: var(--ink); font-weight: bold; }
.chart .guard { fill: var(--guard); font-style: italic; }
.chart .update { fill: var(--update); }
.chart .effect { fill: var(--effect); }
.chart .note { font-size: 11.5px; }
.chart .active > .box { fill: var(--lit); stroke: var(--glow); stroke-width: 2; }
.chart .active > .plate { fill: var(--lit); }
.chart .taken .way { stroke: var(--glow); stroke-width: 2.4; }
.chart .taken .label { stroke: var(--glow); }
.chart .taken .tip { fill: var(--glow); }
`.trim();
