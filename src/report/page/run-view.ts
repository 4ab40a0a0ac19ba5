import { timeText } from '../../page/ticks.ts';
import type { RunData } from '../data.ts';
import { LEFT, plotWidth, type View } from '../draw/frame.ts';
import { deed, OperationTable } from '../draw/table.ts';
import { drawTimeline, laneAt } from '../draw/timeline.ts';
import { PANELS } from '../panels.ts';
import { listenToGestures } from './gestures.ts';
import { around, moved, type Stretch, within, zoomed } from './window.ts';

/** The pointer finds an operation that is so many pixels away. */
const REACH = 6;
/** One step of a key or a button: how much closer, and what share of the view further. */
const CLOSER = 0.6;
const FURTHER = 0.3;

const OUTCOMES = { ok: 'ok', refused: 'refused by the register', fail: 'failed', info: 'unknown' } as const;

/** One run on the page: all its pictures show one stretch of it, and are drawn anew when that changes. */
export class RunView {
  readonly #root: HTMLElement;
  readonly #run: RunData;
  readonly #table: OperationTable;
  readonly #panels: readonly HTMLElement[];
  #stretch: Stretch;
  #chosen: number | null = null;
  #isDue = false;

  constructor(root: HTMLElement, run: RunData) {
    this.#root = root;
    this.#run = run;
    this.#table = new OperationTable(run);
    this.#panels = [...root.querySelectorAll<HTMLElement>('[data-panel]')];
    this.#stretch = { fromMs: 0, toMs: run.endMs };
    for (const hidden of root.querySelectorAll<HTMLElement>('.tools, .keys')) hidden.hidden = false;
    for (const button of root.querySelectorAll<HTMLElement>('[data-do]')) {
      button.addEventListener('click', () => this.#do(button.dataset.do ?? ''));
    }
    for (const panel of this.#panels) this.#listen(panel);
    this.#linkFaults();
    new ResizeObserver(() => this.#draw()).observe(root);
    this.#draw();
  }

  #listen(panel: HTMLElement): void {
    panel.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const isTimeline = panel.dataset.panel === 'timeline';
      const deedOf = KEYS[event.key] ?? (isTimeline ? TIMELINE_KEYS[event.key] : undefined);
      if (deedOf === undefined) return;
      event.preventDefault();
      this.#do(deedOf);
    });
    listenToGestures(panel, {
      timeAt: (x) => this.#timeAt(x),
      stretch: () => this.#stretch,
      show: (stretch) => this.#show(stretch),
      zoom: (factor, atMs) => this.#show(zoomed(this.#stretch, factor, atMs, this.#run.endMs)),
      move: (share) => this.#show(moved(this.#stretch, share, this.#run.endMs)),
      hover: (x, y) => this.#hover(panel, x, y),
    });
  }

