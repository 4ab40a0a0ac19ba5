import { useRef, useState } from 'preact/hooks';
import { useCanvas, useSize } from './canvas.tsx';
import { columnsOf } from './layout.ts';
import { arrowAt, familyOf, type Placed, paintDiagram } from './paint.ts';
import { type Arrow, beganMs, CLIENTS } from './picture.ts';
import { momentOf, type Props } from './view.ts';

const MIN_SPAN_MS = 20;
const MAX_SPAN_MS = 30_000;

/** The space-time diagram up to the moment that is shown. The wheel changes how much time is in sight. */
export function Diagram(props: Props) {
  const { store, view, setView } = props;
  const { ref, size } = useSize<HTMLDivElement>();
  const [hovered, setHovered] = useState<Arrow | null>(null);
  const placed = useRef<Placed[]>([]);
  const { picture } = store;
  const toMs = shownMs(props);
  const columns = columnsOf(size.width, picture.nodes, CLIENTS);
  const scene = { picture, columns, height: size.height, fromMs: toMs - view.spanMs, toMs, hovered };
  const canvas = useCanvas(size, (to, palette) => {
    placed.current = paintDiagram(to, scene, palette);
  });
  const arrowUnder = ({ offsetX, offsetY }: MouseEvent) => arrowAt(placed.current, offsetX, offsetY);
  const zoom = (event: WheelEvent) => {
    event.preventDefault();
    const spanMs = Math.min(
      MAX_SPAN_MS,
      Math.max(MIN_SPAN_MS, view.spanMs * 1.25 ** Math.sign(event.deltaY)),
    );
    setView({ spanMs });
  };
  return (
    <div class="diagram" ref={ref}>
      <canvas
        ref={canvas}
        style={{ width: `${size.width}px`, height: `${size.height}px` }}
        onMouseMove={(event) => setHovered(arrowUnder(event))}
        onMouseLeave={() => setHovered(null)}
        onWheel={zoom}
        onClick={(event) => {
          const arrow = arrowUnder(event);
          if (arrow !== null) setView({ moment: store.momentAt(arrow.receivedMs[0] ?? beganMs(arrow)) });
        }}
      />
      {hovered === null ? null : <ArrowNote arrow={hovered} />}
      <div class="legend">
        {[...new Set([...picture.types].map(familyOf)), 'lost'].map((family) => (
          <span key={family}>
            <i style={{ background: `var(--${family})` }} />
            {family}
          </span>
        ))}
      </div>
    </div>
  );
}

/** The time of the moment that is shown. */
export function shownMs({ store, view }: Props): number {
  return store.recordAt(momentOf({ store, view }))?.t ?? store.records[0]?.t ?? 0;
}

function ArrowNote({ arrow }: { readonly arrow: Arrow }) {
  const { from, to, type, sentMs, receivedMs, lost } = arrow;
  const took = sentMs === null || receivedMs[0] === undefined ? null : receivedMs[0] - sentMs;
  return (
    <div class="note">
      <b>{type}</b> {from} → {to}
      {took === null ? null : <span> took {took.toFixed(1)} ms</span>}
      {receivedMs.length > 1 ? <span> arrived {receivedMs.length} times</span> : null}
      {lost === null ? null : <span class="lost"> lost: {lost.why}</span>}
    </div>
  );
}
