import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Feed } from '../../src/inspect/feed.ts';
import { Ring } from '../../src/inspect/ring.ts';
import type { TraceRecord } from '../../src/trace/format.ts';
import { apply, emptyWorld, type WorldJson, worldFromJson, worldToJson } from '../../src/trace/world.ts';
import { HEADER, RECORDS } from './run.ts';
import { TestViewer } from './streams.ts';

const WHOLE = RECORDS.reduce((world, record) => {
  apply(world, record);
  return world;
}, emptyWorld(HEADER.nodes));

/** What a viewer takes the cluster for, from what it was sent. */
function seenBy(viewer: TestViewer) {
  let world = emptyWorld(HEADER.nodes);
  for (const { name, data } of viewer.events) {
    if (name === 'base') world = worldFromJson((data as { world: WorldJson }).world);
    if (name === 'record') apply(world, data as TraceRecord);
  }
  return worldToJson(world);
}

describe('the ring', () => {
  it.each([[{ records: 100, characters: 1e9 }], [{ records: 1e9, characters: 20_000 }]])(
    'holds no more than %o, and what is gone lives on in its base',
    (limits) => {
      const ring = new Ring(HEADER, limits);
      for (const record of RECORDS) {
        ring.push(JSON.stringify(record));
        expect(ring.nextSeq - ring.firstSeq).toBeLessThanOrEqual(limits.records);
        expect(ring.characters).toBeLessThanOrEqual(limits.characters);
      }
      expect(ring.nextSeq).toBe(RECORDS.length + 1);
      expect(ring.firstSeq).toBeGreaterThan(1);
      expect(ring.line(ring.firstSeq - 1)).toBeUndefined();
      expect(ring.line(ring.nextSeq)).toBeUndefined();
      const world = ring.base;
      for (let seq = ring.firstSeq; seq < ring.nextSeq; seq += 1) {
        expect(ring.line(seq)).toBe(JSON.stringify(RECORDS[seq - 1]));
        apply(world, RECORDS[seq - 1] as TraceRecord);
      }
      expect(worldToJson(world)).toEqual(worldToJson(WHOLE));
    },
  );
});

describe('a feed', () => {
  it('shows everything to who comes early, and the same to who comes late', async () => {
    const feed = new Feed(HEADER);
    const early = new TestViewer(true);
    feed.attach(early);
    for (const record of RECORDS) feed.push(record);
    await nextTurn();
    const late = new TestViewer(true);
    feed.attach(late);
    feed.end();
    for (const viewer of [early, late]) {
      expect(viewer.events[0]).toMatchObject({ name: 'header', data: HEADER });
      const records = viewer.events.filter(({ name }) => name === 'record');
      expect(records.map(({ id }) => id)).toEqual(RECORDS.map((_, place) => place + 1));
      expect(records.map(({ data }) => data)).toEqual(RECORDS);
      expect(viewer.events.at(-1)?.name).toBe('end');
    }
  });

  it('keeps hardly anything for a viewer that does not read, tells it what it missed, and goes on from there', async () => {
    const feed = new Feed(HEADER, { records: 500, characters: 1e9 });
    const [slow, quick] = [new TestViewer(false), new TestViewer(true)];
    feed.attach(slow);
    feed.attach(quick);
    // Records as large as they come, so that the viewer's room is soon used up.
    const filler = { kind: 'verdict', t: 0, verdict: 'ok', text: 'x'.repeat(5000) } as const;
    let pushed = 0;
    for (const record of [...Array(2000).fill(filler), ...RECORDS] as TraceRecord[]) {
      feed.push(record);
      pushed += 1;
      if (pushed % 50 === 0) await nextTurn();
    }
    await nextTurn();
    const quickRecords = quick.events.filter(({ name }) => name === 'record');
    expect(quickRecords).toHaveLength(pushed);
    // One batch more than the limit, at the most.
    expect(slow.most).toBeLessThan(1024 * 1024 + 257 * 6000);
    slow.read();
    await nextTurn();
    slow.read();
    const bases = slow.events.filter(({ name }) => name === 'base');
    expect(bases).toHaveLength(1);
    const [{ missed }] = bases.map(({ data }) => data) as [{ missed: number }];
    const got = slow.events.filter(({ name }) => name === 'record').length;
    expect(missed).toBeGreaterThan(1000);
    expect(got + missed).toBe(pushed);
    expect(feed.missed).toBe(missed);
    expect(seenBy(slow).nodes).toEqual(seenBy(quick).nodes);
  });

  it('tells who comes after the first records are gone what was before', () => {
    const feed = new Feed(HEADER, { records: 100, characters: 1e9 });
    for (const record of RECORDS) feed.push(record);
    const viewer = new TestViewer(true);
    feed.attach(viewer);
    expect(viewer.events[1]).toMatchObject({
      name: 'base',
      data: { before: RECORDS.length - 100, missed: 0 },
    });
    expect(seenBy(viewer)).toEqual(worldToJson(WHOLE));
  });

  it('forgets a viewer that has gone', async () => {
    const feed = new Feed(HEADER);
    const viewer = new TestViewer(true);
    const detach = feed.attach(viewer);
    expect(feed.viewers).toBe(1);
    detach();
    expect(feed.viewers).toBe(0);
    feed.push(RECORDS[0] as TraceRecord);
    await nextTurn();
    expect(viewer.events.map(({ name }) => name)).toEqual(['header']);
  });
});
