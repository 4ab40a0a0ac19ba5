import type { Dice } from '../../kit/dice.ts';
import type { NodeProcess } from '../node-process.ts';
import { Turns, WHOM, type Whom } from './attendance.ts';
import type { Fault, FaultName, Strike } from './fault.ts';
import { named, type Own } from './grounds.ts';
import type { Injection } from './injector.ts';

/** Faults inside of nodes, which they do to themselves when they are told. */

/** Every sync of the disk takes longer: on the leader, on one node, on few or on many, by turns. */
export function slowDiskFault(own: Own, delayMs: number): Fault {
  return injected(own, {
    name: 'slow-disk',
    draw: () => ({ sync_delay_ms: delayMs }),
    undo: { sync_delay_ms: null },
    text: (names) => `slow-disk: every sync of ${names} takes ${delayMs} ms`,
    endText: (names) => `the disk of ${names} is as fast as ever`,
  });
}

/** The wall clock jumps, either way, by up to so much, on each struck node by another offset. */
export function clockSkewFault(own: Own, mostMs: number): Fault {
  return injected(own, {
    name: 'clock-skew',
    draw: (dice) => ({ clock_offset_ms: Math.round(dice.between(-mostMs, mostMs)) }),
    undo: { clock_offset_ms: null },
    text: (names, offsets) => `clock-skew: the clock of ${names} is off by ${offsets} ms`,
    endText: (names) => `the clock of ${names} is set back`,
  });
}

type Kind = {
  readonly name: FaultName;
  readonly draw: (dice: Dice) => Injection;
  readonly undo: Injection;
  readonly text: (names: string, values: string) => string;
  readonly endText: (names: string) => string;
};

/** One node that is told, in one of its lives. */
type Target = { readonly node: string; readonly life: NodeProcess; readonly injection: Injection };

function injected(own: Own, kind: Kind): Fault {
  const turns = new Turns(WHOM, own.dice);
  return {
    name: kind.name,
    strike: async (): Promise<Strike | null> => {
      const targets = drawTargets(own, turns.next()).map((node) => ({
        node,
        life: own.member(node).process,
        injection: kind.draw(own.dice),
      }));
      const taken = await Promise.all(
        targets.map(({ node, injection }) => own.injector.inject(node, injection)),
      );
      const nodes = targets.map(({ node }) => node);
      const end = (): Promise<string> => mend(own, kind, targets);
      // Who has not answered may have heard it all the same, and has to be told of the end, too.
      if (!taken.includes(true)) {
        await end();
        return null;
      }
      const values = targets.map(({ injection }) => Object.values(injection).join()).join(', ');
      return { nodes, text: kind.text(named(nodes, own.leader()), values), end };
    },
  };
}

/** A slow node is still there, so any number may be struck. */
function drawTargets({ attendance, leader, dice }: Own, whom: Whom): string[] {
  const { present } = attendance;
  const first = leader();
  if (whom === 'leader' && first !== undefined && present.includes(first)) return [first];
  const half = Math.floor(present.length / 2);
  const size = whom === 'minority' ? Math.max(1, half) : whom === 'majority' ? half + 1 : 1;
  const drawn = dice.shuffled(present).slice(0, size);
  return present.filter((node) => drawn.includes(node));
}

async function mend(own: Own, { name, undo, endText }: Kind, targets: readonly Target[]): Promise<string> {
  const { injector, member, note, abandoned } = own;
  await Promise.all(
    targets.map(async ({ node, life }) => {
      // A process that was killed has taken its faults along.
      const isGone = (): boolean => !life.running || member(node).process !== life;
      const isNeedless = (): boolean => isGone() || abandoned.some(({ aborted }) => aborted);
      if (await injector.insist(node, undo, isNeedless)) return;
      note('progress', node, `did not answer when ${name} was to end`);
    }),
  );
  return endText(
    named(
      targets.map(({ node }) => node),
      undefined,
    ),
  );
}
