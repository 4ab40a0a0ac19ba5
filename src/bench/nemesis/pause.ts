import { Turns, type Whom } from './attendance.ts';
import type { Fault } from './fault.ts';
import { named, type Own } from './grounds.ts';

/**
 * SIGSTOP, and after a while SIGCONT: a node that stands still, as under a long collection of garbage or on a machine
 * that swaps, and goes on without knowing it. A leader that does so is leader no more and does not know that either.
 */
export function pauseFault(own: Own, whom: readonly Whom[]): Fault {
  const { dice, attendance, member, leader } = own;
  const turns = new Turns(whom, dice);
  return {
    name: 'pause',
    strike: () => {
      const nodes = attendance
        .draw(turns.next(), leader(), dice)
        .filter((node) => member(node).isRunning && !member(node).isPaused);
      if (nodes.length === 0) return null;
      attendance.leave(nodes);
      const stopped = nodes.map((node) => member(node).process);
      for (const node of nodes) member(node).pause();
      return {
        nodes,
        text: `pause of ${named(nodes, leader())}`,
        end: () => {
          // Whoever was killed meanwhile stands still no more.
          for (const [place, node] of nodes.entries()) {
            if (member(node).process === stopped[place]) member(node).resume();
          }
          attendance.comeBack(nodes);
          return nodes.length === 1 ? `${nodes[0]} goes on` : `${named(nodes, undefined)} go on`;
        },
      };
    },
  };
}
