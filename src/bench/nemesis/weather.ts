import type { Weather } from '../weather.ts';
import type { Fault } from './fault.ts';
import type { Own } from './grounds.ts';

/** What chance does to messages between nodes while a fault of this kind is on. */

const TEXT = {
  loss: 'of the messages between nodes are lost',
  duplicate: 'of the messages between nodes arrive twice',
  reorder: 'of the messages between nodes are held up and overtaken',
};

/**
 * @param share of messages, from 0 to 1
 * @param spreadMs how late at most a message is that is held up, or the copy of one that comes twice
 */
export function weatherFault(
  name: 'loss' | 'duplicate' | 'reorder',
  { network, attendance }: Own,
  share: number,
  spreadMs: number,
): Fault {
  const change = (to: number): Partial<Weather> => ({ [name]: to, spreadMs });
  return {
    name,
    strike: () => {
      network.changeWeather(change(share));
      return {
        nodes: attendance.members.slice(),
        text: `${name}: ${Number((share * 100).toFixed(2))} % ${TEXT[name]}`,
        end: () => {
          network.changeWeather(change(0));
          return `${name} is over`;
        },
      };
    },
  };
}
