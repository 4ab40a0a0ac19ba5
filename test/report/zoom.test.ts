import fc from 'fast-check';
import { expect, it } from 'vitest';
import { around, moved, within, zoomed } from '../../src/report/page/window.ts';

const END = 5000;
const stretches = fc
  .tuple(
    fc.double({ min: -9000, max: 9000, noNaN: true }),
    fc.double({ min: 0.01, max: 20_000, noNaN: true }),
  )
  .map(([fromMs, length]) => ({ fromMs, toMs: fromMs + length }));

it('a view never leaves the run and never becomes nothing, whatever is done to it', () => {
  fc.assert(
    fc.property(
      stretches,
      fc.double({ min: 0.01, max: 50, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      (stretch, factor, share) => {
        const start = within(stretch, END);
        for (const view of [
          start,
          zoomed(start, factor, (start.fromMs + start.toMs) / 2, END),
          moved(start, share, END),
          around(start.fromMs, start.toMs, END),
        ]) {
          expect(view.fromMs).toBeGreaterThanOrEqual(0);
          expect(view.toMs).toBeLessThanOrEqual(END + 1e-6);
          expect(view.toMs - view.fromMs).toBeGreaterThan(1);
        }
      },
    ),
  );
});

it('coming closer keeps the moment under the pointer where it is', () => {
  const view = zoomed({ fromMs: 1000, toMs: 2000 }, 0.5, 1250, END);
  expect(view).toEqual({ fromMs: 1125, toMs: 1625 });
});
