import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeNames } from '../../src/bench/cluster.ts';
import { drawPartition, PARTITION_SHAPES, type Partition } from '../../src/bench/partition.ts';
import { Dice } from '../../src/kit/dice.ts';

const cases = fc.record({ count: fc.integer({ min: 3, max: 9 }), seed: fc.nat(), leader: fc.nat() });

/** Whom each node hears, itself included. */
function hears(nodes: readonly string[], { cut }: Partition): Map<string, Set<string>> {
  const lost = new Set(cut.map(({ src, dest }) => `${src} ${dest}`));
  return new Map(
    nodes.map((dest) => [dest, new Set(nodes.filter((src) => src === dest || !lost.has(`${src} ${dest}`)))]),
  );
}

function draw(shape: Partition['shape'], count: number, seed: number, leader = 0) {
  const nodes = nodeNames(count);
  const partition = drawPartition(shape, nodes, nodes[leader % count], new Dice(seed));
  return { nodes, partition, heard: hears(nodes, partition), majority: Math.floor(count / 2) + 1 };
}

/** Groups of nodes that hear exactly each other; fails when hearing is not mutual. */
function sides(heard: Map<string, Set<string>>): number[] {
  const groups = new Map([...heard.values()].map((group) => [[...group].sort().join(' '), group]));
  for (const [node, group] of heard) for (const other of group) expect(heard.get(other)).toContain(node);
  const sizes = [...groups.values()].map((group) => group.size);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(heard.size);
  return sizes.sort((a, b) => a - b);
}

describe('partitions', () => {
  test('leader: the node that leads is alone, the others together', () => {
    fc.assert(
      fc.property(cases, ({ count, seed, leader }) => {
        const { nodes, heard } = draw('leader', count, seed, leader);
        expect([...(heard.get(nodes[leader % count] as string) as Set<string>)]).toEqual([
          nodes[leader % count],
        ]);
        expect(sides(heard)).toEqual([1, count - 1]);
      }),
    );
  });

  test('leader: without one, any node is alone', () => {
    const nodes = nodeNames(5);
    const alone = new Set(
      Array.from({ length: 60 }, (_, seed) => drawPartition('leader', nodes, undefined, new Dice(seed)).text),
    );
    expect(alone.size).toBe(5);
  });

  test('one: one node is alone, and over many seeds every node is', () => {
    fc.assert(
      fc.property(cases, ({ count, seed }) => {
        expect(sides(draw('one', count, seed).heard)).toEqual([1, count - 1]);
      }),
    );
    const texts = new Set(Array.from({ length: 60 }, (_, seed) => draw('one', 4, seed).partition.text));
    expect(texts.size).toBe(4);
  });

  test('majority: a bare majority on one side', () => {
    fc.assert(
      fc.property(cases, ({ count, seed }) => {
        const { heard, majority } = draw('majority', count, seed);
        expect(sides(heard)).toEqual([count - majority, majority]);
      }),
    );
  });

  test('minority: no side is a majority', () => {
    fc.assert(
      fc.property(cases, ({ count, seed }) => {
        const { heard, majority } = draw('minority', count, seed);
        expect(Math.max(...sides(heard))).toBe(majority - 1 === 0 ? 1 : Math.floor(count / 2));
        expect(Math.max(...sides(heard))).toBeLessThan(majority);
      }),
    );
  });

  test('majorities ring: every node hears a bare majority, no two the same', () => {
    fc.assert(
      fc.property(cases, ({ count, seed }) => {
        const { heard, majority } = draw('majorities-ring', count, seed);
        for (const group of heard.values()) expect(group.size).toBe(majority);
        expect(new Set([...heard.values()].map((group) => [...group].sort().join(' '))).size).toBe(count);
      }),
    );
  });

  test('majorities ring of five: links are whole or cut in both directions', () => {
    const { heard } = draw('majorities-ring', 5, 1);
    for (const [node, group] of heard) for (const other of group) expect(heard.get(other)).toContain(node);
  });

  test('one-way: one node is cut off in one direction only', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(cases, ({ count, seed }) => {
        const { partition, heard } = draw('one-way', count, seed);
        expect(partition.cut.length).toBe(count - 1);
        const deaf = [...heard].filter(([, group]) => group.size === 1);
        kinds.add(deaf.length === 1 ? 'deaf' : 'mute');
        if (deaf.length === 1) expect(new Set(partition.cut.map(({ dest }) => dest)).size).toBe(1);
        else expect(new Set(partition.cut.map(({ src }) => src)).size).toBe(1);
      }),
    );
    expect([...kinds].sort()).toEqual(['deaf', 'mute']);
  });

  test('no node is cut from itself, no link twice, and the same seed draws the same', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(...PARTITION_SHAPES), ({ count, seed }, shape) => {
        const { cut } = draw(shape, count, seed).partition;
        for (const { src, dest } of cut) expect(src).not.toBe(dest);
        expect(new Set(cut.map(({ src, dest }) => `${src} ${dest}`)).size).toBe(cut.length);
        expect(draw(shape, count, seed).partition).toEqual(draw(shape, count, seed).partition);
      }),
    );
  });

  test('two nodes have nothing to draw from', () => {
    expect(() => draw('one', 2, 1)).toThrow(RangeError);
  });
});
