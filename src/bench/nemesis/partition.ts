import { drawPartition, PARTITION_SHAPES, type PartitionShape } from '../partition.ts';
import { Turns } from './attendance.ts';
import type { Fault } from './fault.ts';
import { named, type Own } from './grounds.ts';

const MIN_NODES = 3;

/**
 * Links between nodes are cut.
 * @param shape the one to use; `any` goes through all of them, the leader's first
 */
export function partitionFault(own: Own, shape: PartitionShape | 'any'): Fault {
  const { dice } = own;
  // Losing the leader is what most faults come down to, so a short run sees at least that.
  const others = PARTITION_SHAPES.filter((other) => other !== 'leader');
  const turns = new Turns<PartitionShape>(
    shape === 'any' ? ['leader', ...dice.shuffled(others)] : [shape],
    dice,
  );
  return cutting('partition', own, turns);
}

/** One node speaks and hears nobody, or hears everybody and cannot be heard. */
export function oneWayFault(own: Own): Fault {
  return cutting('one-way-partition', own, new Turns<PartitionShape>(['one-way'], own.dice));
}

function cutting(name: 'partition' | 'one-way-partition', own: Own, turns: Turns<PartitionShape>): Fault {
  const { network, attendance, leader, dice } = own;
  return {
    name,
    strike: () => {
      const { members } = attendance;
      if (members.length < MIN_NODES) return null;
      const { shape, cut, nodes, text } = drawPartition(turns.next(), members, leader(), dice);
      const mend = network.cut(cut);
      const why = shape === 'leader' && leader() !== undefined ? ' (it leads)' : '';
      return {
        nodes,
        text: name === 'partition' ? `partition (${shape}): ${text}${why}` : `one-way-partition: ${text}`,
        end: () => {
          mend();
          if (network.cutLinks.length === 0) return 'the network is whole again';
          return `${named(nodes, undefined)}: these cuts are mended, others are not`;
        },
      };
    },
  };
}
