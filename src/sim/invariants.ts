import { invariant } from '../../machines/assert.ts';
import { canonical, type Json } from '../../machines/json.ts';
import type { RaftContext } from '../../machines/raft/context.ts';
import type { Entry } from '../../machines/raft/events.ts';
import { entryAt, type Log, lastIndex, termAt } from '../../machines/raft/log.ts';

/** The part of a raft snapshot that the invariants look at. */
export type RaftView = {
  readonly context: RaftContext;
  readonly isLeader: boolean;
  /** What has been let out to be applied. The chart may be ahead: a write that it counts on may not be durable. */
  readonly appliedIndex: number;
};

/**
 * The properties of the paper's figure 3, checked after every step of every node, and incrementally: only what a
 * step changed is looked at, and compared with all that any node ever held.
 */
export class Invariants {
  readonly #before = new Map<string, RaftView>();
  /** Who led each term. */
  readonly #leaders = new Map<number, string>();
  /** What is committed, by index, and who committed it first. */
  readonly #committed: { readonly entry: Entry; readonly by: string }[] = [];
  /** Every entry that was ever in a log, by its index: one for each term, with the term before it. */
  readonly #entries = new Map<number, { readonly prevTerm: number; readonly entry: Entry }[]>();
  /** How many comparisons were made: zero would mean that nothing was checked. */
  checks = 0;

  get committedCount(): number {
    return this.#committed.length;
  }

  get termsLed(): number {
    return this.#leaders.size;
  }

  /** A node has crashed: its next life begins from its disk. */
  forget(name: string): void {
    this.#before.delete(name);
  }

  /** @throws InvariantViolation naming the property that does not hold */
  check(name: string, view: RaftView): void {
    const { context, isLeader, appliedIndex } = view;
    const before = this.#before.get(name);
    if (before !== undefined && isSameView(before, view)) return;
    const { log, commitIndex, term } = context;
    const known = before?.context;
    if (isLeader && !(before?.isLeader && known?.term === term)) this.#checkLeader(name, context);
    if (known === undefined || known.log !== log) this.#checkLog(name, known?.log, log);
    invariant(commitIndex >= (known?.commitIndex ?? 0), 'the commit index never goes back', () => ({
      name,
      before: known?.commitIndex,
      commitIndex,
    }));
    this.#checkApplied(name, log, before?.appliedIndex ?? 0, appliedIndex);
    this.#before.set(name, view);
  }

  #checkLeader(name: string, { term, log }: RaftContext): void {
    this.checks += 1;
    const other = this.#leaders.get(term);
    invariant(other === undefined || other === name, 'Election Safety: at most one leader a term', () => ({
      term,
      leaders: [other, name],
    }));
    this.#leaders.set(term, name);
    for (let index = 1; index <= this.#committed.length; index += 1) {
      const committed = this.#committed[index - 1] as { entry: Entry };
      const has = index <= lastIndex(log) && termAt(log, index) === committed.entry.term;
      // A commit may be known to one node before a leader of an earlier term learns that it is over.
      invariant(
        has || committed.entry.term > term,
        'Leader Completeness: a leader has every committed entry',
        () => ({
          leader: name,
          term,
          index,
          committed: committed.entry,
        }),
      );
    }
  }

  #checkLog(name: string, before: Log | undefined, log: Log): void {
    for (let index = lastIndex(log); index >= 1; index -= 1) {
      const entry = entryAt(log, index);
      if (before !== undefined && index <= lastIndex(before) && entryAt(before, index) === entry) return;
      this.checks += 1;
      const prevTerm = termAt(log, index - 1);
      const place = this.#entries.get(index) ?? [];
      const seen = place.find((other) => other.entry.term === entry.term);
      if (seen === undefined) {
        place.push({ prevTerm, entry });
        this.#entries.set(index, place);
        continue;
      }
      invariant(
        isSame(seen.entry, entry) && seen.prevTerm === prevTerm,
        'Log Matching: equal index and term mean equal logs up to there',
        () => ({ node: name, index, entry, prevTerm, elsewhere: seen }),
      );
    }
  }

  #checkApplied(name: string, log: Log, before: number, appliedIndex: number): void {
    for (let index = before + 1; index <= appliedIndex; index += 1) {
      this.checks += 1;
      const entry = entryAt(log, index);
      const committed = this.#committed[index - 1];
      if (committed === undefined) {
        this.#committed.push({ entry, by: name });
        continue;
      }
      invariant(
        isSame(committed.entry, entry),
        'State Machine Safety: no two nodes apply different entries at one index',
        () => ({ index, [committed.by]: committed.entry, [name]: entry }),
      );
    }
  }
}

/** Most steps of a node change nothing that is looked at here. */
function isSameView(a: RaftView, b: RaftView): boolean {
  return a.context === b.context && a.isLeader === b.isLeader && a.appliedIndex === b.appliedIndex;
}

/** Whether two entries are copies of one: a leader makes at most one entry of a request, and an entry is never changed. */
function isSame(a: Entry, b: Entry): boolean {
  if (a === b) return true;
  if (a.term !== b.term || a.op?.type !== b.op?.type) return false;
  const { origin: from } = a;
  const { origin: to } = b;
  if (from === null || to === null) return from === to;
  return from.node === to.node && from.incarnation === to.incarnation && from.number === to.number;
}

/** That replicas which have applied the same entries hold the same values. */
export function checkReplicasAgree(
  replicas: readonly { name: string; appliedIndex: number; values: ReadonlyMap<string, Json> }[],
): void {
  const byIndex = new Map<number, { name: string; digest: string }>();
  for (const { name, appliedIndex, values } of replicas) {
    const digest = canonical([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
    const other = byIndex.get(appliedIndex);
    invariant(
      other === undefined || other.digest === digest,
      'replicas that applied the same hold the same',
      () => ({
        appliedIndex,
        [other?.name ?? '']: other?.digest,
        [name]: digest,
      }),
    );
    byIndex.set(appliedIndex, { name, digest });
  }
}
