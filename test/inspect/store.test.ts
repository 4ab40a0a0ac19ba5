import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEmbedded } from '../../src/inspect/page/source.ts';
import { Store } from '../../src/inspect/page/store.ts';
import { apply, emptyWorld, worldToJson } from '../../src/trace/world.ts';
import { HEADER, RECORDS } from './run.ts';

const frames: ((timeMs: number) => void)[] = [];
const create = (max?: number) => new Store((show) => frames.push(show), max);

function filled(max?: number): Store {
  const store = create(max);
  store.begin(HEADER, 'test');
  for (const record of RECORDS) store.append(record);
  return store;
}

function worldAt(moment: number) {
  const world = emptyWorld(HEADER.nodes);
  for (const record of RECORDS.slice(0, moment)) apply(world, record);
  return worldToJson(world);
}

describe('the page knows the cluster as it was', () => {
  it.each([[undefined], [1000]])('at any moment, in any order, with room for %s records', (max) => {
    const store = filled(max);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: store.before, max: store.end }), { maxLength: 12 }),
        (moments) => {
          for (const moment of moments) expect(worldToJson(store.worldAt(moment))).toEqual(worldAt(moment));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('finds the moment of a time', () => {
    const store = filled();
    for (const moment of [1, 100, 500, RECORDS.length]) {
      const { t } = store.recordAt(moment) as (typeof RECORDS)[number];
      const found = store.momentAt(t);
      expect(store.recordAt(found)?.t).toBe(t);
      expect(store.recordAt(found + 1)?.t ?? Number.POSITIVE_INFINITY).toBeGreaterThan(t);
    }
    expect(store.momentAt(-1)).toBe(0);
  });
});

describe('the page', () => {
  it('keeps a bounded number of records, and counts those that it let go', () => {
    const store = create(1000);
    store.begin(HEADER, 'test');
    for (const record of RECORDS) {
      store.append(record);
      expect(store.records.length).toBeLessThanOrEqual(1000);
    }
    expect(store.before).toBeGreaterThan(0);
    expect(store.end).toBe(RECORDS.length);
    // Nothing is drawn of what is gone, but for one message that was under way.
    const first = store.records[0]?.t ?? 0;
    expect(store.picture.arrows.every(({ sentMs }) => (sentMs ?? 0) >= first)).toBe(true);
  });

  it('starts anew on the world that it is told after a gap', () => {
    const store = create();
    store.begin(HEADER, 'test');
    for (const record of RECORDS.slice(0, 100)) store.append(record);
    const world = emptyWorld(HEADER.nodes);
    for (const record of RECORDS.slice(0, 900)) apply(world, record);
    store.rebase(900, 800, world);
    for (const record of RECORDS.slice(900)) store.append(record);
    expect([store.before, store.missed, store.end]).toEqual([900, 800, RECORDS.length]);
    expect(worldToJson(store.world)).toEqual(worldAt(RECORDS.length));
    expect(worldToJson(store.worldAt(1000))).toEqual(worldAt(1000));
  });

  it('reads a trace with its damaged lines, and none of what is no trace', () => {
    const store = create();
    readEmbedded(
      [HEADER, RECORDS[0], RECORDS[1]]
        .map((line) => JSON.stringify(line))
        .join('\n')
        .concat('\n{"kind'),
      store,
    );
    expect([store.records, store.problems, store.ended]).toEqual([
      RECORDS.slice(0, 2),
      ['line 4 is not JSON'],
      true,
    ]);
    readEmbedded(`{"format":"song"}\n${JSON.stringify(RECORDS[2])}`, store);
    expect(store.records).toEqual(RECORDS.slice(0, 2));
    expect(store.problems.at(-1)).toMatch(/^embedded in this page is no trace/);
  });

  it('draws every message with what became of it, and who leads', () => {
    const { picture } = filled();
    const sent = RECORDS.filter(({ kind }) => kind === 'send').length;
    expect(picture.arrows).toHaveLength(sent);
    const lost = picture.arrows.filter((arrow) => arrow.lost !== null);
    expect(lost.length).toBeGreaterThan(10);
    expect(picture.arrows.some(({ receivedMs }) => receivedMs.length === 2)).toBe(true);
    for (const { sentMs, receivedMs } of picture.arrows) {
      for (const t of receivedMs) expect(t).toBeGreaterThanOrEqual(sentMs ?? t);
    }
    const roles = new Set([...picture.phases.values()].flat().map(({ role }) => role));
    expect([...roles].sort()).toEqual(['candidate', 'down', 'follower', 'leader', 'other', 'paused']);
    expect(picture.bands.length).toBeGreaterThan(0);
    expect(picture.bands.every(({ toMs }) => toMs !== null)).toBe(true);
  });
});
