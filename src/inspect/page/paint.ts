import { ticksOf, timeText } from '../../page/ticks.ts';
import { type Columns, GUTTER } from './layout.ts';
import { type Arrow, beganMs, CLIENTS, type Picture, type Role } from './picture.ts';

/** Draws the space-time diagram: time runs down, one line for each node, messages slant from line to line. */

export type Palette = { readonly [name: string]: string };

export type Scene = {
  readonly picture: Picture;
  readonly columns: Columns;
  readonly height: number;
  readonly fromMs: number;
  /** The moment that is shown: nothing is drawn of what came after it. */
  readonly toMs: number;
  /** The arrow under the mouse. */
  readonly hovered: Arrow | null;
};

/** Where an arrow lies on the screen. */
export type Placed = {
  readonly arrow: Arrow;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
};

/** A message that takes longer than this and left before the window may be missing from it. */
const LONGEST_MS = 3000;
/** With more messages than this in sight their names would hide them. */
const MAX_NAMED = 160;
/** Names between the same two lines stand so far apart. */
const NAME_GAP = 15;

/** @returns what was drawn of the messages, for the mouse to find */
export function paintDiagram(to: CanvasRenderingContext2D, scene: Scene, palette: Palette): Placed[] {
  const { columns, height } = scene;
  to.clearRect(0, 0, columns.width, height);
  to.font = '11px system-ui, sans-serif';
  const bands = bandsIn(scene);
  paintBands(to, scene, bands, palette);
  paintScale(to, scene, palette);
  paintLines(to, scene, palette);
  const placed = placedArrows(scene);
  for (const place of placed) paintArrow(to, place, scene, palette);
  const named = placed.length <= MAX_NAMED ? withRoomForNames(placed) : [];
  for (const place of named) nameArrow(to, place, scene, palette);
  for (const { top, bottom, text } of bands) {
    const look = { ground: palette.fault ?? '', ink: palette.panel ?? '' };
    if (bottom - top > 18) tag(to, text, GUTTER + 8, top + 4, look);
  }
  paintTerms(to, scene, palette);
  paintMarks(to, scene, palette);
  return placed;
}

function yOf({ fromMs, toMs, height }: Scene, t: number): number {
  return ((t - fromMs) / (toMs - fromMs)) * height;
}

type PlacedBand = { readonly top: number; readonly bottom: number; readonly text: string };

function bandsIn(scene: Scene): PlacedBand[] {
  const { picture, toMs, fromMs, height } = scene;
  const inSight = picture.bands.filter((band) => band.fromMs <= toMs && (band.toMs ?? toMs) >= fromMs);
  return inSight.map(({ fromMs: since, toMs: until, text }) => ({
    top: Math.max(0, yOf(scene, since)),
    bottom: Math.min(height, yOf(scene, Math.min(until ?? toMs, toMs))),
    text,
  }));
}

function paintBands(
  to: CanvasRenderingContext2D,
  { columns }: Scene,
  bands: readonly PlacedBand[],
  palette: Palette,
): void {
  for (const { top, bottom } of bands) {
    to.fillStyle = palette.band ?? '';
    to.fillRect(GUTTER, top, columns.width - GUTTER, bottom - top);
    to.fillStyle = palette.fault ?? '';
    to.fillRect(GUTTER, top, 3, bottom - top);
  }
}

/** A text on a ground of its own, for where lines pass under it. */
function tag(
  to: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  { ground, ink }: { readonly ground: string; readonly ink: string },
): void {
  const width = to.measureText(text).width + 10;
  to.fillStyle = ground;
  to.beginPath();
  to.roundRect(x, y, width, 16, 4);
  to.fill();
  to.fillStyle = ink;
  to.textAlign = 'left';
  to.fillText(text, x + 5, y + 12);
}

function paintScale(to: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { columns, fromMs, toMs, height } = scene;
  for (const t of ticksOf(fromMs, toMs, height / 60)) {
    const y = Math.round(yOf(scene, t)) + 0.5;
    to.strokeStyle = palette.grid ?? '';
    to.lineWidth = 1;
    line(to, GUTTER, y, columns.width, y);
    to.fillStyle = palette.soft ?? '';
    to.textAlign = 'right';
    to.fillText(timeText(t, toMs - fromMs), GUTTER - 8, y + 4);
  }
}

