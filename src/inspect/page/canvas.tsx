import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Palette } from './paint.ts';

/** The size of an element on the screen, in CSS pixels, kept up to date. */
export function useSize<E extends HTMLElement>() {
  const ref = useRef<E>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, size };
}

/** A canvas that is sharp on every screen; it is painted anew whenever its owner is shown anew. */
export function useCanvas(
  { width, height }: { readonly width: number; readonly height: number },
  paint: (to: CanvasRenderingContext2D, palette: Palette) => void,
) {
  const ref = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const canvas = ref.current;
    const to = canvas?.getContext('2d');
    if (!canvas || !to || width === 0 || height === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
    to.setTransform(ratio, 0, 0, ratio, 0, 0);
    paint(to, paletteOf(canvas));
  });
  return ref;
}

const NAMES = [
  'leader',
  'candidate',
  'follower',
  'other',
  'paused',
  'down',
  'clients',
  'append',
  'vote',
  'forward',
  'gossip',
  'client',
  'refusal',
  'lost',
  'fault',
  'band',
  'grid',
  'soft',
  'ink',
  'panel',
  'on-leader',
] as const;

/** The page's colours, which follow daylight and dark. */
function paletteOf(element: HTMLElement): Palette {
  const style = getComputedStyle(element);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}
