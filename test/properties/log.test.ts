import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../machines/raft/events.ts';
import * as raftLog from '../../machines/raft/log.ts';

// The same cases every time; another seed tries others.
fc.configureGlobal({ seed: 2 });

/** The log against the plainest thing that could be one: an array that is copied whenever it changes. */

const entry = (term: number, bytes: number): Entry => ({ term, op: null, origin: null, bytes });

type Change = { readonly keep: number; readonly steps: readonly (readonly [number, number])[] };
const change: fc.Arbitrary<Change> = fc.record({
  keep: fc.nat({ max: 12 }),
  // How much later the term of each new entry is than the one before it, and its bytes.
  steps: fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 50 })), {
    maxLength: 5,
  }),
});

/** Applies changes to a log and to an array, and keeps every value there ever was. */
function grow(changes: readonly Change[]) {
  let log = raftLog.emptyLog();
  let model: Entry[] = [];
  const history = [{ log, model }];
  for (const { keep, steps } of changes) {
    model = model.slice(0, keep);
    let term = model.at(-1)?.term ?? 0;
    const added = steps.map(([later, bytes]) => {
      term += later;
      return entry(Math.max(1, term), bytes);
    });
    term = Math.max(1, term);
    log = raftLog.append(raftLog.keepThrough(log, keep), added);
    model = [...model, ...added];
    history.push({ log, model });
  }
  return history;
}

const histories = fc.array(change, { maxLength: 12 }).map(grow);

describe('a log', () => {
  it('holds what an array would, and so does every older value after its array was appended to', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const { log, model } of history) {
          expect(raftLog.lastIndex(log)).toBe(model.length);
          expect(raftLog.lastTerm(log)).toBe(model.at(-1)?.term ?? 0);
          expect(raftLog.slice(log, 1, model.length)).toEqual(model);
          model.forEach((one, i) => void expect(raftLog.entryAt(log, i + 1)).toBe(one));
        }
      }),
    );
  });

  it('two branches of one log do not write into each other', () => {
    fc.assert(
      fc.property(histories, change, change, (history, left, right) => {
        for (const { log, model } of history) {
          const branch = ({ keep, steps }: Change) => {
            const added = steps.map(([later, bytes]) => entry(100 + later, bytes));
            const kept = raftLog.keepThrough(log, keep);
            return { log: raftLog.append(kept, added), model: [...model.slice(0, keep), ...added] };
          };
          for (const one of [branch(left), branch(right), { log, model }]) {
            expect(raftLog.slice(one.log, 1, raftLog.lastIndex(one.log))).toEqual(one.model);
          }
        }
      }),
    );
  });

  it('cuts slices, and refuses what is outside', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 20 }), fc.nat({ max: 20 }), (history, from, to) => {
        const { log, model } = history.at(-1) ?? { log: raftLog.emptyLog(), model: [] };
        if (to > model.length) expect(() => raftLog.slice(log, from, to)).toThrow(/lies within the log/);
        else expect(raftLog.slice(log, from, to)).toEqual(model.slice(from - 1, to));
        expect(() => raftLog.entryAt(log, model.length + from)).toThrow(/lies within the log/);
        expect(() => raftLog.slice(log, 0, model.length)).toThrow(/lies within the log/);
      }),
    );
  });

  it('finds the first and the last index of every term', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const { log, model } of history) {
          for (let term = 0; term <= (model.at(-1)?.term ?? 0) + 2; term += 1) {
            const first = model.findIndex((one) => one.term >= term);
            expect(raftLog.firstIndexOfTerm(log, term)).toBe(first < 0 ? model.length + 1 : first + 1);
            expect(raftLog.lastIndexOfTerm(log, term)).toBe(
              model.findLastIndex((one) => one.term === term) + 1,
            );
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
        const { log, model } = history.at(-1) ?? { log: raftLog.emptyLog(), model: [] };
        if (from > model.length) return;
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
        const mine = left.at(-1)?.model ?? [];
        const log = left.at(-1)?.log ?? raftLog.emptyLog();
        const theirs = right.at(-1)?.model ?? [];
        const rank = (model: readonly Entry[]) => (model.at(-1)?.term ?? 0) * 1000 + model.length;
        expect(raftLog.isUpToDate(log, theirs.at(-1)?.term ?? 0, theirs.length)).toBe(
          rank(theirs) >= rank(mine),
        );
      }),
    );
  });
});
