import { PAGE_STYLE } from '../page/style.ts';

/** How the report looks, light and dark. Colours after Okabe and Ito (2008): told apart also by who sees few. */

const NAMES = ['ok', 'refused', 'fail', 'info'] as const;

const LIGHT = `--ok: #2b6cb8; --refused: #7fb2e0; --fail: #c77700; --info: #a63d8f; --on: #ffffff; --reign: #0a7a4b;
  --f0: #c4232b; --f1: #6b4fc4; --f2: #00788c; --f3: #b06a00; --f4: #a63d8f; --f5: #4b6a20; --f6: #2458b8; --f7: #7a5c48;
  --t0: #2b6cb8; --t1: #e69f00; --t2: #009e73; --t3: #cc79a7; --t4: #56b4e9; --t5: #d55e00; --t6: #8a63d2; --t7: #8b95a1;`;
const DARK = `--ok: #6aa5e8; --refused: #3f6a99; --fail: #f0a63c; --info: #e07cc6; --on: #10141a; --reign: #4cc38a;
  --f0: #ff6b6b; --f1: #a48bf5; --f2: #38c0d6; --f3: #e2a93b; --f4: #e07cc6; --f5: #9cc45a; --f6: #7fb0ff; --f7: #c7a58c;
  --t0: #6aa5e8; --t1: #f0b840; --t2: #35c79a; --t3: #e79bc4; --t4: #8fd0f5; --t5: #f28a45; --t6: #b79bf0; --t7: #8b95a1;`;

const eight = (rule: (i: number) => string) => Array.from({ length: 8 }, (_, i) => rule(i)).join('\n');

const PLOTS = `
.plot { display: block; max-width: 100%; height: auto; }
.plot text, .contradiction text { font: 12px system-ui, sans-serif; fill: var(--ink); }
.plot .tick, .plot .empty, .contradiction .tick { fill: var(--soft); }
.plot .empty { font-style: italic; }
.plot .grid, .plot .lane, .contradiction .grid, .contradiction .lane { stroke: var(--line); stroke-width: 1; }
.plot .grid { stroke-opacity: 0.6; } .contradiction .grid { stroke-dasharray: 2 4; }
.plot .phase { stroke: var(--soft); stroke-dasharray: 5 4; }
.plot .axis { stroke: var(--soft); }
.plot .row-name { font-weight: 600; font-size: 11.5px; fill: var(--soft); paint-order: stroke; stroke: var(--panel); stroke-width: 3px; }
.plot .in-bar { fill: var(--on); font-size: 11.5px; pointer-events: none; }
.plot .in-bar.on-refused, .plot .in-bar.on-fail, .plot .in-bar.on-info { fill: var(--ink); }
.plot .window { fill: var(--soft); paint-order: stroke; stroke: var(--panel); stroke-width: 3px; font-size: 11px; }
.plot .band { opacity: 0.1; }
${eight((i) => `.fault-${i} { fill: var(--f${i}); background: var(--f${i}); }`)}
${eight((i) => `.type-${i} { fill: var(--t${i}); background: var(--t${i}); }`)}
.plot .bar { stroke: var(--panel); }
.plot .bar.open { stroke: var(--ink); stroke-dasharray: 3 3; }
.plot .reign { fill: var(--reign); }
.plot .served { fill: var(--good); } .plot .vain { fill: var(--bad); }
${NAMES.map((name) => `.fill-${name} { fill: var(--${name}); } .op-${name} { stroke: var(--${name}); fill: none; }`).join('\n')}
.plot .pale { stroke-opacity: 0.3; }
.plot .line-p50, .plot .line-p95, .plot .line-p99, .plot .line-max { fill: none; stroke-linejoin: round; stroke-linecap: round; }
.plot .line-p50 { stroke: var(--ok); stroke-width: 2.6; } .plot .line-p95 { stroke: var(--t2); stroke-width: 2; }
.plot .line-p99 { stroke: var(--t5); stroke-width: 1.8; } .plot .line-max { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 1 4; }
.plot .chosen { fill: none; stroke: var(--ink); stroke-width: 2; }
.contradiction { display: block; width: 100%; height: auto; }
.contradiction .deed { stroke-width: 2; stroke: var(--ok); fill: color-mix(in srgb, var(--ok) 18%, var(--panel)); }
.contradiction .deed.writes { stroke: var(--t6); fill: color-mix(in srgb, var(--t6) 20%, var(--panel)); }
.contradiction .deed.open, .contradiction .deed.info { stroke-dasharray: 5 4; }
.contradiction .deed.fail, .contradiction .deed.refused { stroke-dasharray: 2 3; }
.contradiction .deed.culprit { stroke: var(--bad); stroke-width: 3; fill: color-mix(in srgb, var(--bad) 20%, var(--panel)); }
.contradiction text.deed-name { font-size: 13px; font-weight: 600; }
.contradiction text.lane-name { font-size: 13px; }
.contradiction .saw { fill: none; stroke: var(--soft); stroke-width: 1.6; }
`;

