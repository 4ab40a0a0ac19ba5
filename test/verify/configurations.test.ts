import { expect, test } from 'vitest';
import { Configurations } from '../../src/verify/configurations.ts';

test('a configuration is seen only when its words are, though hashes collide', () => {
  // Among this many keys some 40 pairs share all 32 bits of their hash.
  const count = 600_000;
  const seen = new Configurations();
  const key = new Int32Array(3);
  let added = 0;
  for (let round = 0; round < 2; round += 1) {
    for (let i = 0; i < count; i += 1) {
      key[0] = Math.imul(i, 0x9e3779b1);
      key[1] = i >>> 7;
      key[2] = Math.imul(i ^ (i >>> 3), 0x85ebca77);
      if (seen.add(key, 3)) added += 1;
    }
  }
  expect(added).toBe(count);
  expect(seen.size).toBe(count);
});

test('a configuration is not seen because a shorter or longer one was', () => {
  const seen = new Configurations();
  const key = Int32Array.of(0, 0, 0);
  expect([seen.add(key, 1), seen.add(key, 2), seen.add(key, 3), seen.add(key, 2)]).toEqual([
    true,
    true,
    true,
    false,
  ]);
});
