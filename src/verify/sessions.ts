import { describe } from './explanation.ts';
import type { HistoryEvent, Json } from './history.ts';
import { show, spelling } from './json.ts';
import type { Operation } from './operations.ts';
import { operations } from './operations.ts';
import type { Verdict } from './search.ts';
import type { Sight } from './sights.ts';
import { claimOf, Sights } from './sights.ts';

/** The four guarantees of "Session Guarantees for Weakly Consistent Replicated Data" (Terry et al. 1994). */
export const GUARANTEES = [
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
] as const;
export type Guarantee = (typeof GUARANTEES)[number];

export type SessionViolation = {
  readonly guarantee: Guarantee;
  readonly session: string;
  /** The operation that bound the session, and the one that broke the guarantee, in this order. */
  readonly operations: readonly [Operation, Operation];
  /** All of it for a human to read; several lines. */
  readonly text: string;
};

export type GuaranteeResult = {
  readonly verdict: Verdict;
  /** Operations that the guarantee bound and that could be judged. */
  readonly checked: number;
  readonly violations: number;
};

export type SessionsResult = {
  /** illegal when one guarantee is violated; unknown when none had anything to check; else ok. */
  readonly verdict: Verdict;
  /** One line. */
  readonly reason: string;
  /** Sessions seen. */
  readonly sessions: number;
  readonly guarantees: { readonly [guarantee in Guarantee]: GuaranteeResult };
  /** In the order of the operations' completions; the first few only, while the counts count all. */
  readonly violations: readonly SessionViolation[];
};

export type SessionsOptions = {
  /** How many violations are explained; 100 by default. */
  readonly maxViolations?: number;
};

/** Something that a session has been shown, which later operations may not fall behind. */
type Bond = { readonly operation: Operation; readonly index: number };

/** All that binds an operation, as it was when the operation began. */
type Bonds = {
  /** The highest index at which a write of the session was acknowledged. */
  readonly write: Bond | undefined;
  /** The highest index at which a read of the session claims to have looked. */
  readonly read: Bond | undefined;
  /** The read that saw the latest write of all, by its value, and that write's lowest index. */
  readonly saw: Bond | undefined;
  /** The session's latest write to the operation's key, and the latest write that its reads saw there. */
  readonly wroteKey: Bond | undefined;
  readonly sawKey: Bond | undefined;
};

/** What a session has been shown so far. */
type Session = Pick<{ -readonly [name in keyof Bonds]: Bonds[name] }, 'write' | 'read' | 'saw'> & {
  readonly wroteKeys: Map<string, Bond>;
  readonly sawKeys: Map<string, Bond>;
};

/**
 * Judges whether each session of a history kept the four session guarantees. Operations bind those of the same
 * session that were invoked after they completed, whatever process and node they went through; operations
 * without a `session` bind nobody, yet count as writes that reads may have seen.
 *
 * The log puts all writes in one order, and replies show places in it, so an operation is judged twice: by the
 * index it claims, which may not lie below anything that the session has been shown (of whatever key: a replica
 * holds a prefix of the one log), and by its value, which must not come from a write that is surely older than
 * what binds it. A cas is both a read (of the state before its own place) and a write; a cas that the register
 * refused is a read that claims no index: it is judged only by whether there was a key at all, and binds nobody.
 *
 * No violation is reported that the history does not prove: an unknown outcome (`info`) binds nobody, and where a
 * value was written several times, or by a write whose place is unknown, a read is held to have seen whichever
 * of them is best for it. This relies on the indices being places in one log; `checkIndices` checks that.
 *
 * @throws HistoryError when the events are no history of registers
 */
