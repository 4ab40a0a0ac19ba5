/** How the report looks, light and dark. */

/** The colours, by name, of whatever `root` selects. */
function colours(root: string): string {
  return `
${root} { --ink: #1d2430; --soft: #5b6675; --paper: #ffffff; --panel: #f5f7fa; --line: #d6dce4; --good: #0a7a4b;
  --fair: #9a6200; --bad: #c4232b; --sibling: #7a3fc0; --accent: #2458b8; --message: #9aa6b5; }
@media (prefers-color-scheme: dark) {
  ${root} { --ink: #e6eaf0; --soft: #9aa6b5; --paper: #14181f; --panel: #1c222c; --line: #333c49; --good: #4cc38a;
    --fair: #e2a93b; --bad: #ff6b6b; --sibling: #b78cf2; --accent: #7fb0ff; --message: #59667a; }
}
`;
}

const SPACE_TIME = `
.space-time text { font: 15px system-ui, sans-serif; fill: var(--ink); paint-order: stroke; stroke: var(--panel);
  stroke-width: 4px; stroke-linejoin: round; }
.space-time .node { font-weight: 700; font-size: 18px; }
.space-time .time, .space-time .reading, .space-time .stamp, .space-time text.read { fill: var(--soft); font-size: 14px; }
.space-time .stamp { font-family: ui-monospace, monospace; font-size: 13px; }
.space-time text.clock { fill: var(--fair); font-size: 14px; font-weight: 600; }
.space-time path.clock { stroke: var(--fair); stroke-width: 2; fill: none; }
.space-time .deed { font-weight: 650; }
.space-time .lane { stroke: var(--line); stroke-width: 2; }
.space-time .message { stroke: var(--message); stroke-width: 1.4; }
.space-time .message.refused { stroke: var(--bad); stroke-dasharray: 4 3; }
.space-time circle.write { fill: var(--accent); }
.space-time circle.ack { fill: none; stroke: var(--good); stroke-width: 2; }
.space-time text.ack { fill: var(--good); font-size: 14px; }
.space-time .point { fill: var(--message); }
.space-time path.delete { stroke: var(--ink); stroke-width: 2.5; fill: none; }
.space-time rect.read { fill: var(--panel); stroke: var(--soft); }
.space-time circle.refused { fill: none; stroke: var(--bad); stroke-width: 2; stroke-dasharray: 3 2; }
.space-time text.refused { fill: var(--bad); }
.space-time text.lost, .space-time text.ack.lost { fill: var(--bad); font-weight: 700; }
.space-time circle.write.lost { fill: var(--bad); }
.space-time circle.ack.lost { stroke: var(--bad); }
.space-time .shown { font-weight: 700; fill: var(--good); font-size: 16px; }
.space-time .shown.sibling { fill: var(--sibling); }
.space-time .shown.false { fill: var(--fair); }
`;

/** What a figure carries that stands alone. It follows the reader's light and dark, on a card of its own. */
export const FIGURE_STYLE = `${colours('svg')}${SPACE_TIME}svg { color: var(--ink); }
.card { fill: var(--panel); }
.title { font: 650 19px system-ui, sans-serif; fill: var(--ink); }
`;

/** What the page carries. */
export const STYLE = `${colours(':root')}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem clamp(0.8rem, 3vw, 3rem) 4rem; max-width: 110rem; background: var(--paper);
  color: var(--ink); font: 1.05rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: clamp(1.8rem, 4vw, 3rem); margin: 0.5rem 0; }
h2 { margin: 3.5rem 0 0.5rem; font-size: clamp(1.3rem, 2.4vw, 1.9rem); }
h2 code { font-size: 0.55em; font-weight: 400; color: var(--soft); margin-left: 0.5rem; }
.lead, .question, .lesson, .note { max-width: 60rem; }
.lead { font-size: 1.2rem; }
.facts, .note { color: var(--soft); }
.question { font-style: italic; }
.lesson { border-left: 4px solid var(--accent); padding-left: 0.9rem; }
a { color: inherit; }
code { font-family: ui-monospace, monospace; font-size: 0.92em; }
.good { color: var(--good); } .fair { color: var(--fair); } .bad { color: var(--bad); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 62rem; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 0.7rem; border-bottom: 1px solid var(--line);
  overflow-wrap: normal; }
thead th { font-size: 0.9rem; }
th small, td small { display: block; font-weight: 400; color: var(--soft); font-size: 0.78rem; line-height: 1.35; }
th[scope="row"] { min-width: 13rem; }
td a { font-weight: 600; white-space: nowrap; }
td.none { color: var(--soft); }
.stories { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 36rem), 1fr)); gap: 1.2rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 36rem), 1fr)); gap: 1.2rem;
  margin-bottom: 1.2rem; }
figure { margin: 0; padding: 1rem 1.2rem; background: var(--panel); border: 1px solid var(--line);
  border-top: 4px solid var(--line); border-radius: 10px; min-width: 0; scroll-margin-top: 1rem; }
figure.good { border-top-color: var(--good); color: inherit; } figure.fair { border-top-color: var(--fair); color: inherit; }
figure.bad { border-top-color: var(--bad); color: inherit; }
figure:target { outline: 3px solid var(--accent); outline-offset: 3px; }
figcaption { font-weight: 650; font-size: 1.2rem; margin-bottom: 0.7rem; display: flex; flex-wrap: wrap;
  justify-content: space-between; gap: 0.2rem 1rem; }
.good > figcaption .badge { color: var(--good); } .fair > figcaption .badge { color: var(--fair); }
.bad > figcaption .badge { color: var(--bad); }
figure svg { width: 100%; height: auto; display: block; }
.plots svg { max-width: 46rem; margin: 0 auto; }
.legend { display: flex; flex-wrap: wrap; gap: 0.3rem 1.3rem; }
.legend i { display: inline-block; width: 0.9em; height: 0.9em; border-radius: 50%; margin-right: 0.35em;
  vertical-align: -0.1em; }
details { margin: 0.35rem 0; }
summary { cursor: pointer; }
.evidence { margin: 0.8rem 0 0.4rem; color: var(--soft); font-size: 1rem; line-height: 1.4; }
ul.evidence { padding-left: 1.2rem; }
.log { font-size: 0.85rem; color: var(--soft); }
pre { overflow-x: auto; max-height: 20rem; }
footer { margin-top: 4rem; border-top: 1px solid var(--line); color: var(--soft); }
${SPACE_TIME}`;
