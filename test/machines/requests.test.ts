import { describe, expect, it } from 'vitest';
import type { Operation } from '../../machines/operations.ts';
import type { RequestsEffect } from '../../machines/requests/events.ts';
import { READ } from '../support/messages.ts';
import { applied, forwarded, ofType, RequestsChart, submission } from '../support/requests-chart.ts';

const CAS: Operation = { type: 'cas', key: 'x', from: 1, to: 2, createIfNotExists: false };
const DEADLINE_MS = 880;

describe('Definite means definite', () => {
  it.each([
    ['a write', submission(1)],
    ['a cas', submission(1, { op: CAS })],
    ['a read', submission(1, { op: READ })],
  ])('%s that was never handed over did not happen: error 11', (_name, request) => {
    const chart = new RequestsChart();
    chart.arrive(0, request);
    chart.waitUntil(DEADLINE_MS - 1);
    expect(chart.answers).toEqual([]);
    chart.waitUntil(DEADLINE_MS);
    expect(chart.answers).toMatchObject([
      { client: 'c1', msgId: 1, index: null, outcome: { type: 'error', code: 11 } },
    ]);
    expect(chart.answers[0]?.outcome).toMatchObject({ text: expect.stringContaining('no leader was found') });
  });

  it.each([
    ['a write', submission(1), 0],
    ['a cas', submission(1, { op: CAS }), 0],
    ['a read, which no log holds,', submission(1, { op: READ }), 11],
  ])('%s that was handed over once and never heard of: error', (_name, request, code) => {
    const chart = new RequestsChart();
    chart.lead('b', 1, 0);
    chart.arrive(0, request);
    chart.lead(null, 2, 100);
    chart.waitUntil(DEADLINE_MS);
    expect(chart.answers).toMatchObject([{ outcome: { type: 'error', code } }]);
  });

  it('a write that waited for a leader and was then handed over may have happened', () => {
    const chart = new RequestsChart();
    chart.arrive(0, submission(1));
    chart.lead('b', 1, DEADLINE_MS - 10);
    chart.waitUntil(DEADLINE_MS);
    expect(chart.answers).toMatchObject([{ outcome: { code: 0 } }]);
  });

  it('more requests than may wait are turned away at once, for certain', () => {
    const chart = new RequestsChart({ maxPending: 2 });
    chart.lead('b', 1, 0);
    const effects = chart.arrive(0, submission(1), submission(2), submission(3));
    expect(chart.answers).toMatchObject([{ msgId: 3, outcome: { code: 11 } }]);
    expect(forwarded(effects)).toEqual([1, 2]);
    chart.step({ type: 'results.ready', results: [applied(1, 5)] });
    chart.arrive(1, submission(4));
    expect(chart.pending).toEqual([2, 3]);
  });
});

describe('Requests on their way to the leader', () => {
  it('wait for a leader, and are then handed over together, oldest first', () => {
    const chart = new RequestsChart();
    expect(ofType(chart.arrive(0, submission(1), submission(2)), 'forward')).toEqual([]);
    chart.arrive(5, submission(3, { op: READ, bytes: 40 }));
    const [forward, ...more] = ofType(chart.lead('b', 3, 50), 'forward');
    expect(more).toEqual([]);
    const origin = { node: 'a', incarnation: 7, floor: 1 };
    expect(forward).toEqual({
      type: 'forward',
      to: 'b',
      term: 3,
      entries: [
        { term: 3, op: submission(1).op, origin, number: 1, bytes: 60 },
        { term: 3, op: submission(2).op, origin, number: 2, bytes: 60 },
      ],
      reads: [{ origin, number: 3, op: READ }],
    });
  });

  it('are handed over at once when a leader is known', () => {
    const chart = new RequestsChart();
    chart.lead('b', 3, 0);
    const effects = chart.arrive(1, submission(1));
    expect(ofType(effects, 'forward')).toMatchObject([{ to: 'b', term: 3 }]);
  });

  it('are handed over again after 300 ms, and not before', () => {
    const chart = new RequestsChart();
    chart.lead('b', 3, 0);
    chart.arrive(0, submission(1));
    expect(ofType(chart.waitUntil(299), 'forward')).toEqual([]);
    expect(ofType(chart.waitUntil(300), 'forward')).toMatchObject([{ to: 'b', entries: [{ number: 1 }] }]);
    expect(ofType(chart.waitUntil(600), 'forward')).toHaveLength(1);
  });

  it('are handed over again when the leader changes, and not when there is none', () => {
    const chart = new RequestsChart();
    chart.lead('b', 3, 0);
    chart.arrive(0, submission(1), submission(2));
    expect(chart.lead(null, 4, 100)).toEqual([]);
    expect(ofType(chart.lead('c', 4, 150), 'forward')).toMatchObject([
      {
        to: 'c',
        term: 4,
        entries: [
          { term: 4, number: 1 },
          { term: 4, number: 2 },
        ],
      },
    ]);
    expect(ofType(chart.lead('a', 5, 200), 'forward')).toMatchObject([{ to: 'a', term: 5 }]);
    // Handed over at 200: the patrol at 300 has no reason to do it again.
    expect(ofType(chart.waitUntil(499), 'forward')).toEqual([]);
  });

  it('carry the number below which everything is settled', () => {
    const chart = new RequestsChart();
    const floorOf = (effects: readonly RequestsEffect[]) =>
      ofType(effects, 'forward')[0]?.entries[0]?.origin?.floor;
    chart.lead('b', 1, 0);
    chart.arrive(0, submission(1), submission(2), submission(3));
    chart.step({ type: 'results.ready', results: [applied(2, 5)] });
    expect(floorOf(chart.arrive(1, submission(4)))).toBe(1);
    chart.step({ type: 'results.ready', results: [applied(1, 6)] });
    expect(floorOf(chart.arrive(2, submission(5)))).toBe(3);
    chart.waitUntil(DEADLINE_MS + 2);
    expect(floorOf(chart.arrive(2000, submission(6, { sinceMs: 2000 })))).toBe(6);
  });

  it('go in messages of bounded size, and a larger one alone', () => {
    const chart = new RequestsChart({ maxMessageBytes: 200 });
    chart.lead('b', 1, 0);
    const bytes = [90, 110, 1, 500, 100, 100, 1];
    const effects = chart.arrive(0, ...bytes.map((size, i) => submission(i, { bytes: size })));
    const messages = ofType(effects, 'forward').map(({ entries }) => entries.map((entry) => entry.bytes));
    expect(messages).toEqual([[90, 110], [1], [500], [100, 100], [1]]);
  });
});

