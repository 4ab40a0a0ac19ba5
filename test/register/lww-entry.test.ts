import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../machines/json.ts';
import { lwwRegisterMachine } from '../../machines/register/lww.machine.ts';
import { compareEntries, type LwwEntry } from '../../machines/register/lww-entry.ts';
import { createGate } from '../../src/actors/step.ts';

const written = (ts: number, value: Json): LwwEntry => ({ ts, deleted: false, value });
const removed = (ts: number): LwwEntry => ({ ts, deleted: true, value: null });

/** An entry as a careless relay may hand it on: with a note of where it came from, or without. */
const from = (origin: string, entry: LwwEntry): LwwEntry & { readonly origin: string } => ({
  ...entry,
  origin,
});

const entries: fc.Arbitrary<LwwEntry> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(0, 1, 2),
      fc.constantFrom<Json>(null, '', '__proto__', 1, { a: 1, b: 2 }, '\ud800'),
    )
    .map(([ts, value]) => written(ts, value)),
  fc.constantFrom(0, 1, 2).map(removed),
);

function orders<T>(items: readonly T[]): (readonly T[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    orders([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

const gate = createGate(lwwRegisterMachine);

/** What a register holds that has heard of these entries, and how many of them changed it. */
function heard(list: readonly LwwEntry[]): { readonly entry: LwwEntry | null; readonly updated: number } {
  let { snapshot } = gate.start(undefined);
  let updated = 0;
  for (const entry of list) {
    const step = gate.step(snapshot, { type: 'entry.merged', entry });
    updated += step.effects.length;
    snapshot = step.snapshot;
  }
  return { entry: snapshot.context.entry, updated };
}

describe('the order of entries', () => {
  it('prefers the later, whatever else', () => {
    expect(compareEntries(written(2, 'a'), removed(1))).toBeGreaterThan(0);
    expect(compareEntries(written(1, 'z'), written(2, 'a'))).toBeLessThan(0);
  });

  it('decides between equal timestamps: the deletion, else the value that is spelled later', () => {
    expect(compareEntries(removed(1), written(1, 'z'))).toBeGreaterThan(0);
    expect(compareEntries(written(1, 'b'), written(1, 'a'))).toBeGreaterThan(0);
    expect(compareEntries(written(1, { b: 1, a: 2 }), written(1, { a: 2, b: 1 }))).toBe(0);
  });

  it('is total: exactly equal entries are equal', () => {
    fc.assert(
      fc.property(entries, entries, entries, (a, b, c) => {
        expect(Math.sign(compareEntries(a, b))).toBe(0 - Math.sign(compareEntries(b, a)));
        expect(compareEntries(a, b) === 0).toBe(JSON.stringify(a) === JSON.stringify(b));
        if (compareEntries(a, b) > 0 && compareEntries(b, c) > 0) {
          expect(compareEntries(a, c)).toBeGreaterThan(0);
        }
      }),
      { seed: 4, numRuns: 1000 },
    );
  });

  it('does not look at who relayed an entry: three with one timestamp, one without an origin, in all orders', () => {
    const three = [from('n3', written(1, 'a')), from('n1', written(1, 'c')), written(1, 'b')];
    for (const order of orders(three)) expect(heard(order).entry?.value).toBe('c');
    // The same entry through another node is the same entry.
    expect(heard([from('n1', written(1, 'a')), from('n2', written(1, 'a'))]).updated).toBe(1);
  });
});

describe('the register of the last writer', () => {
  it('ends with the strongest entry, however entries are ordered and repeated, and counts only changes', () => {
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 8 }), (list) => {
        const strongest = [...list].sort(compareEntries).at(-1) ?? null;
        for (const order of [list, [...list].reverse(), [...list, ...list]]) {
          expect(heard(order).entry).toEqual(strongest);
        }
        const changes = list.filter((entry, i) =>
          list.slice(0, i).every((old) => compareEntries(entry, old) > 0),
        );
        expect(heard(list).updated).toBe(changes.length);
        expect(heard([...list, ...list]).updated).toBe(changes.length);
      }),
      { seed: 4 },
    );
  });

  it('answers a put under a tombstone from the far future, and keeps the tombstone: the silent loss', () => {
    const { snapshot } = gate.step(gate.start(undefined).snapshot, {
      type: 'entry.merged',
      entry: removed(4e9),
    });
    const { snapshot: after, effects } = gate.step(snapshot, {
      type: 'entry.put',
      entry: written(2e9, 'new'),
    });
    expect(effects).toEqual([{ type: 'answer', outcome: { type: 'stamped', ts: 2e9 } }]);
    expect(after.value).toBe('deleted');
    expect(gate.step(after, { type: 'entry.read' }).effects).toEqual([
      { type: 'answer', outcome: { type: 'missing' } },
    ]);
  });
});
