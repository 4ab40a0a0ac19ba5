import { percentilesOf } from '../kit/percentiles.ts';
import { dataElement, htmlDocument } from '../page/document.ts';
import { escaped } from '../page/markup.ts';
import { formatMs, formatNumber } from '../page/numbers.ts';
import type { Contradiction } from '../verify/index.ts';
import { dataOf, type RunData } from './data.ts';
import { percent } from './draw/availability.ts';
import { drawContradiction } from './draw/contradiction.ts';
import { figuresOf } from './figures.ts';
import type { RunRecord } from './record.ts';
import { STYLE } from './style.ts';
import { faultTable, messageTable } from './tables.ts';
import { isServed } from './windows.ts';

const WORDS = {
  ok: { kind: 'good', word: 'All is well' },
  illegal: { kind: 'bad', word: 'Violated' },
  unknown: { kind: 'fair', word: 'Unknown' },
  lost: { kind: 'fair', word: 'Writes were lost' },
} as const;

/** The script of the page, and how its policy names it. */
export type PageScript = { readonly text: string; readonly hash: string };

/**
 * One or several runs as one HTML file that needs nothing else. Without its script it shows all of every run; the
 * script draws the same pictures to the width that there is, and closer.
 *
 * @throws RangeError when there is no run
 */
export function pageOf(records: readonly RunRecord[], script: PageScript): string {
  const [first] = records;
  if (first === undefined) throw new RangeError('a report needs a run');
  const { ran, workload, seed, command } = first.source;
  const runs = records.map((record) => run(record, 1 / records.length, records.length > 1));
  const title = `actorum ${ran}, ${workload}, seed ${seed}`;
  const body = `<header>
<h1>${escaped(`A run of ${workload}`)}</h1>
<p class="facts">${facts(first)}</p>
</header>
<main>${runs.join('\n')}</main>
<footer>
<p>Made by <code>${escaped(command)}</code></p>
<p>${ran === 'sim' ? 'The same command makes the same run, to the last message.' : 'Real processes: the same command makes a run that is like it, not the same.'}
The data of the pictures stand in this file; it asks nobody for anything.</p>
</footer>
<script type="module">${script.text}</script>`;
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src '${script.hash}'`;
  return htmlDocument({ title, style: STYLE, body, policy });
}

function facts({ source }: RunRecord): string {
  const { ran, seed, nodes, time, facts: some } = source;
  return [
    ran === 'sim' ? 'a simulation' : 'real processes',
    `${nodes.length} node${nodes.length === 1 ? '' : 's'}`,
    ...some.map(([name, text]) => (name === '' ? text : `${name} ${text}`)),
    `seed ${seed}`,
    `${time} time`,
  ]
    .map(escaped)
    .join(' · ');
}

function run(record: RunRecord, share: number, isOneOfSeveral: boolean): string {
  const { source } = record;
  const data = dataOf(record, share);
  const heading = isOneOfSeveral && source.mode !== null ? `<h2>Mode ${escaped(source.mode)}</h2>` : '';
  return `<article class="run">
${heading}
${verdict(record)}
${tiles(record)}
${contradictions(record)}
${overTime(record, data)}
${faultTable(data)}
${messageTable(data)}
${dataElement('class="run-data"', data satisfies RunData)}
</article>`;
}

function overTime(record: RunRecord, data: RunData): string {
  const { operations, bands, moments, source } = record;
  if (operations.length + bands.length + moments.length + source.messages.counts.size === 0) {
    return '<p class="note">The run ended before anything had happened that could be drawn.</p>';
  }
  return `<section class="over-time" aria-label="The run over time">
<h2>Over time</h2>
${tools()}
${figuresOf(record, data).join('\n')}
${data.leftOut.map((note) => `<p class="note">${escaped(note)}</p>`).join('\n')}
</section>`;
}

function verdict({ source }: RunRecord): string {
  const { outcome, headline, notes } = source.verdict;
  // What a mode lets happen is no violation, and is not well either.
  const hasLost = outcome === 'ok' && source.contradictions.length > 0;
  const { kind, word } = hasLost ? WORDS.lost : WORDS[outcome];
  const items = notes.map((note) => escaped(note[0]?.toUpperCase() + note.slice(1)));
  const more =
    items.length === 1 ? ` ${items[0]}` : `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
  return `<section class="verdict ${kind}" aria-label="The verdict"><b>${word}</b>${escaped(headline)}${items.length === 0 ? '' : more}</section>`;
}

