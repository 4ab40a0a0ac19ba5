import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Disk, DiskFailure } from '../../src/actors/ports.ts';
import { FaultDoor } from '../../src/cli/fault-door.ts';
import { SlowDisk } from '../../src/cli/slow-disk.ts';

describe('the way in for faults', () => {
  const USUAL = { clockOffsetMs: 40, syncDelayMs: 3 };
  const open = () => {
    const said: object[] = [];
    const door = new FaultDoor(USUAL, (src, dest, body) => said.push({ src, dest, body }));
    const tell = (body: object, src: unknown = 'c9') =>
      door.take([{ text: JSON.stringify({ src, dest: 'n1', body }) }]);
    return { door, said, tell };
  };

  test('what is said holds, what is not said stays, and null is what it began with', () => {
    const { door, said, tell } = open();
    expect([door.clockOffsetMs, door.syncDelayMs]).toEqual([40, 3]);
    expect(tell({ type: 'inject', msg_id: 4, clock_offset_ms: -500 })).toEqual([]);
    expect([door.clockOffsetMs, door.syncDelayMs]).toEqual([-500, 3]);
    tell({ type: 'inject', msg_id: 5, sync_delay_ms: 70 });
    tell({ type: 'inject', clock_offset_ms: null });
    expect([door.clockOffsetMs, door.syncDelayMs]).toEqual([40, 70]);
    // The last had no msg_id, and so no answer.
    expect(said).toEqual([
      { src: 'n1', dest: 'c9', body: { type: 'inject_ok', in_reply_to: 4 } },
      { src: 'n1', dest: 'c9', body: { type: 'inject_ok', in_reply_to: 5 } },
    ]);
  });

  test.each([
    [{ clock_offset_ms: 'soon' }, '"clock_offset_ms"'],
    [{ clock_offset_ms: 1, sync_delay_ms: -1 }, '"sync_delay_ms"'],
    [{ sync_delay_ms: 1e9 }, 'a number from 0 to 60000'],
  ])('%j is refused, and nothing changes', (fields, text) => {
    const { door, said, tell } = open();
    expect(tell({ type: 'inject', msg_id: 1, ...fields })).toEqual([]);
    expect(said).toMatchObject([{ body: { type: 'error', code: 12, in_reply_to: 1 } }]);
    expect(JSON.stringify(said)).toContain(text.replaceAll('"', ''));
    expect([door.clockOffsetMs, door.syncDelayMs]).toEqual([40, 3]);
  });

  test('lines that speak of something else pass, as they are and in order', () => {
    const { door, said } = open();
    const lines = [
      '{"src":"c1","dest":"n1","body":{"type":"write","key":"inject","value":1,"msg_id":1}}',
      '"inject"',
      '{"inject"',
      '{"src":"c1","dest":"n1","body":{"type":"inject","msg_id":2}}',
      '{"src":3,"dest":"n1","body":{"type":"inject","msg_id":2}}',
      '{"src":"n2","dest":"n1","body":{"type":"append.request"}}',
    ].map((text) => ({ text }));
    expect(door.take(lines)).toEqual(lines.filter((_, place) => place !== 3));
    expect(said).toHaveLength(1);
  });
});

describe('a slow disk', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const slowed = (failure: DiskFailure | null = null) => {
    let delayMs = 0;
    let syncs = 0;
    const log: string[] = [];
    const inner: Disk = {
      write: ({ type }) => log.push(type),
      sync: (done) => {
        syncs += 1;
        done(failure);
      },
      checkpoint: (_, __, done) => done(null),
      openSnapshot: () => null,
    };
    const disk = new SlowDisk(
      inner,
      () => delayMs,
      (ms, fire) => setTimeout(fire, ms),
    );
    const startMs = performance.now();
    return {
      slow: (ms: number) => {
        delayMs = ms;
      },
      sync: (name: string) =>
        disk.sync((how) =>
          log.push(`${name} at ${Math.round(performance.now() - startMs)} ${how?.kind ?? ''}`),
        ),
      log,
      syncs: () => syncs,
    };
  };

  test('without a delay is the disk itself', () => {
    const { sync, log } = slowed();
    sync('a');
    expect(log).toEqual(['a at 0 ']);
  });

  test('takes its time for one sync after the other, and the next covers all that waited', async () => {
    const { sync, slow, log, syncs } = slowed();
    slow(50);
    sync('a');
    await vi.advanceTimersByTimeAsync(20);
    sync('b');
    sync('c');
    await vi.advanceTimersByTimeAsync(200);
    expect(log).toEqual(['a at 50 ', 'b at 100 ', 'c at 100 ']);
    expect(syncs()).toBe(2);
  });

  test('when it is fast again, nothing passes what still waits', async () => {
    const { sync, slow, log } = slowed();
    slow(50);
    sync('a');
    slow(0);
    sync('b');
    await vi.advanceTimersByTimeAsync(60);
    sync('c');
    expect(log.map((line) => line[0])).toEqual(['a', 'b', 'c']);
  });

  test('hands on a failure', async () => {
    const { sync, slow, log } = slowed({ kind: 'sync', text: 'gone' });
    slow(5);
    sync('a');
    await vi.advanceTimersByTimeAsync(10);
    expect(log).toEqual(['a at 5 sync']);
  });
});