const ROLE_WIDTH: { readonly [role in Role]: number } = {
  leader: 9,
  candidate: 7,
  follower: 4,
  other: 4,
  paused: 4,
  down: 2,
};

function paintLines(to: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { picture, columns, fromMs, toMs, height } = scene;
  const clients = columns.x.get(CLIENTS) ?? 0;
  to.strokeStyle = palette.clients ?? '';
  to.lineWidth = 2;
  line(to, clients, 0, clients, height);
  for (const node of picture.nodes) {
    const x = columns.x.get(node) ?? 0;
    const phases = picture.phases.get(node) ?? [];
    const first = Math.max(
      0,
      phases.findLastIndex(({ t }) => t <= fromMs),
    );
    for (let place = first; place < Math.max(1, phases.length); place += 1) {
      const { t, role } = phases[place] ?? { t: 0, role: 'other' as const };
      if (t > toMs) break;
      const top = Math.max(0, yOf(scene, t));
      const bottom = Math.min(height, yOf(scene, Math.min(phases[place + 1]?.t ?? toMs, toMs)));
      to.strokeStyle = palette[role] ?? '';
      to.lineWidth = ROLE_WIDTH[role];
      to.setLineDash(role === 'down' || role === 'paused' ? [3, 5] : []);
      line(to, x, top, x, bottom);
      to.setLineDash([]);
    }
  }
}

/** Says of every leadership in sight of which term it is. */
function paintTerms(to: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { picture, columns, fromMs, toMs } = scene;
  const look = { ground: palette.leader ?? '', ink: palette['on-leader'] ?? '' };
  for (const node of picture.nodes) {
    const phases = picture.phases.get(node) ?? [];
    phases.forEach(({ t, role, term }, place) => {
      const until = phases[place + 1]?.t ?? toMs;
      if (role !== 'leader' || term === null || t > toMs || until < fromMs) return;
      const top = Math.max(0, yOf(scene, t));
      if (yOf(scene, Math.min(until, toMs)) - top > 20) {
        tag(to, `term ${term}`, (columns.x.get(node) ?? 0) + 8, top + 3, look);
      }
    });
  }
}

function paintMarks(to: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { picture, columns, fromMs, toMs } = scene;
  to.textAlign = 'left';
  for (const { t, node, text } of picture.marks) {
    if (t < fromMs || t > toMs) continue;
    const [x, y] = [columns.x.get(node) ?? 0, yOf(scene, t)];
    to.fillStyle = palette.fault ?? '';
    to.beginPath();
    to.arc(x, y, 4.5, 0, 2 * Math.PI);
    to.fill();
    to.fillText(text, x + 9, y + 4);
  }
}

function placedArrows(scene: Scene): Placed[] {
  const { picture, columns, fromMs, toMs } = scene;
  const placed: Placed[] = [];
  const { arrows } = picture;
  for (let at = picture.firstArrowFrom(fromMs - LONGEST_MS); at < arrows.length; at += 1) {
    const arrow = arrows[at] as Arrow;
    const start = beganMs(arrow);
    if (start > toMs) break;
    const x1 = columns.x.get(picture.columnOf(arrow.from)) ?? 0;
    const x2 = columns.x.get(picture.columnOf(arrow.to)) ?? 0;
    const place = (from: number, end: number, toX = x2, fromX = x1) => {
      if (end >= fromMs)
        placed.push({ arrow, x1: fromX, y1: yOf(scene, from), x2: toX, y2: yOf(scene, end) });
    };
    const side = Math.sign(x2 - x1) * 34;
    if (arrow.sentMs === null) {
      place(start, start, x2, x2 - side);
      continue;
    }
    const arrivals = arrow.receivedMs.filter((t) => t <= toMs);
    for (const t of arrivals) place(arrow.sentMs, t);
    if (arrow.lost !== null && arrow.lost.t <= toMs) place(arrow.sentMs, arrow.lost.t, x1 + (x2 - x1) * 0.62);
    else if (arrivals.length === 0) place(arrow.sentMs, Math.min(toMs, arrow.sentMs + 40), x1 + side);
  }
  return placed;
}

