import { ticksOf, timeText } from '../../page/ticks.ts';
import { useCanvas, useSize } from './canvas.tsx';
import { shownMs } from './diagram.tsx';
import type { Palette } from './paint.ts';
import type { Picture } from './picture.ts';
import type { Props } from './view.ts';

const LANE = 12;
/** Room on the left for the names of the nodes. */
const LABEL = 40;
const SCALE = 16;

/** The whole run in small: who led when, and when the network was cut. Dragging scrubs. */
export function Timeline(props: Props) {
  const { store, view, setView } = props;
  const { ref, size } = useSize<HTMLDivElement>();
  const { picture } = store;
  const fromMs = store.records[0]?.t ?? 0;
  const toMs = Math.max(store.records.at(-1)?.t ?? 0, fromMs + 1);
  const height = Math.max(1, picture.nodes.length) * LANE + SCALE + 6;
  const atMs = shownMs(props);
  const canvas = useCanvas({ width: size.width, height }, (to, palette) =>
    paintTimeline(
      to,
      { picture, width: size.width, height, fromMs, toMs, atMs, spanMs: view.spanMs },
      palette,
    ),
  );
  const scrub = (event: PointerEvent) => {
    if (event.buttons === 0) return;
    const share = (event.offsetX - LABEL) / Math.max(1, size.width - LABEL);
    const moment = store.momentAt(fromMs + Math.min(1, Math.max(0, share)) * (toMs - fromMs));
    setView({ moment });
  };
  return (
    <div
      class="timeline"
      ref={ref}
      role="slider"
      aria-label="the moment that is shown, in milliseconds"
      aria-valuemin={fromMs}
      aria-valuemax={toMs}
      aria-valuenow={atMs}
      tabIndex={0}
    >
      <canvas
        ref={canvas}
        style={{ width: `${size.width}px`, height: `${height}px` }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          scrub(event);
        }}
        onPointerMove={scrub}
      />
    </div>
  );
}

type Strip = {
  readonly picture: Picture;
  readonly width: number;
  readonly height: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly atMs: number;
  readonly spanMs: number;
};

function paintTimeline(to: CanvasRenderingContext2D, strip: Strip, palette: Palette): void {
  const { picture, width, height, fromMs, toMs, atMs, spanMs } = strip;
  const xOf = (t: number) =>
    LABEL + ((Math.min(toMs, Math.max(fromMs, t)) - fromMs) / (toMs - fromMs)) * (width - LABEL);
  to.clearRect(0, 0, width, height);
  to.font = '10px system-ui, sans-serif';
  to.fillStyle = palette.band ?? '';
  for (const { fromMs: since, toMs: until } of picture.bands) {
    to.fillRect(xOf(since), 0, Math.max(2, xOf(until ?? toMs) - xOf(since)), height - SCALE);
  }
  picture.nodes.forEach((node, lane) => {
    const y = 3 + lane * LANE;
    to.fillStyle = palette.soft ?? '';
    to.textAlign = 'right';
    to.fillText(node, LABEL - 8, y + 8);
    const phases = picture.phases.get(node) ?? [];
    phases.forEach(({ t, role }, place) => {
      const [x, end] = [xOf(t), xOf(phases[place + 1]?.t ?? toMs)];
      to.fillStyle = palette[role] ?? '';
      to.globalAlpha = role === 'leader' || role === 'candidate' || role === 'down' ? 1 : 0.45;
      to.fillRect(x, y + (role === 'leader' ? 0 : 3), Math.max(1, end - x), role === 'leader' ? 9 : 3);
    });
    to.globalAlpha = 1;
  });
  for (const t of ticksOf(fromMs, toMs, width / 110)) {
    to.fillStyle = palette.soft ?? '';
    to.textAlign = 'center';
    const x = Math.min(xOf(t), width - 18);
    to.fillText(timeText(t, toMs - fromMs), x, height - 4);
  }
  const [x, since] = [xOf(atMs), xOf(atMs - spanMs)];
  to.fillStyle = palette.ink ?? '';
  to.globalAlpha = 0.1;
  to.fillRect(since, 0, Math.max(1, x - since), height - SCALE);
  to.globalAlpha = 1;
  to.fillRect(x - 1, 0, 2, height - SCALE);
}