export function checkSessions(
  events: readonly HistoryEvent[],
  options: SessionsOptions = {},
): SessionsResult {
  const all = operations(events);
  const judge = new SessionsJudge(new Sights(all), options.maxViolations ?? 100);
  const begins = new Map(all.map((operation) => [operation.invocation, operation]));
  const ends = new Map(all.map((operation) => [operation.completion, operation]));
  for (const event of events) {
    const begun = begins.get(event);
    if (begun !== undefined) judge.began(begun);
    const ended = ends.get(event);
    if (ended !== undefined) judge.ended(ended);
  }
  return judge.result();
}

class SessionsJudge {
  readonly #sights: Sights;
  readonly #maxViolations: number;
  readonly #sessions = new Map<string, Session>();
  readonly #bonds = new Map<Operation, Bonds>();
  readonly #violations: SessionViolation[] = [];
  readonly #checked = zeros();
  readonly #broken = zeros();

  constructor(sights: Sights, maxViolations: number) {
    this.#sights = sights;
    this.#maxViolations = maxViolations;
  }

  began(operation: Operation): void {
    const { session: name } = operation.invocation;
    if (name === undefined) return;
    const session = this.#session(name);
    const key = spelling(operation.key);
    const { write, read, saw, wroteKeys, sawKeys } = session;
    this.#bonds.set(operation, { write, read, saw, wroteKey: wroteKeys.get(key), sawKey: sawKeys.get(key) });
  }

  ended(operation: Operation): void {
    const bonds = this.#bonds.get(operation);
    if (bonds === undefined) return;
    this.#bonds.delete(operation);
    const session = this.#session(operation.invocation.session as string);
    const sight = this.#sights.of(operation);
    if (this.#sights.isObservation(operation)) {
      this.#judgeRead('read-your-writes', operation, sight, bonds.write, bonds.wroteKey);
      this.#judgeRead('monotonic-reads', operation, sight, bonds.read, bonds.sawKey);
    }
    const version = operation.outcome === 'ok' ? this.#sights.versionOf(operation) : undefined;
    if (version?.placeKnown === true) {
      this.#judgeWrite('monotonic-writes', operation, version.low, [bonds.write]);
      this.#judgeWrite('writes-follow-reads', operation, version.low, [bonds.read, bonds.saw]);
    }
    // The reply to a refused cas shows no index, so its client could not carry on what it has seen.
    if (sight !== undefined && operation.outcome === 'ok') learnRead(session, operation, sight);
    if (version !== undefined) learnWrite(session, operation, version.low, version.placeKnown);
  }

  result(): SessionsResult {
    const resultOf = (guarantee: Guarantee): GuaranteeResult => {
      const [checked, violations] = [this.#checked[guarantee], this.#broken[guarantee]];
      return { verdict: violations > 0 ? 'illegal' : checked > 0 ? 'ok' : 'unknown', checked, violations };
    };
    const guarantees = {
      'read-your-writes': resultOf('read-your-writes'),
      'monotonic-reads': resultOf('monotonic-reads'),
      'monotonic-writes': resultOf('monotonic-writes'),
      'writes-follow-reads': resultOf('writes-follow-reads'),
    };
    const sessions = this.#sessions.size;
    return { ...overall(guarantees, sessions), sessions, guarantees, violations: this.#violations };
  }

  /**
   * @param shown what the index that the read claims may not lie below
   * @param held what the write that it saw may not be older than
   */
  #judgeRead(
    guarantee: Guarantee,
    read: Operation,
    sight: Sight | undefined,
    shown: Bond | undefined,
    held: Bond | undefined,
  ): void {
    const claim = claimOf(read);
    const judgedByClaim = shown !== undefined && claim !== undefined;
    const judgedByValue = held !== undefined && sight !== undefined;
    if (judgedByClaim || judgedByValue) this.#checked[guarantee] += 1;
    if (judgedByClaim && claim < shown.index) {
      const problem = `The read looked at index ${claim}, before the index ${shown.index} that the session had been shown.`;
      this.#report(guarantee, shown.operation, read, problem);
    } else if (judgedByValue && sight.high < held.index) {
      const seen =
        sight.high === 0
          ? 'the absence of the key, before any write'
          : `a write at index ${sight.high} or before`;
      const problem = `What the read saw is ${seen}; the session had been shown a write at index ${held.index} or after.`;
      this.#report(guarantee, held.operation, read, problem);
    }
  }

  #judgeWrite(
    guarantee: Guarantee,
    write: Operation,
    index: number,
    bonds: readonly (Bond | undefined)[],
  ): void {
    const known = bonds.filter((bond) => bond !== undefined);
    if (known.length > 0) this.#checked[guarantee] += 1;
    const broken = known.find((bond) => index <= bond.index);
    if (broken === undefined) return;
    const problem = `The write took place at index ${index}, not after the index ${broken.index} that the session had been shown.`;
    this.#report(guarantee, broken.operation, write, problem);
  }

