import { drawModel } from '../draw/index.ts';
import { STYLE } from '../draw/style.ts';
import { escapeXml } from '../draw/xml.ts';
import type { ChartModel } from '../model.ts';
import { LEGEND, type Section, sectionsOf } from '../sections.ts';
import type { Format } from './format.ts';

/** All charts on one page that needs nothing else: no network, no script. */
export const html: Format = {
  name: 'html',
  purpose: 'one page with the drawings and tables of all charts, which needs no network',
  files: async (charts) => {
    const parts: string[] = [];
    for (const chart of charts) parts.push(await partOf(chart));
    return [{ name: 'index.html', text: pageOf(charts, parts) }];
  },
};

const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1c2530; --back: #ffffff; --faint: #59636e; --edge: #d5dbe2; --tint: #f6f8fa; --link: #0a58b8; }
@media (prefers-color-scheme: dark) { :root { --text: #e8edf3; --back: #0d1117; --faint: #9aa7b5; --edge: #2c3541; --tint: #151b23; --link: #7cb7ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 76rem; color: var(--text); background: var(--back); font: 16px/1.5 system-ui, sans-serif; }
a { color: var(--link); }
h1, h2, h3 { line-height: 1.2; }
h2 { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--edge); font-size: 1.6rem; }
nav ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 0.4rem 1.5rem; padding: 0; list-style: none; }
nav small, .purpose { color: var(--faint); }
nav small { display: block; }
code { font: 0.85em ui-monospace, Menlo, Consolas, monospace; background: var(--tint); padding: 0.1em 0.3em; border-radius: 4px; }
figure { margin: 1rem 0; }
.wide { overflow-x: auto; }
.wide svg { display: block; max-width: none; }
table { border-collapse: collapse; min-width: min(100%, 44rem); font-size: 0.9rem; }
th, td { padding: 0.35rem 0.7rem; border: 1px solid var(--edge); text-align: left; vertical-align: top; }
th { background: var(--tint); }
details { margin: 0.6rem 0; }
summary { cursor: pointer; font-weight: 600; padding: 0.3rem 0; }
.chart .arrow:hover .way { stroke: var(--glow); stroke-width: 2.4; }
.chart .arrow:hover .label { stroke: var(--glow); }
.chart .arrow:hover .tip { fill: var(--glow); }
`.trim();

function pageOf(charts: readonly ChartModel[], parts: readonly string[]): string {
  const contents = charts.map(
    ({ name, title, purpose }) =>
      `<li><a href="#${escapeXml(name)}">${escapeXml(title)}</a><small>${escapeXml(purpose)}</small></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The charts of Actorum</title>
<style>
${STYLE}
${PAGE_STYLE}
</style>
</head>
<body>
<h1 id="top">The charts of Actorum</h1>
<p>Every protocol of the house is a statechart, and this page is drawn from the charts that run.</p>
<p>${escapeXml(LEGEND)}</p>
<nav><ul>
${contents.join('\n')}
</ul></nav>
${parts.join('\n')}
</body>
</html>
`;
}

async function partOf(chart: ChartModel): Promise<string> {
  const { name, title, purpose, sources } = chart;
  const drawing = (await drawModel(chart)).replace(`<style>\n${STYLE}\n</style>\n`, '');
  return `<section>
<h2 id="${escapeXml(name)}">${escapeXml(title)}</h2>
<p class="purpose">${escapeXml(purpose)} <a href="#top">All charts</a></p>
<figure class="wide" tabindex="0">
${drawing}</figure>
<h3>Implements</h3>
<ul>
${sources.map((source) => `<li>${escapeXml(source)}</li>`).join('\n')}
</ul>
${sectionsOf(chart).map(detailsOf).join('\n')}
</section>`;
}

function detailsOf({ title, text, head, rows }: Section): string {
  const line = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${markedUp(cell)}</${tag}>`).join('')}</tr>`;
  return `<details>
<summary>${escapeXml(title)} (${rows.length})</summary>
${text === '' ? '' : `<p>${markedUp(text)}</p>\n`}<div class="wide"><table>
<thead>${line('th', head)}</thead>
<tbody>
${rows.map((row) => line('td', row)).join('\n')}
</tbody>
</table></div>
</details>`;
}

/** Plain text in which what stands between backticks is code. */
function markedUp(text: string): string {
  return escapeXml(text).replace(/`([^`]*)`/g, '<code>$1</code>');
}
