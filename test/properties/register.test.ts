import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, type Json } from '../../machines/json.ts';
import { ERROR, type LoggedOperation } from '../../machines/operations.ts';
import type { Entry, Origin } from '../../machines/raft/events.ts';
import { Registers } from '../../src/actors/registers.ts';

// The same cases every time; another seed tries others.
fc.configureGlobal({ seed: 9 });

const keys = fc.constantFrom<Json>('x', 1, '1', { a: 1, b: 2 }, { b: 2, a: 1 });
const values = fc.constantFrom<Json>(null, 0, 1, '1', { a: [1] });
const operations: fc.Arbitrary<LoggedOperation> = fc.oneof(
  fc.record({ type: fc.constant('write' as const), key: keys, value: values }),
  fc.record({
    type: fc.constant('cas' as const),
    key: keys,
    from: values,
    to: values,
    createIfNotExists: fc.boolean(),
  }),
);
const origins: fc.Arbitrary<Origin> = fc.record({
  node: fc.constantFrom('n1', 'n2'),
  incarnation: fc.constant(1),
  floor: fc.constant(1),
});
const entries: fc.Arbitrary<Entry[]> = fc.array(
  fc.record({
    term: fc.constant(1),
    op: fc.option(operations),
    origin: origins,
    number: fc.integer({ min: 1, max: 6 }),
    bytes: fc.constant(10),
  }),
  { maxLength: 30 },
);

/** The store that the registers stand for: a map from a key's spelling to its value. Says what each operation finds. */
function operate(store: Map<string, Json>, op: LoggedOperation): string {
  const key = canonical(op.key);
  if (op.type === 'write') {
    store.set(key, op.value);
    return 'write_ok';
  }
  const value = store.get(key);
  if (value === undefined && !op.createIfNotExists) return `error ${ERROR.keyDoesNotExist}`;
  if (value !== undefined && canonical(value) !== canonical(op.from)) {
    return `error ${ERROR.preconditionFailed}`;
  }
  store.set(key, op.to);
  return 'cas_ok';
}

describe('the registers', () => {
  it('are a map, to which every request is applied once, however often it stands in the log', () => {
    fc.assert(
      fc.property(entries, (log) => {
        const registers = new Registers();
        const store = new Map<string, Json>();
        const applied = new Set<string>();
        for (const [i, entry] of log.entries()) {
          const results = registers.apply(i + 1, [entry]);
          const { op, origin, number } = entry;
          const name = `${origin?.node} ${number}`;
          if (op === null || op.type === 'members' || applied.has(name)) {
            expect(results).toEqual([]);
            continue;
          }
          applied.add(name);
          const { outcome } = results[0] ?? expect.fail('an operation was not answered');
          const said = outcome.type === 'error' ? `error ${outcome.code}` : outcome.type;
          expect(said).toBe(operate(store, op));
          expect(registers.serve(op.key)).toEqual(store.get(canonical(op.key)) ?? null);
        }
        expect(new Map(registers.entries())).toEqual(store);
      }),
    );
  });

  it('end alike when the same log is applied in other pieces', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 7 }), (log, size) => {
        const [whole, pieces] = [new Registers(), new Registers()];
        const results = whole.apply(1, log);
        const parts = [];
        for (let from = 0; from < log.length; from += size) {
          parts.push(...pieces.apply(from + 1, log.slice(from, from + size)));
        }
        expect(parts).toEqual(results);
        expect(new Map(pieces.entries())).toEqual(new Map(whole.entries()));
      }),
    );
  });
});