const PAGE = `
:root { ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
[hidden] { display: none !important; }
h2 { margin-top: 2.4rem; }
h3 { margin: 1.8rem 0 0.5rem; font-size: 1.15rem; }
.verdict { border-left: 6px solid var(--soft); padding: 0.3rem 0 0.3rem 1rem; margin: 1rem 0; font-size: 1.15rem; max-width: 70rem; }
.verdict b { font-size: 1.35rem; display: block; }
.verdict.good { border-color: var(--good); } .verdict.bad { border-color: var(--bad); } .verdict.fair { border-color: var(--fair); }
.verdict.good, .verdict.bad, .verdict.fair { color: var(--ink); }
.verdict.good b { color: var(--good); } .verdict.bad b { color: var(--bad); } .verdict.fair b { color: var(--fair); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.7rem; margin: 1rem 0; padding: 0; }
.tiles div { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 0.6rem 0.9rem; min-width: 0; }
.tiles dt { color: var(--soft); font-size: 0.88rem; }
.tiles dd { margin: 0; font-size: 1.45rem; font-weight: 650; line-height: 1.25; }
.tiles small { display: block; font-size: 0.85rem; font-weight: 400; color: var(--soft); line-height: 1.3; }
.over-time figure { margin-bottom: 0.8rem; padding: 0.7rem 1rem; border-top-width: 1px; }
.over-time figcaption { font-size: 1rem; margin-bottom: 0.4rem; }
.legend { margin: 0; font-weight: 400; font-size: 0.88rem; color: var(--soft); }
.legend i { border-radius: 2px; width: 1.1em; height: 0.7em; vertical-align: 0; }
.legend i.line { height: 3px; vertical-align: 0.22em; }
${NAMES.map((name) => `.legend .fill-${name} { background: var(--${name}); }`).join(' ')}
.legend .served { background: var(--good); } .legend .vain { background: var(--bad); }
.legend .line-p50 { background: var(--ok); } .legend .line-p95 { background: var(--t2); } .legend .line-p99 { background: var(--t5); }
.legend .line-max { background: repeating-linear-gradient(90deg, var(--soft) 0 2px, transparent 2px 5px); }
.legend .reign { background: var(--reign); } .legend .writes { background: var(--t6); } .legend .reads { background: var(--ok); } .legend .culprit { background: var(--bad); }
.tools { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 0.4rem 0.6rem; align-items: center;
  background: var(--paper); border-bottom: 1px solid var(--line); padding: 0.5rem 0; margin-bottom: 0.8rem; }
.tools button, td button { font: inherit; font-size: 0.95rem; color: inherit; background: var(--panel); border: 1px solid var(--line);
  border-radius: 6px; padding: 0.2rem 0.7rem; min-height: 2rem; cursor: pointer; }
.tools button:hover, td button:hover { border-color: var(--soft); }
.tools output { color: var(--soft); min-width: 11rem; }
.tools .told { flex: 1 1 18rem; min-width: 0; font-size: 0.92rem; min-height: 1.4em; }
[data-panel] { touch-action: pan-y; cursor: crosshair; position: relative; user-select: none; }
.zoomed [data-panel] { cursor: grab; }
[data-panel]:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
[data-panel] .cursor { position: absolute; top: 0; bottom: 24px; width: 1px; background: var(--soft); pointer-events: none; }
.lanes { max-height: 75vh; overflow-y: auto; }
.over-time table, .narrow { min-width: 0; width: auto; font-variant-numeric: tabular-nums; }
.over-time table { border-collapse: collapse; } .narrow { border-collapse: collapse; }
td.number, th.number { text-align: right; }
th, td { padding: 0.25rem 0.8rem 0.25rem 0; font-size: 0.92rem; }
td i { display: inline-block; width: 0.9em; height: 0.7em; border-radius: 2px; margin-right: 0.45em; }
.scroll { max-height: 26rem; overflow: auto; }
.evidence pre { font-size: 0.85rem; white-space: pre; }
.keys { font-size: 0.9rem; color: var(--soft); max-width: 60rem; }
kbd { border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: 0 0.35em; font: 0.9em ui-monospace, monospace; }
figure.violation { border-top-color: var(--bad); }
.groups { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 34rem), 1fr)); gap: 1rem; align-items: start; }
.evidence figcaption { font-size: 1.05rem; }
@media (max-width: 600px) { body { font-size: 0.98rem; padding-left: 0.6rem; padding-right: 0.6rem; }
  figure, .over-time figure { padding: 0.6rem; } .tiles { grid-template-columns: 1fr 1fr; } .tools .told { flex-basis: 100%; } }
@media print { .tools, .keys { display: none; } }
`;

export const STYLE = `${PAGE_STYLE}${PAGE}${PLOTS}`;
