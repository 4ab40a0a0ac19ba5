import type { HistoryEvent } from './history.ts';
import { show } from './json.ts';
import type { Verdict } from './search.ts';
import { type FinalRead, type StoreHistory, type StoreWrite, storeHistory } from './store-writes.ts';

export type SurvivalResult = {
  /** illegal when a promise of the mode is broken; unknown when something was not read at the end; else ok. */
  readonly verdict: Verdict;
  /** One line. */
  readonly reason: string;
  /** Acknowledged writes of a value to keys that were read at the end: the sum of the four below. */
  readonly acknowledged: number;
  /** Held by every node at the end. */
  readonly held: number;
  /** Replaced by a write or delete whose client had seen them. */
  readonly covered: number;
  /** Not held, not covered, and lost with the memory of the only node that knew them. */
  readonly forgotten: number;
  /** Not held, not covered, and nothing excuses it. */
  readonly lost: number;
  /** Whether all nodes held the same under every key. */
  readonly converged: boolean;
  /** What is wrong, for a human to read; the first few. */
  readonly violations: readonly string[];
  readonly violationCount: number;
  /** The lost writes, for a human to read; the first few. */
  readonly losses: readonly string[];
};

export type SurvivalOptions = {
  /**
   * What the store promised. `vv`: nothing is lost, and nothing comes back. `lww`: under each key the write with the
   * latest timestamp remains, and the others are counted.
   */
  readonly mode: 'lww' | 'vv';
  /** How many violations and losses are explained; 20 by default. */
  readonly maxShown?: number;
};

/**
 * Judges what became of acknowledged writes in a store that takes writes everywhere: every one of them must be held
 * at the end, or be covered by a later one. The history tells what was seen by whom, so this needs no clocks of the
 * store's: a write covers exactly what its client had seen when it wrote (`saw`), and whatever that covers.
 *
 * Every key that was written is to be read at every node at the end, as `final_read`.
 *
 * @throws HistoryError when the events are no history, or two writes have one value
 */
export function checkSurvival(events: readonly HistoryEvent[], options: SurvivalOptions): SurvivalResult {
  const { mode, maxShown = 20 } = options;
  const history = storeHistory(events);
  const held = heldValues(history.finals);
  const unread = unreadKeys(history);
  const fates = fatesOf(history);
  const count = (fate: Fate) => fates.filter((one) => one.fate === fate).length;
  const losses = fates.filter(({ fate }) => fate === 'lost').map(({ write }) => describeLoss(write));
  const diverged = divergences(history.finals);
  const violations = [
    ...diverged,
    ...history.invented.map(({ value, node }) => `${value} was read at ${node}, and nobody wrote it`),
    ...(mode === 'vv' ? [...losses, ...resurrections(history, held)] : outranked(history, held)),
  ];
  return {
    ...judge(violations, unread, fates.length),
    acknowledged: fates.length,
    held: count('held'),
    covered: count('covered'),
    forgotten: count('forgotten'),
    lost: losses.length,
    converged: diverged.length === 0,
    violations: violations.slice(0, maxShown),
    violationCount: violations.length,
    losses: losses.slice(0, maxShown),
  };
}

type Fate = 'held' | 'covered' | 'forgotten' | 'lost';

/** What became of every acknowledged write of a value to a key that was read at the end, in the order of the writes. */
export function fatesOf(history: StoreHistory): { readonly write: StoreWrite; readonly fate: Fate }[] {
  const held = heldValues(history.finals);
  const covered = coveredWrites(history.writes);
  const unread = unreadKeys(history);
  const fateOf = ({ id, forgotten }: StoreWrite): Fate =>
    held.has(id) ? 'held' : covered.has(id) ? 'covered' : forgotten ? 'forgotten' : 'lost';
  return [...history.writes.values()]
    .filter(({ f, acknowledged, key }) => f === 'write' && acknowledged && !unread.has(key))
    .map((write) => ({ write, fate: fateOf(write) }));
}

function heldValues(finals: readonly FinalRead[]): ReadonlySet<string> {
  return new Set(finals.flatMap(({ values }) => [...values]));
}

