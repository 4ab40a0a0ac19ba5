import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sessions } from '../../src/actors/sessions.ts';

// The same cases every time; another seed tries others.
fc.configureGlobal({ seed: 10 });

const CLIENTS = ['a', 'b', 'c', 'd', 'e'];
const shown = fc.array(fc.tuple(fc.constantFrom(...CLIENTS), fc.integer({ min: 1, max: 50 })), {
  maxLength: 60,
});

describe('sessions', () => {
  it('never give a token below what the client was shown, whoever was forgotten, and stay bounded', () => {
    fc.assert(
      fc.property(shown, fc.nat({ max: 6 }), (replies, capacity) => {
        const sessions = new Sessions(capacity);
        const seen = new Map<string, number>();
        let highest = 0;
        for (const [client, index] of replies) {
          sessions.show(client, index);
          seen.set(client, Math.max(index, seen.get(client) ?? 0));
          highest = Math.max(highest, index);
          expect(sessions.size).toBeLessThanOrEqual(capacity);
          for (const one of CLIENTS) {
            expect(sessions.tokenOf(one)).toBeGreaterThanOrEqual(seen.get(one) ?? 0);
            expect(sessions.tokenOf(one)).toBeLessThanOrEqual(highest);
          }
        }
      }),
    );
  });

  it('keep each client apart, exactly, as long as there is room for all', () => {
    fc.assert(
      fc.property(shown, (replies) => {
        const sessions = new Sessions(CLIENTS.length);
        const seen = new Map<string, number>();
        for (const [client, index] of replies) {
          sessions.show(client, index);
          seen.set(client, Math.max(index, seen.get(client) ?? 0));
          for (const one of CLIENTS) expect(sessions.tokenOf(one)).toBe(seen.get(one) ?? 0);
        }
        expect(sessions.size).toBe(seen.size);
      }),
    );
  });

  it('forget first whom they showed something the longest time ago', () => {
    const sessions = new Sessions(2);
    for (const [client, index] of [
      ['a', 9],
      ['b', 3],
      ['a', 4],
      ['c', 5],
    ] as const)
      sessions.show(client, index);
    expect(['a', 'b', 'c'].map((client) => sessions.tokenOf(client))).toEqual([9, 3, 5]);
    expect(sessions.tokenOf('never seen')).toBe(3);
  });

  it('cost no more memory however long a client calls itself, and are safe for it all the same', () => {
    const sessions = new Sessions(10);
    const endless = 'c'.repeat(100_000);
    sessions.show(endless, 7);
    expect(sessions.size).toBe(0);
    expect(sessions.tokenOf(endless)).toBe(7);
  });
});
