import { colours, PAGE_STYLE } from '../../page/style.ts';

/** How the report looks, light and dark. */

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
export const STYLE = `${PAGE_STYLE}
h2 code { font-size: 0.55em; font-weight: 400; color: var(--soft); margin-left: 0.5rem; }
.lead, .question, .lesson, .note { max-width: 60rem; }
.question { font-style: italic; }
.lesson { border-left: 4px solid var(--accent); padding-left: 0.9rem; }
table { border-collapse: collapse; min-width: 62rem; width: 100%; }
th small, td small { display: block; font-weight: 400; color: var(--soft); font-size: 0.78rem; line-height: 1.35; }
th[scope="row"] { min-width: 13rem; }
td a { font-weight: 600; white-space: nowrap; }
td.none { color: var(--soft); }
.stories { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 36rem), 1fr)); gap: 1.2rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 36rem), 1fr)); gap: 1.2rem;
  margin-bottom: 1.2rem; }
figure:target { outline: 3px solid var(--accent); outline-offset: 3px; }
.good > figcaption .badge { color: var(--good); } .fair > figcaption .badge { color: var(--fair); }
.bad > figcaption .badge { color: var(--bad); }
figure svg { width: 100%; height: auto; display: block; }
.plots svg { max-width: 46rem; margin: 0 auto; }
.evidence { margin: 0.8rem 0 0.4rem; color: var(--soft); font-size: 1rem; line-height: 1.4; }
ul.evidence { padding-left: 1.2rem; }
.log { font-size: 0.85rem; color: var(--soft); }
${SPACE_TIME}`;
