import { describe, expect, it } from 'vitest';
import type { Versions } from '../../machines/register/versions.ts';
import { refusalOf, VERSIONS_LIMIT_BYTES } from '../../src/actors/sibling-room.ts';
import { STORE_OPERATION_LIMIT_BYTES } from '../../src/maelstrom/receiver.ts';

const MIB = 1024 * 1024;
const NODES = 3;

/** So many live versions, each with a value of so many bytes. */
const siblings = (count: number, bytes: number): Versions =>
  Array.from({ length: count }, (_, place) => {
    const actor = `n1@a/${place + 2}`;
    return { actor, count: 1, version: { value: 'x'.repeat(bytes), vc: [[actor, 1]] } };
  });
const covering = (versions: Versions) => versions.map(({ actor, count }) => [actor, count] as const);

describe('what may stand under one key', () => {
  it('is what fits into a message between nodes', () => {
    expect(VERSIONS_LIMIT_BYTES).toBeLessThanOrEqual(STORE_OPERATION_LIMIT_BYTES);
  });

  it('is not measured while it is small, nor where nothing travels', () => {
    expect(refusalOf(siblings(64, 10), 1000, [], NODES)).toBeNull();
    expect(refusalOf(siblings(3, 10 * MIB), 10 * MIB, [], 1)).toBeNull();
  });

  it('has room for a share of the message for each node, and no more', () => {
    expect(refusalOf([], 5 * MIB, [], NODES)).toBeNull();
    expect(refusalOf([], 6 * MIB, [], NODES)).toMatchObject({ code: 12 });
    expect(refusalOf(siblings(1, 3 * MIB), 2 * MIB, [], NODES)).toBeNull();
    const refusal = refusalOf(siblings(1, 4 * MIB), 2 * MIB, [], NODES);
    expect(refusal).toMatchObject({ code: 11 });
    expect(refusal?.text).toMatch(
      /^the write has no room: 1 versions .* take 41943\d\d bytes, and a node may leave 5570560 /,
    );
  });

  it('has room for a write that replaces what takes it', () => {
    const full = siblings(200, MIB / 20);
    expect(refusalOf(full, 100, [], NODES)).toMatchObject({ code: 11 });
    expect(refusalOf(full, 100, covering(full), NODES)).toBeNull();
    expect(refusalOf(full, 100, covering(full.slice(0, 150)), NODES)).toBeNull();
  });

  it('is counted in bytes of UTF-8', () => {
    const versions: Versions = [{ actor: 'n1@a', count: 1, version: { value: 'ż'.repeat(2 * MIB), vc: [] } }];
    expect(refusalOf(versions, 2 * MIB, [], NODES)).toMatchObject({ code: 11 });
  });
});