function tiles({ source, operations, levels, availability, endMs, bands, moments }: RunRecord): string {
  const { load, leaderships, messages } = source;
  const [fromMs, toMs] = [load?.fromMs ?? 0, load?.toMs ?? endMs];
  const served = operations.filter(({ outcome }) => isServed(outcome));
  const inLoad = served.filter((one) => one.endedMs >= fromMs && one.endedMs <= toMs);
  const latency = percentilesOf(served.map(({ beganMs, endedMs }) => endedMs - beganMs));
  const info = operations.filter(({ outcome }) => outcome === 'info').length;
  const failed = operations.length - served.length - info;
  const overall = availability.rows[0]?.share ?? null;
  const worst = availability.rows.slice(1).filter((row) => row.share !== null);
  const least = worst.reduce<(typeof worst)[number] | undefined>(
    (a, b) => (a === undefined || (b.share ?? 1) < (a.share ?? 1) ? b : a),
    undefined,
  );
  const sent = [...messages.counts.values()].flat().reduce((sum, one) => sum + one, 0);
  const last = leaderships.at(-1);
  const all: (readonly [name: string, value: string, small: string])[] = [
    [
      'operations',
      formatNumber(operations.length),
      `${formatNumber(failed)} failed, ${formatNumber(info)} unknown`,
    ],
    [
      'served a second',
      load !== null && toMs > fromMs ? formatNumber((inLoad.length / (toMs - fromMs)) * 1000) : '–',
      load === null ? 'there was no load' : `over ${formatMs(toMs - fromMs)} of load`,
    ],
    [
      'latency, median',
      latency === null ? '–' : formatMs(latency.p50),
      latency === null
        ? 'nothing was served'
        : `p99 ${formatMs(latency.p99)}, longest ${formatMs(latency.max)}`,
    ],
    [
      'available',
      overall === null ? '–' : percent(overall),
      least?.share == null ? 'nobody asked' : `least at ${least.name}, ${percent(least.share)}`,
    ],
    ...(source.workload === 'lww-kv'
      ? []
      : [
          [
            'leaderships',
            formatNumber(leaderships.length),
            last === undefined ? 'nobody was seen to lead' : `the last: ${last.node}, term ${last.term}`,
          ] as const,
        ]),
    [
      'messages',
      formatNumber(sent),
      served.length === 0 ? 'between nodes' : `${formatNumber(sent / served.length)} an operation served`,
    ],
    [
      'faults',
      formatNumber(bands.length + moments.length),
      bands.length + moments.length === 0
        ? 'a calm run'
        : ofKinds(new Set([...bands, ...moments].map(({ name }) => name)).size),
    ],
  ];
  const cells = all.map(
    ([name, value, small]) =>
      `<div><dt>${name}</dt><dd>${escaped(value)}<small>${escaped(small)}</small></dd></div>`,
  );
  return levels.length === 0 ? '' : `<dl class="tiles">${cells.join('')}</dl>`;
}

function contradictions({ source }: RunRecord): string {
  const { contradictions: found } = source;
  if (found.length === 0) return '';
  const figures = found.map((one) => violation(one, found.length === 1)).join('\n');
  const [title, about] =
    source.workload === 'lww-kv'
      ? [
          'What was lost',
          'The first writes that were acknowledged and are gone, each with what is held instead.',
        ]
      : [
          'What is wrong',
          'Each group of operations is the smallest that was found of those that nothing explains.',
        ];
  return `<section class="evidence"><h2>${title}</h2>
<p class="note">${about} A bar is an operation, from its call to its
answer: it took effect at one moment within. A broken bar is one of which nobody knows whether it happened. An arrow leads from a write to a read that saw it.</p>
<p class="legend"><span><i class="writes"></i>writes</span><span><i class="reads"></i>reads</span><span><i class="culprit"></i>what the others leave no room for</span></p>
<div class="groups">${figures}</div></section>`;
}

function violation(found: Contradiction, isOnly: boolean): string {
  const { title, text, operations } = found;
  const drawn =
    operations.length === 0
      ? ''
      : `<div class="scroll" tabindex="0" role="region" aria-label="the operations, drawn">${drawContradiction(found)}</div>`;
  return `<figure class="violation"><figcaption>${escaped(title)}</figcaption>${drawn}
<details${isOnly ? ' open' : ''}><summary>in words</summary><pre>${escaped(text)}</pre></details></figure>`;
}

/** Buttons that wait for the script, and what they can be done with besides. */
function tools(): string {
  return `<div class="tools" hidden>
<button type="button" data-do="in" aria-label="closer">+</button><button type="button" data-do="out" aria-label="further away">−</button>
<button type="button" data-do="left" aria-label="earlier">◀</button><button type="button" data-do="right" aria-label="later">▶</button>
<button type="button" data-do="all">all</button><output aria-live="polite"></output><span class="told" aria-live="polite"></span>
</div>
<p class="keys" hidden>All pictures show the same time; broken lines stand where the load begins and ends. Double-click, pinch or Ctrl-scroll to come closer, drag to move, Shift-drag to choose a stretch. With a picture focused:
<kbd>+</kbd> <kbd>−</kbd> <kbd>←</kbd> <kbd>→</kbd> <kbd>0</kbd> (all); on the operations <kbd>n</kbd> <kbd>p</kbd> go to the next and the previous one that was not served.</p>`;
}

function ofKinds(count: number): string {
  return count === 1 ? 'all of one kind' : `of ${count} kinds`;
}
