import { describe, expect, it } from 'vitest';
import type { DiskFailure } from '../../src/actors/ports.ts';
import { Dice } from '../../src/kit/dice.ts';
import { DAMAGED_BYTES, type Damage } from '../../src/sim/damage.ts';
import { SimulatedDrive } from '../../src/sim/drive.ts';
import type { Put } from '../../src/storage/engine.ts';

const DAMAGE: Damage<string> = { torn: (value) => `${value} torn`, flipped: (value) => `${value} flipped` };
const BATCH: readonly Put<string>[] = [
  ['a', '1'],
  ['b', '2'],
  ['c', '3'],
];

/** A drive whose syncs end when they are told to. */
function driveWith(seed: number) {
  const waiting: (() => void)[] = [];
  const drive = new SimulatedDrive<string>(new Dice(seed), DAMAGE, (run) => waiting.push(run));
  const sync = () =>
    waiting.splice(0).forEach((run) => {
      run();
    });
  const commit = (batch: readonly Put<string>[]): (DiskFailure | null)[] => {
    const ends: (DiskFailure | null)[] = [];
    drive.commit(batch, (failure) => ends.push(failure));
    return ends;
  };
  return {
    drive,
    sync,
    commit,
    holds: () => [...drive.range('', '~')].map(([key, value]) => key + value).join(' '),
  };
}

describe('a simulated drive', () => {
  it('shows a batch when it is synced, all of it, and not before', () => {
    const { drive, sync, commit, holds } = driveWith(1);
    const ends = commit(BATCH);
    expect([holds(), ends]).toEqual(['', []]);
    sync();
    expect([holds(), ends]).toEqual(['a1 b2 c3', [null]]);
    commit([['b', null]]);
    sync();
    expect([holds(), [...drive.keys('b', '~')], drive.last('', 'c')]).toEqual(['a1 c3', ['c'], ['a', '1']]);
  });

  it('loses in a crash what was not synced, and the end of that sync never comes', () => {
    const { drive, sync, commit, holds } = driveWith(1);
    const ends = commit(BATCH);
    expect(drive.crash('lost')).toBe(0);
    sync();
    expect([holds(), ends, drive.crash('lost')]).toEqual(['', [], null]);
  });

  it('or keeps the first puts of a batch, as many as may be, and the last of them torn or whole', () => {
    const met = new Set<string>();
    for (let seed = 1; seed <= 200; seed += 1) {
      const { drive, commit, holds } = driveWith(seed);
      commit(BATCH);
      drive.crash('torn');
      met.add(holds());
    }
    expect([...met].sort()).toEqual(
      ['', 'a1', 'a1 torn', 'a1 b2', 'a1 b2 torn', 'a1 b2 c3', 'a1 b2 c3 torn'].sort(),
    );
  });

  it.each(['io', 'sync'] as const)('fails one commit (%s), of which any first part may be there', (kind) => {
    const met = new Set<string>();
    for (let seed = 1; seed <= 100; seed += 1) {
      const { drive, sync, commit, holds } = driveWith(seed);
      drive.failNext(kind);
      const ends = commit(BATCH);
      sync();
      expect(ends).toMatchObject([{ kind }]);
      met.add(holds().split(' ').length.toString() + holds().includes('torn'));
      const after = commit([['z', '9']]);
      sync();
      expect(after).toEqual([null]);
    }
    expect(met.size).toBeGreaterThan(4);
  });

  it('has no room for what is new while it is full, and lets go of what is old', () => {
    const { drive, sync, commit, holds } = driveWith(1);
    commit(BATCH);
    sync();
    drive.isFull = true;
    const ends = [commit([['d', '4']])];
    sync();
    ends.push(commit([['a', null]]));
    sync();
    drive.isFull = false;
    ends.push(commit([['d', '4']]));
    sync();
    expect(ends).toMatchObject([[{ kind: 'full' }], [null], [null]]);
    expect(holds()).toBe('b2 c3 d4');
  });

  it('forgets one bit of one record', () => {
    const { drive, sync, commit, holds } = driveWith(1);
    expect(drive.flipBit()).toBeNull();
    commit(BATCH);
    sync();
    const key = drive.flipBit();
    expect(holds().match(/flipped/g)).toHaveLength(1);
    expect(drive.get(key ?? '')).toMatch(/flipped/);
  });
});

describe('damage to bytes', () => {
  const value = Uint8Array.from({ length: 40 }, (_, i) => i + 1);

  it('leaves the value itself alone, and flips exactly one bit of a copy', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const flipped = DAMAGED_BYTES.flipped(value, new Dice(seed));
      const bits = [...flipped].map(
        (byte, i) => (byte ^ (value[i] as number)).toString(2).replace(/0/g, '').length,
      );
      expect(bits.reduce((sum, count) => sum + count, 0)).toBe(1);
    }
    expect(value[0]).toBe(1);
  });

  it('tears by leaving a first part, and nothing or zeros after it', () => {
    const met = new Set<string>();
    for (let seed = 1; seed <= 50; seed += 1) {
      const torn = DAMAGED_BYTES.torn(value, new Dice(seed));
      const kept = [...torn].findIndex((byte, i) => byte !== value[i]);
      met.add(torn.length < value.length ? 'shorter' : 'zeros');
      expect(
        kept === -1 ? torn.length < value.length : [...torn.slice(kept)].every((byte) => byte === 0),
      ).toBe(true);
    }
    expect(met.size).toBe(2);
  });
});