function paintArrow(to: CanvasRenderingContext2D, place: Placed, scene: Scene, palette: Palette): void {
  const { arrow, x1, y1, x2, y2 } = place;
  const isHovered = scene.hovered === arrow;
  const isLost = isLostIn(scene, arrow);
  const isOpen = !isLost && !arrow.receivedMs.some((t) => t <= scene.toMs);
  to.strokeStyle = colourOf(scene, arrow, palette);
  to.fillStyle = to.strokeStyle;
  to.globalAlpha = scene.hovered === null || isHovered ? 1 : 0.35;
  to.lineWidth = isHovered ? 2.4 : isLost ? 1.5 : 1.1;
  to.setLineDash(isLost || isOpen ? [4, 3] : []);
  line(to, x1, y1, x2, y2);
  to.setLineDash([]);
  if (isLost) cross(to, x2, y2);
  else if (!isOpen) tip(to, place);
  to.globalAlpha = 1;
}

function isLostIn({ toMs }: Scene, { lost }: Arrow): boolean {
  return lost !== null && lost.t <= toMs;
}

function colourOf(scene: Scene, arrow: Arrow, palette: Palette): string {
  return (isLostIn(scene, arrow) ? palette.lost : palette[familyOf(arrow.type)]) ?? '';
}

/** Those whose name would not stand on another one's, the first come first. */
function withRoomForNames(placed: readonly Placed[]): Placed[] {
  const latest = new Map<string, number>();
  return placed.filter(({ x1, y1, x2, y2 }) => {
    const lane = [Math.min(x1, x2), Math.max(x1, x2)].map(Math.round).join(' ');
    const y = (y1 + y2) / 2;
    if (Math.abs(x2 - x1) < 90 || y - (latest.get(lane) ?? Number.NEGATIVE_INFINITY) < NAME_GAP) return false;
    latest.set(lane, y);
    return true;
  });
}

function nameArrow(to: CanvasRenderingContext2D, place: Placed, scene: Scene, palette: Palette): void {
  const { arrow, x1, y1, x2, y2 } = place;
  const angle = Math.atan2(y2 - y1, x2 - x1);
  to.save();
  to.translate((x1 + x2) / 2, (y1 + y2) / 2 - 3);
  to.rotate(Math.abs(angle) > Math.PI / 2 ? angle + Math.PI : angle);
  to.textAlign = 'center';
  to.strokeStyle = palette.panel ?? '';
  to.lineWidth = 3;
  to.lineJoin = 'round';
  to.strokeText(arrow.type, 0, 0);
  to.fillStyle = colourOf(scene, arrow, palette);
  to.fillText(arrow.type, 0, 0);
  to.restore();
}

/** What kind of talk a message belongs to. */
export function familyOf(type: string): string {
  if (type.startsWith('append.')) return 'append';
  if (type.startsWith('vote.') || type.startsWith('prevote.') || type.startsWith('campaign.')) return 'vote';
  if (type.startsWith('forward.')) return 'forward';
  if (type.startsWith('gossip.')) return 'gossip';
  return type === 'error' ? 'refusal' : 'client';
}

function line(to: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  to.beginPath();
  to.moveTo(x1, y1);
  to.lineTo(x2, y2);
  to.stroke();
}

function cross(to: CanvasRenderingContext2D, x: number, y: number): void {
  to.lineWidth = 2;
  line(to, x - 4, y - 4, x + 4, y + 4);
  line(to, x - 4, y + 4, x + 4, y - 4);
}

function tip(to: CanvasRenderingContext2D, { x1, y1, x2, y2 }: Placed): void {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  // The line of a node is as wide as its role is important.
  const [x, y] = [x2 - Math.cos(angle) * 4, y2 - Math.sin(angle) * 4];
  to.beginPath();
  to.moveTo(x, y);
  to.lineTo(x - 8 * Math.cos(angle - 0.36), y - 8 * Math.sin(angle - 0.36));
  to.lineTo(x - 8 * Math.cos(angle + 0.36), y - 8 * Math.sin(angle + 0.36));
  to.fill();
}

/** The arrow that passes nearest to a point, if one is near. */
export function arrowAt(placed: readonly Placed[], x: number, y: number): Arrow | null {
  let best: Arrow | null = null;
  let bestDistance = 6;
  for (const { arrow, x1, y1, x2, y2 } of placed) {
    const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
    const along =
      length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length));
    const distance = Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1));
    if (distance < bestDistance) [best, bestDistance] = [arrow, distance];
  }
  return best;
}
