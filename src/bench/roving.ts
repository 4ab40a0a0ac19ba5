import { isServed } from './operation.ts';
import type { Random } from './random.ts';
import type { ClientFleet, Performer } from './workers.ts';

/** How often a client goes to another node without any need. */
const MOVE_SHARE = 0.1;

/**
 * Clients that carry a session from node to node: each begins at node i modulo their number, moves on now and then,
 * and whenever it was not served. What it has been shown, it asks of the next node as a token.
 */
export function roving(
  nodes: readonly string[],
  fleet: ClientFleet,
  random: Random,
): (number: number) => Performer {
  return (number) => {
    const worker = fleet.worker(`s${number}`);
    const chance = random.fork();
    let place = number % nodes.length;
    let token = 0;
    const move = (): void => {
      place = (place + 1 + chance.below(Math.max(1, nodes.length - 1))) % nodes.length;
    };
    return async (operation) => {
      if (chance.fraction() < MOVE_SHARE) move();
      const sent = operation.f === 'ryw_read' ? { ...operation, token } : operation;
      const outcome = await worker.do(sent, nodes[place] as string);
      if (outcome.type === 'ok') token = Math.max(token, outcome.shownIndex ?? 0);
      else if (!isServed(outcome)) move();
      return outcome;
    };
  };
}
