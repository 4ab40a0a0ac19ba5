import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../machines/raft/events.ts';
import * as raftLog from '../../machines/raft/log.ts';

// The same cases every time; another seed tries others.
fc.configureGlobal({ seed: 2 });

/** The log against the plainest thing that could be one: an array that is copied whenever it changes, and never forgets. */

const entry = (term: number, bytes: number): Entry => ({ term, op: null, origin: null, number: 0, bytes });

type Change = {
  readonly keep: number;
  readonly compact: number;
  readonly steps: readonly (readonly [number, number])[];
};
const change: fc.Arbitrary<Change> = fc.record({
  keep: fc.nat({ max: 12 }),
  // How much of what is there then is compacted away.
  compact: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat({ max: 4 })),
  // How much later the term of each new entry is than the one before it, and its bytes.
  steps: fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 50 })), {
    maxLength: 5,
  }),
});

/** A log; all entries that it ever had, of which those up to its base are forgotten; and how many these are. */
type Lived = { readonly log: raftLog.Log; readonly model: readonly Entry[]; readonly base: number };

/** Applies changes to a log and to an array, and keeps every value there ever was. */
function grow(changes: readonly Change[]): readonly Lived[] {
  let now: Lived = { log: raftLog.emptyLog(), model: [], base: 0 };
  const history = [now];
  for (const { keep, compact, steps } of changes) {
    // What was compacted away was committed, and is never cut.
    const kept = Math.max(now.base, keep);
    const before = now.model.slice(0, kept);
    let term = before.at(-1)?.term ?? 0;
    const added = steps.map(([later, bytes]) => {
      term += later;
      return entry(Math.max(1, term), bytes);
    });
    const log = raftLog.append(raftLog.keepThrough(now.log, kept), added);
    now = { log, model: [...before, ...added], base: now.base };
    history.push(now);
    if (compact === 0) continue;
    const base = Math.min(now.base + compact, now.model.length);
    now = { log: raftLog.compact(now.log, base), model: now.model, base };
    history.push(now);
  }
  return history;
}

const histories = fc.array(change, { maxLength: 12 }).map(grow);

function latest(history: readonly Lived[]): Lived {
  return history.at(-1) as Lived;
}

describe('a log', () => {
  it('holds what an array would, and so does every older value after its array was appended to or compacted', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const { log, model, base } of history) {
          expect(log.base).toEqual({ index: base, term: model[base - 1]?.term ?? 0 });
          expect(raftLog.lastIndex(log)).toBe(model.length);
          expect(raftLog.lastTerm(log)).toBe(model.at(-1)?.term ?? 0);
          expect(raftLog.slice(log, base + 1, model.length)).toEqual(model.slice(base));
          for (let index = base + 1; index <= model.length; index += 1) {
            expect(raftLog.entryAt(log, index)).toBe(model[index - 1]);
          }
          for (let index = base; index <= model.length; index += 1) {
            expect(raftLog.termAt(log, index)).toBe(model[index - 1]?.term ?? 0);
          }
        }
      }),
    );
  });

  it('is the same when it is restored from its base and its entries', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const { log, model, base } of history) {
          expect(raftLog.logOf(model.slice(base), log.base)).toEqual({
            ...log,
            entries: log.entries.slice(0, log.length - base),
          });
        }
      }),
    );
  });

  it('two branches of one log do not write into each other', () => {
    fc.assert(
      fc.property(histories, change, change, (history, left, right) => {
        for (const { log, model, base } of history) {
          const branch = ({ keep, steps }: Change): Lived => {
            const added = steps.map(([later, bytes]) => entry(100 + later, bytes));
            const through = Math.max(base, keep);
            const kept = raftLog.keepThrough(log, through);
            return { log: raftLog.append(kept, added), model: [...model.slice(0, through), ...added], base };
          };
          for (const one of [branch(left), branch(right), { log, model }]) {
            expect(raftLog.slice(one.log, base + 1, raftLog.lastIndex(one.log))).toEqual(
              one.model.slice(base),
            );
          }
        }
      }),
    );
  });

  it('cuts slices, and refuses what is outside: past its end, or compacted away', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 20 }), fc.nat({ max: 20 }), (history, from, to) => {
        const { log, model, base } = latest(history);
        const outside = /lies within the log/;
        if (from > to) expect(raftLog.slice(log, from, to)).toEqual([]);
        else if (to > model.length || from <= base)
          expect(() => raftLog.slice(log, from, to)).toThrow(outside);
        else expect(raftLog.slice(log, from, to)).toEqual(model.slice(from - 1, to));
        expect(() => raftLog.entryAt(log, model.length + from)).toThrow(outside);
        expect(() => raftLog.entryAt(log, base)).toThrow(outside);
        expect(() => raftLog.compact(log, model.length + from)).toThrow(outside);
        if (base > 1) expect(() => raftLog.termAt(log, base - 1)).toThrow(outside);
        if (base > 0) expect(() => raftLog.keepThrough(log, base - 1)).toThrow(/never cut/);
        expect(raftLog.termAt(log, 0)).toBe(0);
      }),
    );
  });

  it('finds the first and the last index of every term, as far as it goes back', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const { log, model, base } of history) {
          for (let term = 1; term <= (model.at(-1)?.term ?? 0) + 2; term += 1) {
            const first = model.findIndex((one, i) => i >= base && one.term >= term);
            expect(raftLog.firstIndexOfTerm(log, term)).toBe(first < 0 ? model.length + 1 : first + 1);
            const last = model.findLastIndex((one) => one.term === term) + 1;
            expect(raftLog.lastIndexOfTerm(log, term)).toBe(last < base ? 0 : last);
          }
        }
      }),
    );
  });

  it('fills a message with as many entries as fit, and with one at least', () => {
    const limits = fc.record({
      from: fc.integer({ min: 1, max: 20 }),
      through: fc.nat({ max: 30 }),
      maxBytes: fc.nat({ max: 150 }),
    });
    fc.assert(
      fc.property(histories, limits, (history, { from, through, maxBytes }) => {
        const { log, model, base } = latest(history);
        if (from > model.length || from <= base) return;
        const last = Math.min(Math.max(from, through), model.length);
        const end = raftLog.chunkEnd(log, from, last, maxBytes);
        const bytesThrough = (to: number) =>
          model.slice(from - 1, to).reduce((sum, { bytes }) => sum + bytes, 0);
        expect(end).toBeGreaterThanOrEqual(from);
        expect(end).toBeLessThanOrEqual(last);
        if (end > from) expect(bytesThrough(end)).toBeLessThanOrEqual(maxBytes);
        if (end < last) expect(bytesThrough(end + 1)).toBeGreaterThan(maxBytes);
      }),
    );
  });

  it('orders logs by their last term and then by their length, as section 5.4.1 says', () => {
    fc.assert(
      fc.property(histories, histories, (left, right) => {
        const { model: mine, log } = latest(left);
        const { model: theirs } = latest(right);
        const rank = (model: readonly Entry[]) => (model.at(-1)?.term ?? 0) * 1000 + model.length;
        expect(raftLog.isUpToDate(log, theirs.at(-1)?.term ?? 0, theirs.length)).toBe(
          rank(theirs) >= rank(mine),
        );
      }),
    );
  });
});