  #report(guarantee: Guarantee, first: Operation, second: Operation, problem: string): void {
    this.#broken[guarantee] += 1;
    if (this.#violations.length >= this.#maxViolations) return;
    const session = second.invocation.session as string;
    const text = [
      `Session ${show(session)} violates ${guarantee}:`,
      `  key ${show(first.key)}: ${describe(first)}`,
      `  key ${show(second.key)}: ${describe(second)}`,
      problem,
    ].join('\n');
    this.#violations.push({ guarantee, session, operations: [first, second], text });
  }

  #session(name: string): Session {
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    const session = {
      write: undefined,
      read: undefined,
      saw: undefined,
      wroteKeys: new Map<string, Bond>(),
      sawKeys: new Map<string, Bond>(),
    };
    this.#sessions.set(name, session);
    return session;
  }
}

function learnRead(session: Session, operation: Operation, { claim, low }: Sight): void {
  if (claim !== undefined) session.read = later(session.read, { operation, index: claim });
  const saw = { operation, index: low };
  session.saw = later(session.saw, saw);
  learnKey(session.sawKeys, operation.key, saw);
}

function learnWrite(session: Session, operation: Operation, index: number, placeKnown: boolean): void {
  const wrote = { operation, index };
  if (placeKnown) session.write = later(session.write, wrote);
  learnKey(session.wroteKeys, operation.key, wrote);
}

function learnKey(bonds: Map<string, Bond>, key: Json, bond: Bond): void {
  const name = spelling(key);
  bonds.set(name, later(bonds.get(name), bond));
}

function later(known: Bond | undefined, next: Bond): Bond {
  return known === undefined || next.index > known.index ? next : known;
}

function zeros(): { [guarantee in Guarantee]: number } {
  return {
    'read-your-writes': 0,
    'monotonic-reads': 0,
    'monotonic-writes': 0,
    'writes-follow-reads': 0,
  };
}

function overall(
  guarantees: { readonly [guarantee in Guarantee]: GuaranteeResult },
  sessions: number,
): { verdict: Verdict; reason: string } {
  const having = (verdict: Verdict) => GUARANTEES.filter((name) => guarantees[name].verdict === verdict);
  const broken = having('illegal');
  if (broken.length > 0) {
    const counts = broken.map(
      (name) => `${name}: ${guarantees[name].violations} of ${guarantees[name].checked}`,
    );
    return { verdict: 'illegal', reason: `violations of ${counts.join(', ')} operations checked` };
  }
  const kept = having('ok');
  if (kept.length === 0) {
    const why =
      sessions === 0 ? 'no operation belongs to a session' : 'no operation was bound by an earlier one';
    return { verdict: 'unknown', reason: `nothing was checked: ${why}` };
  }
  const counts = kept.map((name) => `${name} (${guarantees[name].checked})`);
  const unchecked = having('unknown');
  const rest = unchecked.length === 0 ? '' : `; nothing to check for ${unchecked.join(', ')}`;
  return { verdict: 'ok', reason: `${sessions} sessions kept ${counts.join(', ')}${rest}` };
}