describe('The patrol', () => {
  it('keeps every deadline, also when requests arrive whose own deadline is near', () => {
    // Reads that waited for their token elsewhere come late: what remains to them is less than a retry takes.
    const chart = new RequestsChart();
    chart.arrive(0, submission(1));
    chart.waitUntil(870);
    chart.arrive(870, submission(2, { op: READ, sinceMs: 200 }));
    chart.waitUntil(DEADLINE_MS);
    expect(chart.answers).toMatchObject([{ msgId: 1 }]);
    chart.waitUntil(200 + DEADLINE_MS);
    expect(chart.answers).toMatchObject([{ msgId: 1 }, { msgId: 2 }]);
  });

  it('is not kept from its rounds by requests that keep coming', () => {
    const chart = new RequestsChart();
    chart.lead('b', 1, 0);
    let again = 0;
    for (let nowMs = 0; nowMs <= 800; nowMs += 50) {
      again += forwarded(chart.waitUntil(nowMs)).filter((number) => number === 1).length;
      chart.arrive(nowMs, submission(nowMs, { op: READ, sinceMs: nowMs === 0 ? 0 : nowMs - 700 }));
    }
    expect(again).toBe(2);
  });
});

describe('Answers on their way back', () => {
  it('a result settles its request, and says where it took place', () => {
    const chart = new RequestsChart();
    chart.lead('b', 1, 0);
    chart.arrive(0, submission(8), submission(9));
    chart.step({ type: 'forward.response', from: 'b', term: 1, incarnation: 7, outcomes: [applied(2, 31)] });
    chart.step({ type: 'results.ready', results: [applied(1, 30)] });
    expect(chart.answers).toEqual([
      { client: 'c1', msgId: 9, outcome: { type: 'write_ok' }, index: 31 },
      { client: 'c1', msgId: 8, outcome: { type: 'write_ok' }, index: 30 },
    ]);
  });

  it('results in any order settle what they are results of, the latest of each counting', () => {
    const chart = new RequestsChart();
    chart.lead('a', 1, 0);
    chart.arrive(0, submission(1), submission(2));
    chart.arrive(0, submission(3), submission(4));
    const results = [
      applied(4, 30),
      applied(1, 31, { node: 'b' }),
      applied(1, 32),
      applied(4, 33),
      applied(9, 34),
    ];
    const effects = chart.step({ type: 'results.ready', results });
    expect(chart.answers).toMatchObject([
      { msgId: 1, index: 32 },
      { msgId: 4, index: 33 },
    ]);
    expect(chart.pending).toEqual([2, 3]);
    expect(ofType(effects, 'respond')).toMatchObject([{ to: 'b', outcomes: [{ number: 1, index: 31 }] }]);
  });

  it('settles it once, however often it is repeated and from wherever', () => {
    const chart = new RequestsChart();
    chart.lead('b', 1, 0);
    chart.arrive(0, submission(8));
    for (let i = 0; i < 2; i += 1) {
      chart.step({
        type: 'forward.response',
        from: 'b',
        term: 1,
        incarnation: 7,
        outcomes: [applied(1, 30)],
      });
      chart.step({ type: 'results.ready', results: [applied(1, 30)] });
    }
    chart.waitUntil(5000);
    expect(chart.answers).toHaveLength(1);
    expect(chart.patrolAtMs).toBe(null);
  });

  it('what another life or another node waited for is none of its business', () => {
    const chart = new RequestsChart();
    chart.lead('b', 1, 0);
    chart.arrive(0, submission(8));
    for (const incarnation of [6, 8]) {
      chart.step({ type: 'forward.response', from: 'b', term: 1, incarnation, outcomes: [applied(1, 30)] });
      chart.step({ type: 'results.ready', results: [applied(1, 30, { incarnation })] });
    }
    chart.step({ type: 'results.ready', results: [applied(1, 30, { node: 'c' })] });
    expect(chart.answers).toEqual([]);
    expect(chart.pending).toEqual([1]);
  });

  it('a leader tells the origins, each life its own, and itself nothing', () => {
    const chart = new RequestsChart();
    chart.lead('a', 4, 0);
    const results = [
      applied(1, 10),
      applied(5, 11, { node: 'b', incarnation: 2 }),
      applied(6, 12, { node: 'c', incarnation: 3 }),
      applied(9, 13, { node: 'b', incarnation: 1 }),
      applied(7, 14, { node: 'b', incarnation: 2 }),
    ];
    const effects = ofType(chart.step({ type: 'results.ready', results }), 'respond');
    expect(
      effects.map(({ to, incarnation, outcomes }) => [to, incarnation, outcomes.map(({ number }) => number)]),
    ).toEqual([
      ['b', 2, [5, 7]],
      ['c', 3, [6]],
      ['b', 1, [9]],
    ]);
    expect(effects[0]).toMatchObject({
      term: 4,
      outcomes: [{ index: 11, outcome: { type: 'write_ok' } }, {}],
    });
  });

  it('a follower, which applies the same entries, tells nobody', () => {
    const chart = new RequestsChart();
    chart.lead('c', 4, 0);
    expect(chart.step({ type: 'results.ready', results: [applied(5, 11, { node: 'b' })] })).toEqual([]);
  });

  it('long values go back in messages of bounded size', () => {
    const chart = new RequestsChart({ maxMessageBytes: 1000 });
    chart.lead('a', 4, 0);
    const outcome = { type: 'read_ok', value: 'v'.repeat(400) } as const;
    const results = Array.from({ length: 5 }, (_, i) => applied(i, 1, { node: 'b', outcome }));
    const effects = ofType(chart.step({ type: 'results.ready', results }), 'respond');
    expect(effects.map(({ outcomes }) => outcomes.length)).toEqual([1, 1, 1, 1, 1]);
    const small = results.map((result) => ({ ...result, outcome: { type: 'write_ok' } as const }));
    expect(ofType(chart.step({ type: 'results.ready', results: small }), 'respond')).toHaveLength(1);
  });
});

