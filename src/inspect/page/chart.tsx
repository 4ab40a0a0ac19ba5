import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type ActorView, activeIds } from '../../trace/world.ts';
import { drawingOf } from './charts.ts';

const ZOOMS = [0.4, 0.55, 0.75, 1, 1.3] as const;

type ChartProps = {
  /** The actor's node and name. */
  readonly title: string;
  readonly actor: ActorView | undefined;
  /** All that can be chosen instead. */
  readonly actors: readonly string[];
  readonly choose: (title: string) => void;
};

/** An actor's chart: the states that it is in are lit, and the way that its latest event took. */
export function Chart({ title, actor, actors, choose }: ChartProps) {
  const [zoom, setZoom] = useState(2);
  const scroller = useRef<HTMLDivElement>(null);
  const drawing = useMemo(() => (actor === undefined ? null : drawingOf(actor.chart)), [actor?.chart]);
  const active = actor === undefined ? [] : activeIds(actor.chart, actor.state);
  const deepest = active.at(-1) ?? '';
  useLayoutEffect(() => {
    if (scroller.current !== null && actor !== undefined) light(scroller.current, actor, active);
  });
  useLayoutEffect(() => {
    const element = scroller.current?.querySelector(`[data-state="${CSS.escape(deepest)}"]`);
    if (scroller.current && element) reveal(scroller.current, element);
  }, [deepest, drawing, zoom]);
  return (
    <section class="panel chart-panel">
      <header>
        <h2>Chart</h2>
        <select aria-label="actor" value={title} onChange={(event) => choose(event.currentTarget.value)}>
          {(actors.includes(title) ? actors : [title, ...actors]).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <span class="quiet">
          {active
            .slice(1)
            .at(-1)
            ?.slice((actor?.chart.length ?? 0) + 1)}
        </span>
        <span class="grow" />
        <button type="button" title="smaller" onClick={() => setZoom(Math.max(0, zoom - 1))}>
          −
        </button>
        <button type="button" title="larger" onClick={() => setZoom(Math.min(ZOOMS.length - 1, zoom + 1))}>
          +
        </button>
      </header>
      <div class="drawing" ref={scroller} style={{ '--zoom': String(ZOOMS[zoom]) }}>
        {drawing === null ? (
          <p class="empty">
            {actor === undefined ? 'This actor is not there at this moment.' : 'No drawing of this chart.'}
          </p>
        ) : (
          // The drawing is this program's own, made from the chart when the page was built.
          <div key={actor?.chart} dangerouslySetInnerHTML={{ __html: drawing }} />
        )}
      </div>
    </section>
  );
}

function light(within: HTMLElement, { event, from, chart }: ActorView, active: readonly string[]): void {
  // The chart itself is always active, which tells nothing.
  const lit = active.slice(1);
  for (const element of within.querySelectorAll('[data-state]')) {
    element.classList.toggle('active', lit.includes(element.getAttribute('data-state') ?? ''));
  }
  const taken = wayTaken(within, event, activeIds(chart, from), active);
  for (const element of within.querySelectorAll('[data-from]')) {
    element.classList.toggle('taken', element === taken);
  }
}

/** What the latest event most likely took: asked from the innermost state outwards, as the chart itself asks. */
function wayTaken(
  within: HTMLElement,
  event: string,
  before: readonly string[],
  after: readonly string[],
): Element | null {
  for (const state of [...before].reverse()) {
    const ways = [
      ...within.querySelectorAll(`[data-from="${CSS.escape(state)}"][data-event~="${CSS.escape(event)}"]`),
    ];
    const arrow = ways.find((way) =>
      (way.getAttribute('data-to') ?? '').split(' ').some((to) => to !== '' && after.includes(to)),
    );
    const found = arrow ?? ways.find((way) => !way.hasAttribute('data-to'));
    if (found !== undefined) return found;
  }
  return null;
}

/** Scrolls no more than is needed. */
function reveal(scroller: HTMLElement, element: Element): void {
  const [frame, box] = [scroller.getBoundingClientRect(), element.getBoundingClientRect()];
  if (box.top < frame.top || box.bottom > frame.bottom) {
    scroller.scrollTop += box.top + box.height / 2 - frame.top - frame.height / 2;
  }
  if (box.left < frame.left || box.right > frame.right) {
    scroller.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
  }
}
