import type { Dice } from '../kit/dice.ts';

/** Ways to cut a network. Pure: who hears whom is worked out here, and carried out by the network. */

export const PARTITION_SHAPES = [
  'leader',
  'one',
  'majority',
  'minority',
  'majorities-ring',
  'one-way',
] as const;
export type PartitionShape = (typeof PARTITION_SHAPES)[number];

/** What each shape does, for the help. */
export const SHAPE_HELP: { readonly [shape in PartitionShape]: string } = {
  leader: 'the node that leads is cut off (any node, when nobody is known to lead)',
  one: 'any one node is cut off',
  majority: 'a bare majority on one side, everybody else on the other',
  minority: 'every side is a minority: nobody can commit until it heals',
  'majorities-ring': 'every node hears a majority, and no two nodes the same one',
  'one-way': 'one node speaks and hears nobody, or hears everybody and cannot be heard',
};

/** A link that is cut, in one direction: what `src` sends does not reach `dest`. */
export type CutLink = { readonly src: string; readonly dest: string };

export type Partition = {
  readonly shape: PartitionShape;
  readonly cut: readonly CutLink[];
  /** Whom it strikes, in order: who is cut off from the most; everybody when no side is larger than the others. */
  readonly nodes: readonly string[];
  /** For people: `n3 alone | n1 n2 n4 n5`. */
  readonly text: string;
};

/**
 * Draws a partition of the given shape.
 *
 * @param nodes at least three, since two have only one way to part
 * @param leader who is believed to lead; used by the shape `leader` alone
 */
export function drawPartition(
  shape: PartitionShape,
  nodes: readonly string[],
  leader: string | undefined,
  dice: Dice,
): Partition {
  if (nodes.length < 3) throw new RangeError(`a partition needs at least 3 nodes, not ${nodes.length}`);
  const shuffled = dice.shuffled(nodes);
  const majority = Math.floor(nodes.length / 2) + 1;
  switch (shape) {
    case 'leader': {
      const alone = leader !== undefined && nodes.includes(leader) ? leader : dice.pick(nodes);
      return split(shape, nodes, [[alone], nodes.filter((node) => node !== alone)]);
    }
    case 'one':
      return split(shape, nodes, [shuffled.slice(0, 1), shuffled.slice(1)]);
    case 'majority':
      return split(shape, nodes, [shuffled.slice(0, majority), shuffled.slice(majority)]);
    case 'minority':
      return split(shape, nodes, chunks(shuffled, Math.floor(nodes.length / 2)));
    case 'majorities-ring':
      return ring(nodes, shuffled, majority);
    case 'one-way':
      return oneWay(nodes, dice);
  }
}

/** Cuts every link between different groups, both ways. */
function split(
  shape: PartitionShape,
  nodes: readonly string[],
  groups: readonly (readonly string[])[],
): Partition {
  const groupOf = new Map(groups.flatMap((group, place) => group.map((node) => [node, place] as const)));
  const cut = links(nodes).filter(({ src, dest }) => groupOf.get(src) !== groupOf.get(dest));
  const text = groups
    .map((group) => (group.length === 1 ? `${group[0]} alone` : inOrder(group, nodes).join(' ')))
    .join(' | ');
  const sizes = groups.map((group) => group.length).sort((a, b) => b - a);
  const [largest = 0, second = 0] = sizes;
  const struck = groups.filter((group) => largest === second || group.length < largest).flat();
  return { shape, cut, nodes: inOrder(struck, nodes), text };
}

/**
 * The nodes stand in a ring and each hears a window of it, itself in the middle, just large enough to be a
 * majority (Jepsen's majorities-ring). With an even window the links are one-way.
 */
function ring(nodes: readonly string[], shuffled: readonly string[], majority: number): Partition {
  const size = shuffled.length;
  const before = Math.floor(majority / 2);
  const hears = (place: number): Set<string> =>
    new Set(
      Array.from(
        { length: majority },
        (_, step) => shuffled[(place - before + step + size) % size] as string,
      ),
    );
  const cut = shuffled.flatMap((dest, place) => {
    const heard = hears(place);
    return shuffled.filter((src) => !heard.has(src)).map((src) => ({ src, dest }));
  });
  const text = `a ring, each hears ${majority}: ${shuffled.join(' ')}`;
  return { shape: 'majorities-ring', cut, nodes, text };
}

function oneWay(nodes: readonly string[], dice: Dice): Partition {
  const node = dice.pick(nodes);
  const deaf = dice.fraction() < 0.5;
  const cut = links(nodes).filter(({ src, dest }) => (deaf ? dest : src) === node);
  const text = deaf ? `${node} hears nobody` : `nobody hears ${node}`;
  return { shape: 'one-way', cut, nodes: [node], text };
}

function links(nodes: readonly string[]): CutLink[] {
  return nodes.flatMap((src) => nodes.filter((dest) => dest !== src).map((dest) => ({ src, dest })));
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, place) => items.slice(place * size, (place + 1) * size));
}

function inOrder(group: readonly string[], nodes: readonly string[]): string[] {
  return nodes.filter((node) => group.includes(node));
}
