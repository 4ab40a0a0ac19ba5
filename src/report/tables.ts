import { escaped } from '../page/markup.ts';
import { formatMs, formatNumber } from '../page/numbers.ts';
import { timeText } from '../page/ticks.ts';
import type { RunData } from './data.ts';
import { faultColour } from './draw/frame.ts';

/** So many rows a table has at most; a longer one says how many more there were. */
const MOST_ROWS = 200;

/** Throughput and latency in numbers: what the plots show, in a few windows. */
export function levelTable({ levels, endMs }: RunData): string {
  const level = levels.at(-1);
  if (level === undefined) return '';
  const rows = level.counts.ok.map((ok, i) => {
    const { counts, widthMs } = level;
    const cells = [
      timeText(i * widthMs, Math.max(widthMs * 10, 2001)),
      ...[ok, counts.refused[i] ?? 0, counts.fail[i] ?? 0, counts.info[i] ?? 0].map(formatNumber),
      ...[level.p50, level.p95, level.p99, level.max].map((some) => {
        const value = some[i] ?? null;
        return value === null ? '–' : formatMs(value);
      }),
    ];
    return `<tr>${cells.map((cell) => `<td class="number">${escaped(cell)}</td>`).join('')}</tr>`;
  });
  const heads = ['from', 'ok', 'refused', 'failed', 'unknown', 'p50', 'p95', 'p99', 'max'];
  return `<details><summary>throughput and latency as a table, in windows of ${formatMs(Math.min(level.widthMs, endMs))}</summary>
<div class="scroll" tabindex="0" role="region" aria-label="throughput and latency"><table><thead><tr>${heads.map((head) => `<th class="number" scope="col">${head}</th>`).join('')}</tr></thead><tbody>${rows.slice(0, MOST_ROWS).join('')}</tbody></table></div></details>`;
}

/** Every fault with its time; the script makes buttons of the times. */
export function faultTable({ bands, moments, faultNames }: RunData): string {
  const all = [
    ...bands,
    ...moments.map(({ name, what, timeMs }) => ({ name, what, fromMs: timeMs, toMs: timeMs, ended: true })),
  ].sort((a, b) => a.fromMs - b.fromMs);
  if (all.length === 0) return '';
  const rows = all.slice(0, MOST_ROWS).map(({ name, what, fromMs, toMs, ended }) => {
    const lasted = toMs === fromMs ? 'at once' : `${formatMs(toMs - fromMs)}${ended ? '' : ', to the end'}`;
    return `<tr data-from="${fromMs}" data-to="${toMs}"><td class="number">${timeText(fromMs, 2001)}</td><td class="number">${lasted}</td><td><i class="fault-${faultColour(faultNames, name)}"></i>${escaped(name.replaceAll('-', ' '))}</td><td>${escaped(what)}</td></tr>`;
  });
  const more =
    all.length > MOST_ROWS ? `<p class="note">And ${formatNumber(all.length - MOST_ROWS)} more.</p>` : '';
  return `<section><h2>Faults</h2><div class="scroll" tabindex="0" role="region" aria-label="faults"><table class="narrow faults"><thead><tr><th class="number" scope="col">at</th><th class="number" scope="col">for</th><th scope="col">fault</th><th scope="col">whom, how</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>${more}</section>`;
}

/** Totals of the messages between nodes. */
export function messageTable({ messages, endMs }: RunData): string {
  const total = messages.types.reduce((sum, type) => sum + type.total, 0);
  if (total === 0) return '';
  const rows = messages.types.map(
    (type, i) =>
      `<tr><td><i class="type-${i}"></i>${escaped(type.name)}</td><td class="number">${formatNumber(type.total)}</td><td class="number">${((type.total / total) * 100).toFixed(1)} %</td><td class="number">${formatNumber((type.total / endMs) * 1000)}</td></tr>`,
  );
  return `<section><h2>Messages between nodes</h2><table class="narrow"><thead><tr><th scope="col">type</th><th class="number" scope="col">sent</th><th class="number" scope="col">share</th><th class="number" scope="col">a second</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`;
}
