import { describe, expect, it } from 'vitest';
import { compareHybrid, HYBRID_ZERO, type HybridTime, receive, tick } from '../../machines/clocks/hybrid.ts';

const at = (physicalMs: number, logical: number): HybridTime => ({ physicalMs, logical });
const FAR = Number.POSITIVE_INFINITY;

describe('a hybrid clock (Kulkarni et al. 2014, figure 5)', () => {
  // Computed by hand from the figure: [last, the wall clock, what follows].
  it.each([
    ['the clock has moved on', at(10, 3), 11, at(11, 0)],
    ['the clock stands', at(10, 3), 10, at(10, 4)],
    ['the clock has stepped back', at(10, 3), 2, at(10, 4)],
    ['the first event', HYBRID_ZERO, 5, at(5, 0)],
  ])('ticks: %s', (_case, last, nowMs, next) => {
    expect(tick(last, nowMs)).toEqual(next);
  });

  // [last, received, the wall clock, what follows].
  it.each([
    ['all three physical parts are one', at(10, 2), at(10, 5), 10, at(10, 6)],
    ['both readings are ahead of the clock', at(10, 7), at(10, 5), 9, at(10, 8)],
    ['the own reading is ahead', at(10, 2), at(8, 9), 10, at(10, 3)],
    ['the received reading is ahead', at(10, 2), at(12, 5), 11, at(12, 6)],
    ['the clock is ahead of both', at(10, 2), at(12, 5), 13, at(13, 0)],
    ['the clock and the received reading are one', at(9, 2), at(10, 0), 10, at(10, 1)],
  ])('receives: %s', (_case, last, sentAt, nowMs, time) => {
    expect(receive(last, sentAt, nowMs, FAR)).toEqual({ accepted: true, time });
  });

  it('refuses a reading that is further ahead than the bound, and takes one at the bound', () => {
    const last = at(1000, 0);
    expect(receive(last, at(1600, 0), 1100, 500)).toEqual({ accepted: true, time: at(1600, 1) });
    expect(receive(last, at(1601, 0), 1100, 500)).toEqual({ accepted: false, aheadMs: 501 });
  });

  it('is not dragged to the far future by one bad reading', () => {
    const year = 365 * 86_400_000;
    let time = tick(HYBRID_ZERO, 1000);
    const receipt = receive(time, at(1000 + year, 0), 1000, 500);
    if (receipt.accepted) time = receipt.time;
    expect(tick(time, 1001)).toEqual(at(1001, 0));
  });

  it('orders by the physical part, then by the counter', () => {
    const times = [at(2, 0), at(1, 5), at(1, 10), at(0, 99)];
    expect(times.sort(compareHybrid)).toEqual([at(0, 99), at(1, 5), at(1, 10), at(2, 0)]);
    expect(compareHybrid(at(1, 1), at(1, 1))).toBe(0);
  });
});
