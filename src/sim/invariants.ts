import { invariant } from '../../machines/assert.ts';
import { canonical, type Json } from '../../machines/json.ts';
import type { RaftContext } from '../../machines/raft/context.ts';
import type { Entry } from '../../machines/raft/events.ts';
import { entryAt, type Log, lastIndex, termAt } from '../../machines/raft/log.ts';
import { MembershipInvariants } from './membership-invariants.ts';
import { Reference } from './reference.ts';

/** The part of a raft snapshot that the invariants look at. */
export type RaftView = {
  readonly context: RaftContext;
  readonly isLeader: boolean;
  /** What has been let out to be applied. The chart may be ahead: a write that it counts on may not be durable. */
  readonly appliedIndex: number;
  /** What the registers hold, by the canonical spelling of their keys. */
  readonly values: ReadonlyMap<string, Json>;
};

/** An entry of some log: the term before it, and who has had it and not forgotten. */
type Seen = { readonly prevTerm: number; readonly entry: Entry; readonly nodes: Set<string> };

/**
 * The properties of the paper's figure 3, checked after every step of every node, and incrementally: only what a
 * step changed is looked at, and compared with all that any node ever held. A log may begin after a base, and a node
 * may get to an index by a snapshot instead of by entries: then its base must be committed, and its registers must
 * hold what the committed log makes of them.
 */
export class Invariants {
  readonly #before = new Map<string, RaftView>();
  /** Who led each term. */
  readonly #leaders = new Map<number, string>();
  /** What is committed, and what it makes of the registers. */
  readonly #reference = new Reference();
  /** Who applied each index first. */
  readonly #firstBy: string[] = [];
  /** Every entry that was ever in a log, by its index: one for each term, with the term before it. */
  readonly #entries = new Map<number, Seen[]>();
  readonly #membership = new MembershipInvariants();
  /** How many comparisons were made: zero would mean that nothing was checked. */
  checks = 0;
  /** How many times a node came to its state by a checkpoint, its own or another node's. */
  restores = 0;
  /** The most entries that a log had, and that were applied and still in it. */
  longestLog = 0;

  get committedCount(): number {
    return this.#reference.length;
  }

  get termsLed(): number {
    return this.#leaders.size;
  }

  get memberships(): number {
    return this.#membership.seen;
  }