describe('A read that must not be older than an index', () => {
  const read = submission(1, { op: READ, minIndex: 40, reader: 3 });
  const served = (index: number) => [applied(1, index, { outcome: { type: 'read_ok', value: 5 } })];

  it('is asked for again while the leader is behind, and answered by the first that is not', () => {
    const chart = new RequestsChart();
    chart.lead('b', 1, 0);
    chart.arrive(0, read);
    chart.step({ type: 'forward.response', from: 'b', term: 1, incarnation: 7, outcomes: served(39) });
    expect(chart.reads).toEqual([]);
    expect(ofType(chart.waitUntil(300), 'forward')).toHaveLength(1);
    chart.step({ type: 'forward.response', from: 'b', term: 1, incarnation: 7, outcomes: served(40) });
    expect(chart.reads).toEqual([
      { reader: 3, outcome: { type: 'read_ok', value: 5 }, index: 40, servedBy: 'b' },
    ]);
  });

  it('ends with error 11, which names the highest index that was reached', () => {
    const chart = new RequestsChart();
    chart.lead('b', 1, 0);
    chart.arrive(0, read);
    for (const index of [21, 39, 30]) chart.step({ type: 'results.ready', results: served(index) });
    chart.waitUntil(DEADLINE_MS);
    expect(chart.reads).toMatchObject([{ reader: 3, outcome: { type: 'error', code: 11 } }]);
    const { outcome } = chart.reads[0] as (typeof chart.reads)[number];
    expect(outcome.type === 'error' && outcome.text).toMatch(/only index 39 .* older than index 40/);
  });
});
