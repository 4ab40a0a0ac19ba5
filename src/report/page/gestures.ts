import type { Stretch } from './window.ts';

/** What a picture does when it is pointed at. Places are pixels from its top left corner. */
export type Pointed = {
  timeAt(x: number): number;
  stretch(): Stretch;
  show(stretch: Stretch): void;
  zoom(factor: number, atMs: number): void;
  move(share: number): void;
  /** @param x null when the pointer has left */
  hover(x: number | null, y: number): void;
};

type Held = { readonly startX: number; x: number; readonly timeMs: number };

/** A wheel turned by so many pixels brings twice as close. */
const WHEEL = 250;
/** Dragged less than that, it was a click. */
const CLICK = 4;

/**
 * Drag moves, Shift-drag chooses a stretch, two fingers pinch, Ctrl-scroll zooms, scrolling sideways moves, a double
 * click comes closer. Plain scrolling is the page's.
 */
export function listenToGestures(element: HTMLElement, pointed: Pointed): void {
  const held = new Map<number, Held>();
  let before: Stretch = pointed.stretch();
  let isChoosing = false;
  const xOf = (event: MouseEvent) => event.clientX - element.getBoundingClientRect().left;
  const yOf = (event: MouseEvent) => event.clientY - element.getBoundingClientRect().top;

  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    const x = xOf(event);
    before = pointed.stretch();
    isChoosing = event.shiftKey;
    held.set(event.pointerId, { startX: x, x, timeMs: pointed.timeAt(x) });
  });
  element.addEventListener('pointermove', (event) => {
    const x = xOf(event);
    const one = held.get(event.pointerId);
    if (one === undefined) return pointed.hover(x, yOf(event));
    one.x = x;
    if (Math.abs(x - one.startX) > CLICK) element.setPointerCapture(event.pointerId);
    const others = [...held.values()];
    const length = before.toMs - before.fromMs;
    const width = Math.max(1, element.clientWidth);
    if (others.length === 2) pinch(others as [Held, Held], before, pointed);
    else if (!isChoosing) {
      const by = ((one.startX - x) / width) * length;
      pointed.show({ fromMs: before.fromMs + by, toMs: before.toMs + by });
    }
  });
  const release = (event: PointerEvent) => {
    const one = held.get(event.pointerId);
    held.delete(event.pointerId);
    before = pointed.stretch();
    if (one === undefined || !isChoosing || Math.abs(one.x - one.startX) <= CLICK) return;
    const times = [one.timeMs, pointed.timeAt(one.x)].sort((a, b) => a - b) as [number, number];
    pointed.show({ fromMs: times[0], toMs: times[1] });
  };
  element.addEventListener('pointerup', release);
  element.addEventListener('pointercancel', release);
  element.addEventListener('pointerleave', () => {
    if (held.size === 0) pointed.hover(null, 0);
  });
  element.addEventListener('dblclick', (event) => {
    event.preventDefault();
    pointed.zoom(0.4, pointed.timeAt(xOf(event)));
  });
  element.addEventListener(
    'wheel',
    (event) => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        pointed.zoom(2 ** (event.deltaY / WHEEL), pointed.timeAt(xOf(event)));
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        pointed.move(event.deltaX / Math.max(1, element.clientWidth));
      }
    },
    { passive: false },
  );
}

/** Two fingers: what was under them when they came down stays under them. */
function pinch([a, b]: [Held, Held], before: Stretch, pointed: Pointed): void {
  const apart = Math.max(20, Math.abs(a.x - b.x));
  const perPixel = Math.abs(a.timeMs - b.timeMs) / apart;
  const startApart = Math.max(20, Math.abs(a.startX - b.startX));
  const length = (before.toMs - before.fromMs) * (startApart / apart);
  const middleMs = (a.timeMs + b.timeMs) / 2;
  const middleX = (a.startX + b.startX) / 2;
  const share = (middleMs - before.fromMs) / Math.max(0.001, before.toMs - before.fromMs);
  const by = ((a.x + b.x) / 2 - middleX) * perPixel;
  pointed.show({ fromMs: middleMs - share * length - by, toMs: middleMs + (1 - share) * length - by });
}
