import { StartError } from '../member.ts';
import { Turns, type Whom } from './attendance.ts';
import type { Fault, Strike } from './fault.ts';
import { named, type Own } from './grounds.ts';

/**
 * kill -9, and after a while the same program again, with the same arguments and on the same directory: what was
 * acknowledged must be there. Nobody is given the time to write anything down.
 */
export function killFault(own: Own, whom: readonly Whom[]): Fault {
  const turns = new Turns(whom, own.dice);
  return {
    name: 'kill',
    strike: () => kill(own, own.attendance.draw(turns.next(), own.leader(), own.dice)),
  };
}

/** All at once, as when the power goes: nobody is left who remembers, except the disks. */
export function killAllFault(own: Own): Fault {
  const running = () => own.attendance.members.filter((node) => own.member(node).isRunning);
  return { name: 'kill-all', strike: () => kill(own, running()) };
}

function kill(own: Own, drawn: readonly string[]): Strike | null {
  const { member, attendance, leader } = own;
  // One that is being killed already will come back by the strike that did it.
  const nodes = drawn.filter((node) => member(node).isRunning);
  if (nodes.length === 0) return null;
  const text = `kill -9 of ${named(nodes, leader())}`;
  attendance.leave(nodes);
  const gone = nodes.map((node) => member(node).crash());
  return {
    nodes,
    text,
    end: async () => {
      await Promise.all(gone);
      if (own.abandoned.some(({ aborted }) => aborted))
        return `nobody starts ${named(nodes, undefined)} again`;
      await Promise.all(nodes.map((node) => restart(own, node)));
      attendance.comeBack(nodes);
      return nodes.length === 1 ? `${nodes[0]} runs again` : `${named(nodes, undefined)} run again`;
    },
  };
}

async function restart({ member, note, abandoned }: Own, node: string): Promise<void> {
  try {
    member(node).launch();
    await member(node).introduce(...abandoned);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    note('crash', error.node, `did not come back after kill -9: it ${error.how}`);
  }
}
