import { dataElement, htmlDocument } from '../../page/document.ts';
import { escaped } from '../../page/markup.ts';
import { dataOf } from '../data.ts';
import type { Verdict } from '../experiments/experiment.ts';
import { EXPERIMENTS } from '../experiments/index.ts';
import type { Results } from '../lab.ts';
import { anchor, section } from './section.ts';
import { STYLE } from './style.ts';
import { WORDS } from './words.ts';

/** The report: one HTML file that needs nothing else, on a phone, on a projector, by day and by night. */
export function page(results: Results): string {
  const { found, options } = results;
  const body = [
    header(results),
    table(results),
    ...found.map((one) => section(one, options.strategies)),
    footer(results),
  ].join('\n');
  return htmlDocument({ title: 'The clocks lab', style: STYLE, body });
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
<p class="note">In the diagrams true time runs down, and every node has a lane. A disc is a write, with the reading of the node's
own clock and the timestamp or vector that the write was given; a ring is its acknowledgement; a square is a read; a line is a
message. A write that disappears is <b class="bad">red</b>, and so is the acknowledgement that promised it.</p>
</section>`;
}

function cell(experiment: string, verdict: Verdict | undefined): string {
  if (verdict === undefined) return '<td class="none" title="not asked">–</td>';
  const { kind, word } = WORDS[verdict.outcome];
  return `<td class="${kind}"><a href="#${anchor(experiment, verdict.strategy)}">${word}</a><small>${escaped(verdict.summary)}</small></td>`;
}

function footer(results: Results): string {
  return `<footer>
<p>Made again, to the byte, by <code>${escaped(replayCommand(results))} --out report.html</code></p>
<p>The raw data stand in this file, in the element <code>#data</code>; <code>--json</code> prints them.</p>
</footer>
${dataElement('id="data"', dataOf(results))}`;
}
