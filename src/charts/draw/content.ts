import { baseName, type ChartModel, type StateModel, type TransitionModel } from '../model.ts';
import { type Block, balanced, flow, type Span, stack, words } from './text.ts';

/** What is written in a state's box and on an arrow, and where in it. */

/** A block of text at its place in a box or on a label, with the transitions that it tells of. */
export type Placed = {
  readonly x: number;
  readonly y: number;
  readonly block: Block;
  readonly transitions: readonly TransitionModel[];
};

/** All that stands in a box. `rules` are the heights at which a line parts it. */
export type Content = {
  readonly width: number;
  readonly height: number;
  readonly placed: readonly Placed[];
  readonly rules: readonly number[];
};

/** Pixels between a box's border and its text. */
const PADDING = 10;
/** Between two rows, and between two columns of rows. */
const ROW_GAP = 4;
const COLUMN_GAP = 26;
/** How far the second line of a row is set in. */
const INDENT = 14;
/** A column of rows that is narrower than this reads badly. */
const COLUMN_WIDTH = 250;

/** The height, in pixels, from which a box without states inside has two columns. */
const TALL = 300;
/** Longer lines of small text are hard to read. */
const NOTE_WIDTH = 560;

/** A row of a box before it has a place. */
type Row = { readonly block: Block; readonly transitions: readonly TransitionModel[] };

/** Writes the texts of one chart: it knows which actions update the context and which emit effects. */
export function writer({ actions }: Pick<ChartModel, 'actions'>) {
  const effects = new Set(actions.filter(({ kind }) => kind === 'emits effects').map(({ name }) => name));

  /** `/ update, ›effect`: in the order in which they are done. */
  function actionWords(names: readonly string[]): Span[][] {
    return names.map((name, place) => {
      const isEffect = effects.has(baseName(name));
      const span: Span = isEffect ? { voice: 'effect', text: `›${name}` } : { voice: 'update', text: name };
      const before: Span[] = place === 0 ? [{ voice: 'mark', text: '/ ' }] : [];
      const after: Span[] = place === names.length - 1 ? [] : [{ voice: 'mark', text: ',' }];
      return [...before, span, ...after];
    });
  }

  function transitionWords(event: readonly Span[][], transition: TransitionModel): Span[][] {
    return [...event, ...conditionWords(transition), ...actionWords(transition.actions)];
  }

  /** The label of an arrow: a row for each transition that it stands for. */
  function label(transitions: readonly TransitionModel[], room: number): Content {
    const rows = transitions.map((transition) => ({
      block: flow(transitionWords([eventWord(transition)], transition), room, INDENT),
      transitions: [transition],
    }));
    return columns(rows, 2, 0, 1, { padding: 6 });
  }

  /** What is done in a state without leaving it: on entering, on leaving, and on events. */
  function rowsOf(state: StateModel, room: number): Row[] {
    const { entry, exit, transitions } = state;
    const row = (parts: readonly (readonly Span[])[], about: readonly TransitionModel[]): Row => ({
      block: flow(parts, room, INDENT),
      transitions: about,
    });
    const keyword = (text: string): Span[] => [{ voice: 'mark', text }];
    const own = [
      ...(entry.length === 0 ? [] : [row([keyword('entry'), ...actionWords(entry)], [])]),
      ...(exit.length === 0 ? [] : [row([keyword('exit'), ...actionWords(exit)], [])]),
    ];
    const handlers = alike(transitions.filter(({ targets }) => targets.length === 0)).map((group) => {
      const [first] = group as [TransitionModel, ...TransitionModel[]];
      const events = group.map((transition, place) => [
        ...eventWord(transition),
        ...(place === group.length - 1 ? [] : [{ voice: 'mark', text: ',' } as const]),
      ]);
      const isIgnored = first.actions.length === 0 && first.guard === null;
      return isIgnored
        ? row([keyword('ignores'), ...events], group)
        : row(transitionWords(events, first), group);
    });
    return [...own, ...handlers];
  }

  /** A state's box: its name, what it means, and what is done in it. One that would be too tall becomes wider. */
  function box(state: StateModel, room: number): Content {
    const content = boxWithin(state, room);
    const isTall = state.children.length === 0 && content.height > TALL;
    return isTall ? boxWithin(state, 2 * COLUMN_WIDTH + COLUMN_GAP + 2 * PADDING) : content;
  }

  /** In a wide box the rows stand in columns. */
  function boxWithin(state: StateModel, room: number): Content {
    const inner = room - 2 * PADDING;
    const title = stack([
      flow(words('name', state.key), inner),
      balanced(words('note', state.description), Math.min(inner, NOTE_WIDTH)),
    ]);
    const count = Math.max(1, Math.floor((inner + COLUMN_GAP) / (COLUMN_WIDTH + COLUMN_GAP)));
    const columnRoom = (inner - (count - 1) * COLUMN_GAP) / count;
    const rows = rowsOf(state, columnRoom);
    const head: Placed = { x: PADDING, y: PADDING - 2, block: title, transitions: [] };
    const top = head.y + title.height + 8;
    if (rows.length === 0) {
      return { width: title.width + 2 * PADDING, height: top + 2, placed: [head], rules: [] };
    }
    const body = columns(rows, top + 6, columnRoom, count, { padding: PADDING });
    return {
      width: Math.max(title.width + 2 * PADDING, body.width),
      height: body.height,
      placed: [head, ...body.placed],
      rules: [top],
    };
  }

  return { box, label };
}

/** A guard's name; `else` where an earlier candidate of the event has one and this has not. */
function conditionWords({ guard, place }: TransitionModel): Span[][] {
  if (guard !== null) return [[{ voice: 'guard', text: `[${guard}]` }]];
  return place === 0 ? [] : [[{ voice: 'mark', text: '[else]' }]];
}

function eventWord({ event }: TransitionModel): Span[] {
  return event === null ? [{ voice: 'mark', text: 'always' }] : [{ voice: 'event', text: event }];
}

/** Transitions, with those together that do the same on different events and are their event's only answer. */
function alike(transitions: readonly TransitionModel[]): TransitionModel[][] {
  const groups = new Map<string, TransitionModel[]>();
  for (const transition of transitions) {
    const { event, guard, actions } = transition;
    const isOnly = transitions.filter((other) => other.event === event).length === 1;
    const key = JSON.stringify([guard, actions, isOnly ? '' : event]);
    groups.set(key, [...(groups.get(key) ?? []), transition]);
  }
  return [...groups.values()];
}

/** Sets rows into columns of about the same height, in order, from `top` on. */
function columns(
  rows: readonly Row[],
  top: number,
  columnRoom: number,
  count: number,
  { padding }: { readonly padding: number },
): Content {
  const total = rows.reduce((sum, { block }) => sum + block.height + ROW_GAP, 0);
  const placed: Placed[] = [];
  let column = 0;
  let y = 0;
  let [width, height] = [0, 0];
  for (const { block, transitions } of rows) {
    const share = total / count;
    if (y > 0 && column < count - 1 && y + block.height / 2 > share) {
      column += 1;
      y = 0;
    }
    const x = padding + column * (columnRoom + COLUMN_GAP);
    placed.push({ x, y: top + y, block, transitions });
    y += block.height + ROW_GAP;
    width = Math.max(width, x + block.width + padding);
    height = Math.max(height, y - ROW_GAP);
  }
  return { width, height: top + height + padding - 3, placed, rules: [] };
}
