import type { Dice } from '../../kit/dice.ts';
import type { Member } from '../member.ts';
import type { Network } from '../network.ts';
import type { Attendance } from './attendance.ts';
import type { Injector } from './injector.ts';
import type { Operator, Roster } from './membership.ts';

/** What faults work on. */
export type Grounds = {
  readonly network: Network;
  /** @throws Error when there is no such node */
  readonly member: (node: string) => Member;
  readonly attendance: Attendance;
  /** Who is believed to lead. */
  readonly leader: () => string | undefined;
  readonly injector: Injector;
  readonly operator: Operator;
  readonly roster: Roster;
  /** A node did what it must not. */
  readonly note: (kind: 'crash' | 'progress', node: string, text: string) => void;
  /** Raised when the run is cut short: nothing need be mended any more. */
  readonly abandoned: readonly AbortSignal[];
};

/** What each fault has of its own. */
export type Own = Grounds & { readonly dice: Dice };

/** `n1, n2 and n3` for people, with a word on who leads. */
export function named(nodes: readonly string[], leader: string | undefined): string {
  const words = nodes.map((node) => (node === leader ? `${node} (it leads)` : node));
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
