import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as hybrid from '../../machines/clocks/hybrid.ts';
import * as lamport from '../../machines/clocks/lamport.ts';
import {
  compare,
  increment,
  join,
  type Order,
  type VersionVector,
} from '../../machines/clocks/version-vector.ts';

/** An event of one of three processes: alone, or receiving what an earlier event (by its number) sent. */
type Plan = { readonly process: number; readonly heard: number | null; readonly clockMs: number };

const PLANS = fc.array(
  fc.record({
    process: fc.nat(2),
    heard: fc.option(fc.nat(30)),
    clockMs: fc.integer({ min: 0, max: 20 }),
  }),
  { minLength: 2, maxLength: 30 },
);

/** An event as each clock sees it, and as it is: with the set of all events that can have influenced it. */
type Event = {
  readonly process: number;
  readonly past: ReadonlySet<number>;
  readonly lamport: number;
  readonly hybrid: hybrid.HybridTime;
  readonly vector: VersionVector;
};

const START: Omit<Event, 'process'> = { past: new Set(), lamport: 0, hybrid: hybrid.HYBRID_ZERO, vector: [] };

function eventsOf(plans: readonly Plan[]): readonly Event[] {
  const events: Event[] = [];
  const latest = new Map<number, Event>();
  for (const { process, heard, clockMs } of plans) {
    const last = latest.get(process) ?? START;
    const sent = heard === null ? undefined : events[heard];
    const receipt = sent && hybrid.receive(last.hybrid, sent.hybrid, clockMs, 1000);
    const event: Event = {
      process,
      past: new Set([...last.past, ...(sent?.past ?? []), events.length]),
      lamport: sent ? lamport.receive(last.lamport, sent.lamport) : lamport.tick(last.lamport),
      hybrid: receipt?.accepted ? receipt.time : hybrid.tick(last.hybrid, clockMs),
      vector: increment(join(last.vector, sent?.vector ?? []), `p${process}`),
    };
    latest.set(process, event);
    events.push(event);
  }
  return events;
}

/** How the pasts of two events lie to each other, as it is. */
function orderOf(events: readonly Event[], a: number, b: number): Order {
  if (a === b) return 'equal';
  if (events[b]?.past.has(a)) return 'before';
  return events[a]?.past.has(b) ? 'after' : 'concurrent';
}

/** The pairs of events of which something is wrong. */
function wrongPairs(
  plans: readonly Plan[],
  isWrong: (a: Event, b: Event, order: Order) => boolean,
): readonly string[] {
  const events = eventsOf(plans);
  return events.flatMap((a, i) =>
    events.flatMap((b, j) => {
      const order = orderOf(events, i, j);
      return isWrong(a, b, order) ? [`event ${i} is ${order} to event ${j}`] : [];
    }),
  );
}

const stampOf = ({ process, lamport: time }: Event): lamport.LamportStamp => ({
  time,
  node: `p${process}`,
});

describe('clocks of processes that send messages, against the set of all events seen', () => {
  it("Lamport's clock respects what happened before, and puts the rest into one order", () => {
    fc.assert(
      fc.property(PLANS, (plans) => {
        const wrong = wrongPairs(plans, (a, b, order) => {
          const side = Math.sign(lamport.compareStamps(stampOf(a), stampOf(b)));
          return order === 'before' ? side >= 0 : (side === 0) !== (order === 'equal');
        });
        expect(wrong).toEqual([]);
      }),
      { seed: 4 },
    );
  });

  it('a hybrid clock does, on clocks that jump, and stays between its own clock and the fastest', () => {
    fc.assert(
      fc.property(PLANS, (plans) => {
        const wrong = wrongPairs(
          plans,
          (a, b, order) => order === 'before' && hybrid.compareHybrid(a.hybrid, b.hybrid) >= 0,
        );
        expect(wrong).toEqual([]);
        for (const [i, event] of eventsOf(plans).entries()) {
          const heard = [...event.past].map((number) => plans[number]?.clockMs ?? 0);
          expect(event.hybrid.physicalMs).toBeGreaterThanOrEqual(plans[i]?.clockMs ?? 0);
          expect(event.hybrid.physicalMs).toBeLessThanOrEqual(Math.max(...heard));
        }
      }),
      { seed: 4 },
    );
  });

  it('version vectors compare exactly as the pasts do: no missed conflict, no false one', () => {
    fc.assert(
      fc.property(PLANS, (plans) => {
        expect(wrongPairs(plans, (a, b, order) => compare(a.vector, b.vector) !== order)).toEqual([]);
      }),
      { seed: 4 },
    );
  });
});