  /**
   * A node has crashed: its next life begins from its disk. What stood in its log alone may never have been durable, and
   * then never was: a sole voter leads a term that it forgets. What was durable is met again.
   */
  forget(name: string): void {
    const log = this.#before.get(name)?.context.log;
    this.#before.delete(name);
    if (log === undefined) return;
    for (let index = lastIndex(log); index > log.base.index; index -= 1) {
      const place = this.#entries.get(index) ?? [];
      for (const { nodes } of place) nodes.delete(name);
      this.#entries.set(
        index,
        place.filter(({ nodes }) => nodes.size > 0),
      );
    }
  }

  /** @throws InvariantViolation naming the property that does not hold */
  check(name: string, view: RaftView): void {
    const { context, isLeader } = view;
    const before = this.#before.get(name);
    if (before !== undefined && isSameView(before, view)) return;
    const { log, commitIndex, term, memberships } = context;
    const known = before?.context;
    // First what is committed, because everything else is held against it.
    this.#checkApplied(name, before, view);
    if (isLeader && !(before?.isLeader && known?.term === term)) this.#checkLeader(name, context);
    if (known === undefined || known.log !== log) this.#checkLog(name, known?.log, log);
    invariant(commitIndex >= (known?.commitIndex ?? 0), 'the commit index never goes back', () => ({
      name,
      before: known?.commitIndex,
      commitIndex,
    }));
    if (memberships !== known?.memberships) this.#membership.checkLog(name, memberships);
    if (isLeader && (memberships !== known?.memberships || !before?.isLeader)) {
      this.#membership.checkLeader(name, memberships, Math.max(commitIndex, this.committedCount));
    }
    this.#before.set(name, view);
  }

  /** That the registers hold what they should, after a step that `check` has seen. */
  checkState(name: string, view: RaftView): void {
    this.check(name, view);
    this.checks += 1;
    this.#reference.checkState(name, view.appliedIndex, view.values);
  }

  #checkLeader(name: string, { term, log }: RaftContext): void {
    this.checks += 1;
    const other = this.#leaders.get(term);
    invariant(other === undefined || other === name, 'Election Safety: at most one leader a term', () => ({
      term,
      leaders: [other, name],
    }));
    this.#leaders.set(term, name);
    // What is below the base was committed when it was compacted away; that is checked where the base changes.
    for (let index = Math.max(log.base.index, 1); index <= this.committedCount; index += 1) {
      const committed = this.#reference.entryAt(index) as Entry;
      const has = index <= lastIndex(log) && termAt(log, index) === committed.term;
      // A commit may be known to one node before a leader of an earlier term learns that it is over.
      invariant(
        has || committed.term > term,
        'Leader Completeness: a leader has every committed entry',
        () => ({
          leader: name,
          term,
          index,
          committed,
        }),
      );
    }
  }

  #checkLog(name: string, before: Log | undefined, log: Log): void {
    const { base } = log;
    this.longestLog = Math.max(this.longestLog, lastIndex(log) - base.index);
    if (base.index > 0 && base.index !== before?.base.index) {
      this.checks += 1;
      const committed = this.#reference.entryAt(base.index);
      invariant(
        committed?.term === base.term,
        'only what is committed is compacted away, and every base is of the committed log',
        () => ({ name, base, committed }),
      );
    }
    for (let index = lastIndex(log); index > base.index; index -= 1) {
      const entry = entryAt(log, index);
      if (before !== undefined && has(before, index) && entryAt(before, index) === entry) return;
      this.checks += 1;
      const prevTerm = termAt(log, index - 1);
      const place = this.#entries.get(index) ?? [];
      const seen = place.find((other) => other.entry.term === entry.term);
      if (seen === undefined) {
        place.push({ prevTerm, entry, nodes: new Set([name]) });
        this.#entries.set(index, place);
        continue;
      }
      seen.nodes.add(name);
      invariant(
        isSame(seen.entry, entry) && seen.prevTerm === prevTerm,
        'Log Matching: equal index and term mean equal logs up to there',
        () => ({ node: name, index, entry, prevTerm, elsewhere: seen }),
      );
    }
  }

  #checkApplied(name: string, before: RaftView | undefined, view: RaftView): void {
    const { context, appliedIndex, values } = view;
    const { log } = context;
    // What was applied may have been compacted away in the same step: then the log before it still has it.
    const logs = before === undefined ? [log] : [before.context.log, log];
    const from = before?.appliedIndex ?? 0;
    invariant(appliedIndex >= from, 'what is applied is never taken back', () => ({
      name,
      from,
      appliedIndex,
    }));
    if (appliedIndex === from) return;
    const holder = logs.find((one) => has(one, from + 1) && has(one, appliedIndex));
    // A node that has just started has its state from its checkpoint, whatever its log still has.
    if (before === undefined || holder === undefined) {
      this.restores += 1;
      this.checks += 1;
      this.#reference.checkState(name, appliedIndex, values);
      return;
    }
    for (let index = from + 1; index <= appliedIndex; index += 1) {
      this.checks += 1;
      this.#checkCommitted(name, index, entryAt(holder, index));
    }
  }

  #checkCommitted(name: string, index: number, entry: Entry): void {
    const committed = this.#reference.entryAt(index);
    if (committed === undefined) {
      this.#reference.apply(entry);
      this.#firstBy.push(name);
      return;
    }
    invariant(
      isSame(committed, entry),
      'State Machine Safety: no two nodes apply different entries at one index',
      () => ({ index, [this.#firstBy[index - 1] as string]: committed, [name]: entry }),
    );
  }
}

/** Whether the log still has the entry. */
function has(log: Log, index: number): boolean {
  return index > log.base.index && index <= lastIndex(log);
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
  if (a.op?.type === 'members' || b.op?.type === 'members') return canonical(a.op) === canonical(b.op);
  if (from === null || to === null) return from === to;
  return from.node === to.node && from.incarnation === to.incarnation && a.number === b.number;
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
