import { element, escaped } from '../../page/markup.ts';
import type { Curve, Verdict } from '../experiments/experiment.ts';
import { type Found, holds, type Results } from '../lab.ts';
import type { Story } from '../story.ts';
import { colourOf } from './colours.ts';
import { plot } from './plots.ts';
import { SHIVIZ_PATTERN, shivizLog } from './shiviz.ts';
import { spaceTime } from './space-time.ts';
import { WORDS } from './words.ts';

/** So many lines of evidence are read at once; more wait until they are asked for. */
const AT_ONCE = 6;

/** Where the evidence of a verdict stands. */
export function anchor(experiment: string, strategy: string): string {
  return `${experiment}--${strategy.replaceAll(/[^a-z0-9]+/g, '-')}`;
}

/** An experiment: what it asks and teaches, the same schedule under every strategy, and what was measured. */
export function section(
  { experiment, finding }: Found,
  strategies: Results['options']['strategies'],
): string {
  const { name, title, question, lesson } = experiment;
  const titleOf = (strategy: string) => titled(strategy, strategies);
  const { verdicts, stories, curves } = finding;
  const told = new Set(stories.map(({ strategy }) => strategy));
  const cards = [
    ...stories.map((story) => {
      const verdict = verdicts.find(({ strategy }) => strategy === story.strategy);
      return card(name, titleOf(story.strategy), verdict, story);
    }),
    ...verdicts
      .filter(({ strategy }) => !told.has(strategy))
      .map((verdict) => card(name, titleOf(verdict.strategy), verdict, undefined)),
  ];
  return `<section id="${name}">
<h2>${escaped(title)} <code>actorum lab ${name}</code></h2>
<p class="question">${escaped(question)}</p>
<p class="lesson">${escaped(lesson)}</p>
${plots(curves)}
<div class="stories">${cards.join('\n')}</div>
</section>`;
}

/** The title of a strategy, and the remark that may stand after its name. */
function titled(name: string, strategies: Results['options']['strategies']): string {
  const [own, ...remarks] = name.split(', ');
  return [strategies.find((one) => one.name === own)?.title ?? own, ...remarks].join(', ');
}

function card(
  experiment: string,
  title: string,
  verdict: Verdict | undefined,
  story: Story | undefined,
): string {
  const kind = verdict === undefined ? '' : ` class="${WORDS[verdict.outcome].kind}"`;
  const id = verdict === undefined ? '' : ` id="${anchor(experiment, verdict.strategy)}"`;
  const picture = story === undefined ? '' : `<div class="scroll">${spaceTime(story)}</div>`;
  return `<figure${id}${kind}><figcaption>${escaped(title)}${badge(verdict)}</figcaption>${picture}${evidence(verdict)}${log(story)}</figure>`;
}

function badge(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '';
  const wrong = holds(verdict) ? '' : ` (expected: ${verdict.expected.join(' or ')})`;
  return ` <b class="badge">${WORDS[verdict.outcome].word}${wrong}</b>`;
}

function evidence(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '';
  const lines = verdict.evidence.map((line) => `<li>${escaped(line)}</li>`).join('');
  if (verdict.evidence.length <= AT_ONCE) return `<ul class="evidence">${lines}</ul>`;
  return `<p class="evidence">${escaped(verdict.summary)}</p><details><summary>all ${verdict.evidence.length} measurements</summary><ul class="evidence">${lines}</ul></details>`;
}

function log(story: Story | undefined): string {
  if (story === undefined) return '';
  return `<details class="log"><summary>log for ShiViz</summary><p>Paste it at bestchai.bitbucket.io/shiviz, with the expression <code>${escaped(SHIVIZ_PATTERN)}</code></p><pre>${escaped(shivizLog(story))}</pre></details>`;
}

function plots(curves: readonly Curve[]): string {
  if (curves.length === 0) return '';
  const series = [...new Set(curves.flatMap(({ points }) => points.map((point) => point.series)))];
  const figures = curves.map(
    (curve) => `<figure><figcaption>${escaped(curve.title)}</figcaption>${plot(curve)}</figure>`,
  );
  return `${legend(series)}<div class="plots">${figures.join('\n')}</div>`;
}

function legend(series: readonly string[]): string {
  const names = series.map(
    (name) => `<span>${element('i', { style: `background:${colourOf(name)}` }, ' ')}${escaped(name)}</span>`,
  );
  const note = series.length > 1 ? '<span class="note">Lines that coincide lie on each other.</span>' : '';
  return `<p class="legend">${names.join('')}${note}</p>`;
}
