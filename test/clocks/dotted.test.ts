import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contextOf,
  type DottedSet,
  isKnownTo,
  sync,
  update,
  valuesOf,
} from '../../machines/clocks/dotted.ts';
import { compare } from '../../machines/clocks/version-vector.ts';

/** A replica's set beside the truth: the writes that it has heard of, and, of each write, all that its writer had seen. */
type Replica = { readonly set: DottedSet<number>; readonly known: ReadonlySet<number> };

/** A write at a replica with what some replica showed at some moment as its context, or a message from then. */
type Step = { readonly f: 'write' | 'sync'; readonly at: number; readonly moment: number };

const NAMES = ['n1', 'n2', 'n3'];
const STEPS = fc.array(
  fc.record({ f: fc.constantFrom('write', 'sync'), at: fc.nat(2), moment: fc.nat(1000) }),
  { minLength: 1, maxLength: 30, size: 'max' },
);

/** Runs a schedule; gives all replicas at all moments, and the past of every write. */
function run(steps: readonly Step[]) {
  const pasts: ReadonlySet<number>[] = [];
  const pastOf = (writes: Iterable<number>) => new Set([...writes].flatMap((id) => [...(pasts[id] ?? [])]));
  const replicas: Replica[] = NAMES.map(() => ({ set: [], known: new Set() }));
  const moments: Replica[] = [{ set: [], known: new Set() }];
  for (const { f, at, moment } of steps) {
    const { set, known } = replicas[at] ?? { set: [], known: new Set() };
    const then = moments[moment % moments.length] ?? { set: [], known: new Set() };
    let next: Replica;
    if (f === 'sync') {
      next = { set: sync(set, then.set), known: new Set([...known, ...then.known]) };
    } else {
      const id = pasts.length;
      // Pasts come from what the client was shown: the values.
      pasts.push(new Set([...pastOf(valuesOf(then.set)), id]));
      next = { set: update(set, contextOf(then.set), NAMES[at] ?? '', id), known: new Set([...known, id]) };
    }
    replicas[at] = next;
    moments.push(next);
  }
  return { moments, pasts, pastOf };
}

describe('dotted version vector sets', () => {
  it('hold exactly the writes that no known write has seen: no missed conflict, no false one', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const { moments, pasts } = run(steps);
        for (const { set, known } of moments) {
          const uncovered = [...known].filter(
            (id) => ![...known].some((other) => other !== id && pasts[other]?.has(id)),
          );
          expect([...valuesOf(set)].sort((a, b) => a - b)).toEqual(uncovered.sort((a, b) => a - b));
        }
      }),
      { seed: 4 },
    );
  });

  it('compare as their pasts do', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const { moments, pastOf } = run(steps);
        const pastsOfMoments = moments.map(({ known }) => pastOf(known));
        const wrong = moments.flatMap((a, i) =>
          moments.flatMap((b, j) => {
            const [inA, inB] = [pastsOfMoments[i] ?? new Set(), pastsOfMoments[j] ?? new Set()];
            const isKnown = [...inA].every((id) => inB.has(id));
            const isContained = [...inB].every((id) => inA.has(id));
            const order = isKnown ? (isContained ? 'equal' : 'before') : isContained ? 'after' : 'concurrent';
            const isRight =
              isKnownTo(a.set, b.set) === isKnown && compare(contextOf(a.set), contextOf(b.set)) === order;
            return isRight ? [] : [`moment ${i} is ${order} to moment ${j}`];
          }),
        );
        expect(wrong).toEqual([]);
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it('sync commutatively, associatively and idempotently', () => {
    fc.assert(
      fc.property(STEPS, fc.tuple(fc.nat(), fc.nat(), fc.nat()), (steps, places) => {
        const { moments } = run(steps);
        const [a, b, c] = places.map((place) => moments[place % moments.length]?.set ?? []) as [
          DottedSet<number>,
          DottedSet<number>,
          DottedSet<number>,
        ];
        expect(sync(a, b)).toEqual(sync(b, a));
        expect(sync(sync(a, b), c)).toEqual(sync(a, sync(b, c)));
        expect(sync(a, a)).toEqual(a);
      }),
      { seed: 4 },
    );
  });

  it('have one entry for each replica, however many clients write', () => {
    let set: DottedSet<number> = [];
    for (let client = 0; client < 500; client += 1) {
      set = update(set, client % 7 === 0 ? [] : contextOf(set), NAMES[client % 3] ?? '', client);
      expect(set.length).toBeLessThanOrEqual(NAMES.length);
    }
  });

  it('cannot tell siblings of one replica apart by plain vectors: why the store mints in more than one actor', () => {
    const both = update(update<string>([], [], 'n1', 'a'), [], 'n1', 'b');
    expect(valuesOf(both)).toEqual(['b', 'a']);
    // A client that has read only "b" has seen event 2 of n1. No plain vector says so without claiming event 1.
    expect(valuesOf(update(both, [['n1', 2]], 'n1', 'c'))).toEqual(['c']);
  });
});
