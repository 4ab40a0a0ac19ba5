import type { Sample } from './recorder.ts';
import { countsOf } from './statistics.ts';
import { formatMoment, formatMs, formatNumber, formatShare, type Style } from './text.ts';

/** Where text goes: a terminal or a pipe. */
export type Screen = { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };

const REFRESH_MS = 250;
/** What the progress line looks back on. */
const WINDOW_MS = 1000;
const DEFAULT_COLUMNS = 80;
const ERASE_LINE = '\r\u001b[K';

/** Tells a run as it happens: one line for each event, and on a terminal a last line that changes. */
export class Narrator {
  readonly #screen: Screen;
  readonly #style: Style;
  #refresh: NodeJS.Timeout | undefined;
  /** Makes the changing line; none is shown without it. */
  #progress: (() => string) | undefined;

  constructor(screen: Screen, style: Style) {
    this.#screen = screen;
    this.#style = style;
  }

  /** Something happened. Of several lines only the first is told; the report has them all. */
  tell(timeMs: number, text: string): void {
    const [first = '', ...more] = text.split('\n');
    this.say(`${this.#style(formatMoment(timeMs), 'dim')}  ${first}${more.length > 0 ? ' …' : ''}`);
  }

  /** A whole line. */
  say(line: string): void {
    this.#erase();
    this.#screen.write(`${line}\n`);
    this.#draw();
  }

  /** Keeps a line about the latest second up to date, on a terminal. */
  showProgress(samples: readonly Sample[], sinceStartMs: () => number): void {
    if (this.#screen.isTTY !== true) return;
    this.#progress = () => progressText(samples, sinceStartMs());
    this.#refresh = setInterval(() => {
      this.#erase();
      this.#draw();
    }, REFRESH_MS);
  }

  /** Takes the changing line away. */
  stop(): void {
    clearInterval(this.#refresh);
    this.#erase();
    this.#progress = undefined;
  }

  #erase(): void {
    if (this.#progress !== undefined) this.#screen.write(ERASE_LINE);
  }

  #draw(): void {
    if (this.#progress === undefined) return;
    // A terminal that does not know its width says 0.
    const width = (this.#screen.columns || DEFAULT_COLUMNS) - 1;
    this.#screen.write(this.#style(this.#progress().slice(0, width), 'dim'));
  }
}

/** What the operations that ended in the latest second were like. */
export function progressText(samples: readonly Sample[], nowMs: number): string {
  let from = samples.length;
  while (from > 0 && endOf(samples[from - 1] as Sample) > nowMs - WINDOW_MS) from -= 1;
  const { total, ok, refused, info, latencyMs } = countsOf(samples.slice(from));
  const served = ok + refused;
  const parts = [
    formatMoment(nowMs),
    `${formatNumber(served)} ops/s`,
    `${total === 0 ? '-' : formatShare(served / total)} served`,
    ...(latencyMs === null ? [] : [`p50 ${formatMs(latencyMs.p50)}`, `p99 ${formatMs(latencyMs.p99)}`]),
    ...(info > 0 ? [`${info} unknown`] : []),
  ];
  return parts.join('  ');
}

function endOf(sample: Sample): number {
  return sample.beganMs + sample.latencyMs;
}
