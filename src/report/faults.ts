import type { HistoryEvent, Json } from '../verify/index.ts';
import type { RunSource } from './source.ts';

/** A fault that lasted. */
export type Band = {
  readonly name: string;
  /** Whom it struck and how, in a few words; empty when the history does not say. */
  readonly what: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** False when the history does not say that it ended: it is drawn to the end of the run. */
  readonly ended: boolean;
  /** Those that it names; empty when it names none. */
  readonly nodes: readonly string[];
};

/** Something that was done to the cluster at one moment. */
export type Moment = { readonly name: string; readonly what: string; readonly timeMs: number };

export type Faults = { readonly bands: readonly Band[]; readonly moments: readonly Moment[] };

/** Names for the end of faults that were there before `<name>-end`. */
const ENDS: { readonly [end: string]: readonly string[] } = {
  heal: ['partition', 'one-way-partition'],
  'heal-partition': ['partition', 'one-way-partition'],
  resume: ['pause'],
  restart: ['crash', 'kill'],
};
/** Where cuts of the network have no ends of their own, a cut that follows another replaces it. */
const REPLACES: { readonly [name: string]: readonly string[] } = {
  partition: ['partition', 'one-way-partition'],
  'one-way-partition': ['partition', 'one-way-partition'],
};
/** What is over as soon as it is done, unless the history knows of ends. Whatever else has no end lasts to the end of the run. */
const MOMENTARY: ReadonlySet<string> = new Set([
  'transfer',
  'forget',
  'clock',
  'membership',
  'add-member',
  'remove-member',
  'replace-members',
  'torn-write',
  'flipped-bit',
]);
const END = /-end$/;
const MOST_LETTERS = 120;

type Open = { readonly event: HistoryEvent; readonly spelt: string; readonly what: string };

/**
 * What the nemesis did, as bands and moments. `<name>` begins a fault, `<name>-end` with the same value ends it, and so does
 * the same fault once more; an
 * end without a value ends all of its name, and one whose value fits none ends the oldest. `heal` with an empty list,
 * as the simulator says it, ends everything.
 *
 * @param endMs where bands end that nothing ends
 * @param texts what is said of faults instead of their values, in the order in which those of a name began
 */
export function faultsOf(
  history: readonly HistoryEvent[],
  nodes: readonly string[],
  endMs: number,
  texts: RunSource['faultTexts'] = [],
): Faults {
  const untold = [...texts];
  const describe = ({ f, value }: HistoryEvent): string => {
    const place = untold.findIndex(({ name }) => name === f);
    const [{ text } = { text: '' }] = place < 0 ? [] : untold.splice(place, 1);
    if (text === '') return describeValue(value, nodes);
    // Its name stands above it.
    return shortened(text.startsWith(`${f}: `) ? text.slice(f.length + 2) : text, MOST_LETTERS);
  };
  const names = new Set(history.map(({ process, f }) => (process === 'nemesis' ? f : '')));
  const hasEnds = (f: string) => names.has(`${f}-end`);
  const bands: { readonly order: number; readonly band: Band }[] = [];
  const moments: Moment[] = [];
  let open: Open[] = [];
  const close = (closed: readonly Open[], toMs: number, ended: boolean) => {
    open = open.filter((one) => !closed.includes(one));
    for (const { event, what } of closed) {
      bands.push({ order: event.index, band: bandOf(event, what, nodes, toMs, ended) });
    }
  };
  for (const event of history) {
    if (event.process !== 'nemesis') continue;
    const { f, timeMs } = event;
    const spelt = JSON.stringify(event.value ?? null);
    if (isHealing(event)) close(open, timeMs, true);
    else if (Object.hasOwn(ENDS, f) || END.test(f)) {
      const names = [...(Object.hasOwn(ENDS, f) ? (ENDS[f] ?? []) : []), f.replace(END, '')];
      close(
        endedBy(
          open.filter((one) => names.includes(one.event.f)),
          spelt,
        ),
        timeMs,
        true,
      );
    } else if (MOMENTARY.has(f) && !hasEnds(f)) moments.push({ name: f, what: describe(event), timeMs });
    else {
      const replaced = Object.hasOwn(REPLACES, f) ? (REPLACES[f] ?? []) : [];
      const isOver = ({ event: { f: other }, spelt: how }: Open) =>
        other === f && how === spelt ? true : replaced.includes(other) && !hasEnds(other);
      close(open.filter(isOver), timeMs, true);
      open.push({ event, spelt, what: describe(event) });
    }
  }
  close(open, endMs, false);
  const inOrder = bands.toSorted((a, b) => a.order - b.order).map(({ band }) => band);
  return { bands: inOrder, moments };
}

function isHealing({ f, value }: HistoryEvent): boolean {
  return f === 'heal' && Array.isArray(value) && value.length === 0;
}

function endedBy(candidates: readonly Open[], spelt: string): readonly Open[] {
  if (spelt === 'null' || spelt === '[]') return candidates;
  const same = candidates.find((one) => one.spelt === spelt);
  return same === undefined ? candidates.slice(0, 1) : [same];
}

function bandOf(
  { f, value, timeMs }: HistoryEvent,
  what: string,
  nodes: readonly string[],
  toMs: number,
  ended: boolean,
): Band {
  const named = nodesIn(value, nodes);
  return {
    name: f,
    what,
    fromMs: timeMs,
    toMs: Math.max(timeMs, toMs),
    ended,
    nodes: named,
  };
}

/** The nodes that a list names; none for values of other forms, which say more than whom. */
function nodesIn(value: Json | undefined, nodes: readonly string[]): readonly string[] {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list.filter((one): one is string => typeof one === 'string' && nodes.includes(one));
}

function describeValue(value: Json | undefined, nodes: readonly string[]): string {
  return shortened(words(value, nodes), MOST_LETTERS);
}

function words(value: Json | undefined, nodes: readonly string[]): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    if (list.length > 1 && list.length === nodes.length && nodesIn(value, nodes).length === nodes.length)
      return 'all nodes';
    return list.map((one) => words(one, nodes)).join(' ');
  }
  if (typeof value !== 'object') return String(value);
  const { text, shape } = value as { readonly text?: Json; readonly shape?: Json };
  if (typeof text !== 'string') return JSON.stringify(value);
  return typeof shape === 'string' ? `${text} (${shape})` : text;
}

/** The beginning of a text that is too long to be shown whole. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