  #do(what: string): void {
    const { endMs } = this.#run;
    const { fromMs, toMs } = this.#stretch;
    const middle = (fromMs + toMs) / 2;
    if (what === 'in') this.#show(zoomed(this.#stretch, CLOSER, middle, endMs));
    else if (what === 'out') this.#show(zoomed(this.#stretch, 1 / CLOSER, middle, endMs));
    else if (what === 'left') this.#show(moved(this.#stretch, -FURTHER, endMs));
    else if (what === 'right') this.#show(moved(this.#stretch, FURTHER, endMs));
    else if (what === 'all') this.#show({ fromMs: 0, toMs: endMs });
    else if (what === 'next' || what === 'previous') this.#step(what === 'next' ? 1 : -1);
  }

  /** To the next operation that was not served, which comes into the middle. */
  #step(direction: 1 | -1): void {
    const from = this.#chosen ?? (direction === 1 ? -1 : this.#table.size);
    const next = this.#table.nextUnserved(from, direction);
    if (next === null) {
      this.#tell(direction === 1 ? 'none after this was not served' : 'none before this was not served');
      return;
    }
    this.#chosen = next;
    const { fromMs, toMs } = this.#table.row(next);
    const length = Math.max(this.#stretch.toMs - this.#stretch.fromMs, 2 * (toMs - fromMs));
    const middle = (fromMs + toMs) / 2;
    this.#show({ fromMs: middle - length / 2, toMs: middle + length / 2 });
    this.#tell(this.#describe(next));
  }

  #show(stretch: Stretch): void {
    this.#stretch = within(stretch, this.#run.endMs);
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#isDue = false;
    const { fromMs, toMs } = this.#stretch;
    const { endMs } = this.#run;
    for (const panel of this.#panels) {
      const width = Math.floor(panel.clientWidth);
      if (width <= 0) continue;
      const view: View = { fromMs, toMs, width };
      const draw = PANELS[panel.dataset.panel ?? ''];
      panel.innerHTML =
        draw === undefined ? drawTimeline(this.#run, view, this.#table, this.#chosen) : draw(this.#run, view);
    }
    const isAll = fromMs <= 0 && toMs >= endMs;
    this.#root.classList.toggle('zoomed', !isAll);
    const output = this.#root.querySelector('.tools output');
    const span = toMs - fromMs;
    const stretch = `${timeText(fromMs, span)} to ${timeText(toMs, span)}`;
    if (output !== null) output.textContent = isAll ? `all of it: ${timeText(endMs, 2001)}` : stretch;
  }

  #timeAt(x: number): number {
    const width = Math.floor(this.#panels[0]?.clientWidth ?? 1);
    const { fromMs, toMs } = this.#stretch;
    const share = (x - LEFT) / plotWidth({ fromMs, toMs, width });
    return fromMs + Math.min(1, Math.max(0, share)) * (toMs - fromMs);
  }

  /** A line through all pictures where the pointer is, and the operation under it in words. */
  #hover(panel: HTMLElement, x: number | null, y: number): void {
    for (const one of this.#panels) this.#cursor(one, x);
    if (x === null) return;
    const timeMs = this.#timeAt(x);
    const at = timeText(timeMs, this.#stretch.toMs - this.#stretch.fromMs);
    if (panel.dataset.panel !== 'timeline') return this.#tell(at);
    const width = Math.floor(panel.clientWidth);
    const perPixel = (this.#stretch.toMs - this.#stretch.fromMs) / plotWidth({ ...this.#stretch, width });
    const found = this.#table.nearest(laneAt(y, this.#run.lanes), timeMs, REACH * perPixel);
    this.#tell(found === null ? at : this.#describe(found));
  }

  #cursor(panel: HTMLElement, x: number | null): void {
    const known = panel.querySelector<HTMLElement>('.cursor');
    if (x === null || x < LEFT) {
      known?.remove();
      return;
    }
    const line = known ?? document.createElement('span');
    line.className = 'cursor';
    line.style.left = `${x}px`;
    if (known === null) panel.append(line);
  }

  #describe(i: number): string {
    const row = this.#table.row(i);
    const ms = row.toMs - row.fromMs;
    const how = row.error === '' ? OUTCOMES[row.outcome] : `${OUTCOMES[row.outcome]}: ${row.error}`;
    const where = row.node === '' ? '' : ` at ${row.node}`;
    return `process ${row.process}: ${deed(row)}, key ${row.key}${where}: ${how} after ${ms.toFixed(1)} ms (${(row.fromMs / 1000).toFixed(4)} s)`;
  }

  #tell(words: string): void {
    const told = this.#root.querySelector('.told');
    if (told !== null) told.textContent = words;
  }

  /** The times in the table of faults become buttons that show the fault in the pictures. */
  #linkFaults(): void {
    for (const row of this.#root.querySelectorAll<HTMLElement>('.faults tr[data-from]')) {
      const cell = row.querySelector('td');
      if (cell === null) continue;
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = cell.textContent;
      button.setAttribute('aria-label', `show the fault at ${cell.textContent}`);
      button.addEventListener('click', () => {
        this.#show(around(Number(row.dataset.from), Number(row.dataset.to), this.#run.endMs));
        this.#root.querySelector('.over-time')?.scrollIntoView();
      });
      cell.replaceChildren(button);
    }
  }
}

const KEYS: { readonly [key: string]: string } = {
  '+': 'in',
  '=': 'in',
  '-': 'out',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  '0': 'all',
  Home: 'all',
};
const TIMELINE_KEYS: { readonly [key: string]: string } = { n: 'next', p: 'previous' };
