import { dataOf } from '../data.ts';
import type { Curve, Outcome, Verdict } from '../experiments/experiment.ts';
import { EXPERIMENTS } from '../experiments/index.ts';
import { type Found, holds, type Results } from '../lab.ts';
import type { Story } from '../story.ts';
import { colourOf } from './colours.ts';
import { element, escaped } from './markup.ts';
import { plot } from './plots.ts';
import { SHIVIZ_PATTERN, shivizLog } from './shiviz.ts';
import { spaceTime } from './space-time.ts';
import { STYLE } from './style.ts';

/** The report: one HTML file that needs nothing else, on a phone, on a projector, by day and by night. */
export function page(results: Results): string {
  const { found, options } = results;
  const body = [
    header(results),
    table(results),
    ...found.map((one) => section(one, options.strategies)),
    footer(results),
  ].join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The clocks lab</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** The command that makes this report again. */
export function replayCommand({ options, found }: Results): string {
  const names = found.map(({ experiment }) => experiment.name);
  const { skewMs, nodes, seed, strategies } = options;
  return [
    'actorum lab',
    ...(names.length === EXPERIMENTS.length ? [] : names),
    `--strategy ${strategies.map(({ name }) => name).join(',')}`,
    `--skew-ms ${skewMs} --nodes ${nodes} --seed ${seed}`,
  ].join(' ');
}

function header({ options }: Results): string {
  return `<header>
<h1>The clocks lab</h1>
<p class="lead">A write disappears, and everybody was told that it had succeeded. Then it is made impossible, in several
ways, each at its price. Every strategy runs the very same schedules, on the store's own clocks and registers, in virtual time.</p>
<p class="facts">${options.nodes} nodes · the fast clock is ${options.skewMs} ms ahead · seed ${options.seed}</p>
</header>`;
}

const WORDS: {
  readonly [outcome in Outcome]: { readonly kind: 'good' | 'fair' | 'bad'; readonly word: string };
} = {
  kept: { kind: 'good', word: 'kept' },
  siblings: { kind: 'good', word: 'siblings' },
  refused: { kind: 'good', word: 'refused' },
  dropped: { kind: 'fair', word: 'one dropped' },
  confused: { kind: 'fair', word: 'false conflicts' },
  explodes: { kind: 'fair', word: 'explodes' },
  lost: { kind: 'bad', word: 'lost' },
  diverged: { kind: 'bad', word: 'diverged' },
};

function table({ found, options }: Results): string {
  const heads = found.map(
    ({ experiment: { name, title } }) =>
      `<th scope="col"><a href="#${name}" title="${escaped(title)}">${name}</a></th>`,
  );
  const rows = options.strategies.map((strategy) => {
    const cells = found.map(({ experiment, finding }) =>
      cell(
        experiment.name,
        finding.verdicts.find((verdict) => verdict.strategy === strategy.name),
      ),
    );
    const head = `<th scope="row">${escaped(strategy.title)}<small>${escaped(strategy.idea)}</small></th>`;
    return `<tr>${head}${cells.join('')}</tr>`;
  });
  return `<section id="verdicts">
<h2>Verdicts</h2>
<div class="scroll"><table><thead><tr><th scope="col">strategy</th>${heads.join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>
<p class="note">Each verdict leads to its evidence. <b class="good">kept</b>: every write is there, or was replaced by
somebody who had seen it. <b class="good">siblings</b>: concurrent writes stand side by side. <b class="fair">one dropped</b>:
of two concurrent writes one is gone in silence, and the later one stayed. <b class="bad">lost</b>: a later write is gone,
or one that had seen the other, in silence. <b class="bad">diverged</b>: replicas disagree, and nothing will ever tell them.
<b class="fair">explodes</b>: versions pile up. <b class="fair">false conflicts</b>: versions stand beside those that replaced them.</p>
</section>`;
}

function cell(experiment: string, verdict: Verdict | undefined): string {
  if (verdict === undefined) return '<td class="none" title="not asked">–</td>';
  const { kind, word } = WORDS[verdict.outcome];
  return `<td class="${kind}"><a href="#${anchor(experiment, verdict.strategy)}">${word}</a><small>${escaped(verdict.summary)}</small></td>`;
}

/** Where the evidence of a verdict stands. */
function anchor(experiment: string, strategy: string): string {
  return `${experiment}--${strategy.replaceAll(/[^a-z0-9]+/g, '-')}`;
}

function section({ experiment, finding }: Found, strategies: Results['options']['strategies']): string {
  const { name, title, question, lesson } = experiment;
  const titleOf = (strategy: string) => strategies.find((one) => one.name === strategy)?.title ?? strategy;
  const verdicts = finding.verdicts.map((verdict) => evidence(name, titleOf(verdict.strategy), verdict));
  const diagrams = finding.stories.map((story) => diagram(story, titleOf(story.strategy)));
  return `<section id="${name}">
<h2>${escaped(title)} <code>actorum lab ${name}</code></h2>
<p class="question">${escaped(question)}</p>
<p class="lesson">${escaped(lesson)}</p>
${diagrams.length === 0 ? '' : `<div class="stories">${diagrams.join('\n')}</div>`}
${plots(finding.curves)}
<div class="evidence">${verdicts.join('\n')}</div>
</section>`;
}

function evidence(experiment: string, title: string, verdict: Verdict): string {
  const { kind, word } = WORDS[verdict.outcome];
  const lines = verdict.evidence.map((line) => `<li>${escaped(line)}</li>`).join('');
  const wrong = holds(verdict) ? '' : ` <b class="bad">expected: ${verdict.expected.join(' or ')}</b>`;
  return `<details id="${anchor(experiment, verdict.strategy)}" open><summary>${escaped(title)}: <b class="${kind}">${word}</b>${wrong}</summary><ul>${lines}</ul></details>`;
}

function diagram(story: Story, title: string): string {
  const outcome = story.judgement.lost.map(({ id }) => id);
  const caption = outcome.length === 0 ? title : `${title}: ${outcome.join(', ')} disappears`;
  const log = `<details class="log"><summary>log for ShiViz</summary><p>Paste it at bestchai.bitbucket.io/shiviz, with the expression <code>${escaped(SHIVIZ_PATTERN)}</code></p><pre>${escaped(shivizLog(story))}</pre></details>`;
  return `<figure${outcome.length === 0 ? '' : ' class="loses"'}><figcaption>${escaped(caption)}</figcaption>${spaceTime(story)}${log}</figure>`;
}

function plots(curves: readonly Curve[]): string {
  if (curves.length === 0) return '';
  const series = [...new Set(curves.flatMap(({ points }) => points.map((point) => point.series)))];
  const legend = series.map(
    (name) => `<span>${element('i', { style: `background:${colourOf(name)}` }, ' ')}${escaped(name)}</span>`,
  );
  const figures = curves.map(
    (curve) => `<figure><figcaption>${escaped(curve.title)}</figcaption>${plot(curve)}</figure>`,
  );
  return `<p class="legend">${legend.join('')}</p><div class="plots">${figures.join('\n')}</div>`;
}

function footer(results: Results): string {
  // A closing tag within the data would end the element that carries it.
  const data = JSON.stringify(dataOf(results)).replaceAll('<', '\\u003c');
  return `<footer>
<p>Made again, to the byte, by <code>${escaped(replayCommand(results))} --out report.html</code></p>
<p>The raw data stand in this file, in the element <code>#data</code>; <code>--json</code> prints them.</p>
</footer>
<script type="application/json" id="data">${data}</script>`;
}