/** The writes that somebody had seen who then wrote or deleted the key. */
function coveredWrites(writes: StoreHistory['writes']): ReadonlySet<string> {
  const covered = new Set<string>();
  for (const { happened, f, saw } of writes.values()) {
    // A delete leaves nothing to be seen: if nobody knows whether it happened, it may have.
    if (happened || f === 'delete') for (const id of saw) covered.add(id);
  }
  return covered;
}

/** Keys at which the nodes do not agree. */
function divergences(finals: readonly FinalRead[]): string[] {
  const first = new Map<string, FinalRead>();
  return finals.flatMap((read) => {
    const other = first.get(read.key);
    if (other === undefined) first.set(read.key, read);
    if (other === undefined || sameSet(other.values, read.values)) return [];
    const [a, b] = [other, read].map(({ node, values }) => `${node} holds ${show([...values])}`);
    return [`key ${read.key} did not converge: ${a}, ${b}`];
  });
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((value) => b.has(value));
}

/** Values that are held although an acknowledged write or delete had replaced them, directly or by others. */
function resurrections({ writes }: StoreHistory, held: ReadonlySet<string>): string[] {
  const successors = new Map<string, StoreWrite[]>();
  for (const write of writes.values()) {
    for (const id of write.saw) successors.set(id, [...(successors.get(id) ?? []), write]);
  }
  return [...held].flatMap((id) => {
    const seen = new Set<string>([id]);
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const write of successors.get(next) ?? []) {
        if (write.acknowledged && !write.forgotten) {
          return [`${id} is held, though ${describe(write)} had replaced it`];
        }
        if (!seen.has(write.id)) open.push(write.id);
        seen.add(write.id);
      }
    }
    return [];
  });
}

/** Under a key no acknowledged timestamp may be later than the one of the value that is held. */
function outranked({ writes }: StoreHistory, held: ReadonlySet<string>): string[] {
  const latest = new Map<string, StoreWrite>();
  for (const write of writes.values()) {
    if (write.ts === undefined || write.forgotten) continue;
    const other = latest.get(write.key);
    if (other?.ts === undefined || write.ts > other.ts) latest.set(write.key, write);
  }
  return [...held].flatMap((id) => {
    const write = writes.get(id);
    const last = write && latest.get(write.key);
    if (write?.ts === undefined || last?.ts === undefined || last.ts <= write.ts) return [];
    return [`${id} is held with ts ${write.ts}, though ${describe(last)} has ts ${last.ts}`];
  });
}

function unreadKeys({ writes, finals }: StoreHistory): ReadonlySet<string> {
  const read = new Set(finals.map(({ key }) => key));
  return new Set([...writes.values()].map(({ key }) => key).filter((key) => !read.has(key)));
}

function judge(
  violations: readonly string[],
  unread: ReadonlySet<string>,
  acknowledged: number,
): { verdict: Verdict; reason: string } {
  const [first] = violations;
  if (first !== undefined) {
    const more = violations.length === 1 ? '' : `, and ${violations.length - 1} more`;
    return { verdict: 'illegal', reason: `${first}${more}` };
  }
  if (unread.size > 0) {
    const [key] = unread;
    return {
      verdict: 'unknown',
      reason: `key ${key} was read nowhere at the end (${unread.size} such keys)`,
    };
  }
  if (acknowledged === 0)
    return { verdict: 'unknown', reason: 'nothing was checked: no write was acknowledged' };
  return { verdict: 'ok', reason: `${acknowledged} acknowledged writes are accounted for` };
}

/** One line for people: which write is lost. */
export function describeLoss(write: StoreWrite): string {
  return `${describe(write)} is held nowhere, and no later write covers it`;
}

function describe({ id, key, f, invocation }: StoreWrite): string {
  const at = `at ${invocation.node ?? 'some node'} (${invocation.timeMs.toFixed(1)} ms)`;
  return f === 'write' ? `the write of ${id} to key ${key} ${at}` : `the delete ${id} of key ${key} ${at}`;
}
