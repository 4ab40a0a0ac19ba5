import { createSession, RequestFailed, type Session } from '../client/index.ts';
import type { Dice } from '../kit/dice.ts';
import type { ClientOperation } from './operation.ts';
import { SessionTransport } from './session-transport.ts';
import type { ClientFleet, Performer } from './workers.ts';

/** How often a client goes to another node without any need. */
const MOVE_SHARE = 0.1;
/** How long an operation may take with all its attempts, in patiences of one. */
const DEADLINE = 2;

export type RovingOptions = {
  /** Who belongs to the cluster at present. */
  readonly nodes: () => readonly string[];
  readonly fleet: ClientFleet;
  readonly dice: Dice;
  /** How long a client waits for one answer. */
  readonly timeoutMs: number;
};

/**
 * Clients that carry a session of the client library from node to node: each begins at node i modulo their number,
 * and moves on now and then. Where they are not served they move on by themselves: the library does that.
 */
export function roving(options: RovingOptions): (number: number) => Performer {
  return (number) => {
    const { nodes, fleet, timeoutMs } = options;
    const dice = options.dice.fork();
    const transport = new SessionTransport(fleet.worker(`s${number}`));
    const openAt = (place: number, token: number): Session =>
      createSession({
        transport,
        nodes: [...nodes().slice(place), ...nodes().slice(0, place)],
        token,
        timeoutMs,
        deadlineMs: DEADLINE * timeoutMs,
      });
    let session = openAt(number % nodes().length, 0);
    fleet.over.addEventListener('abort', () => session.close());
    return async (operation) => {
      if (dice.fraction() < MOVE_SHARE) {
        const { token } = session;
        session.close();
        session = openAt(dice.below(nodes().length), token);
      }
      try {
        await perform(session, operation);
      } catch (error) {
        if (!(error instanceof RequestFailed)) throw error;
      }
      return await transport.settle();
    };
  };
}

function perform(session: Session, operation: ClientOperation): Promise<unknown> {
  switch (operation.f) {
    case 'read':
      return session.read(operation.key, { from: 'leader' });
    case 'ryw_read':
      return session.read(operation.key, { from: operation.preferFollower ? 'follower' : 'leader' });
    case 'write':
      return session.write(operation.key, operation.value);
    case 'cas': {
      const { key, from, to, creates } = operation;
      return session.cas(key, from, to, { createIfNotExists: creates });
    }
    case 'echo':
      throw new Error('a session has no echo');
  }
}
