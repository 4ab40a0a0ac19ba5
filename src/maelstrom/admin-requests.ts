import * as v from 'valibot';
import type { AdminOperation } from '../../machines/operations.ts';
import { FLAG, INDEX, NAME } from './fields.ts';

/** The requests of operators, as schemas: who belongs to the cluster, and who leads it. */

export const MEMBERS_RULE = 'a list of distinct node names';
const LIST = v.optional(
  v.pipe(
    v.array(NAME, MEMBERS_RULE),
    v.check((names) => new Set(names).size === names.length, MEMBERS_RULE),
    v.transform((names) => names.slice().sort()),
  ),
  [],
);

const isApart = (some: readonly string[], others: readonly string[]) =>
  !some.some((name) => others.includes(name));

const MEMBERS = v.pipe(
  v.object({ local: v.optional(FLAG, false) }),
  v.transform(({ local }) => ({ type: 'members' as const, local })),
);

const CHANGE_MEMBERS = v.pipe(
  v.object({ add: LIST, learners: LIST, remove: LIST, if_index: v.optional(INDEX) }),
  v.check(
    ({ add, learners, remove }) => add.length + learners.length + remove.length > 0,
    'a change: "add", "learners" or "remove" has to name a node',
  ),
  v.forward(
    v.check(({ add, learners }) => isApart(learners, add), 'a list of nodes that "add" does not name'),
    ['learners'],
  ),
  v.forward(
    v.check(
      ({ add, learners, remove }) => isApart(remove, add) && isApart(remove, learners),
      'a list of nodes that neither "add" nor "learners" names',
    ),
    ['remove'],
  ),
  v.transform(({ add, learners, remove, if_index: ifIndex = null }) => ({
    type: 'change_members' as const,
    add,
    learners,
    remove,
    ifIndex,
  })),
);

const TRANSFER_LEADERSHIP = v.pipe(
  v.object({ to: NAME }),
  v.transform(({ to }) => ({ type: 'transfer_leadership' as const, to })),
);

/** By the type of the request. */
export const ADMIN_OPERATIONS: ReadonlyMap<string, v.GenericSchema<unknown, AdminOperation>> = new Map<
  string,
  v.GenericSchema<unknown, AdminOperation>
>([
  ['members', MEMBERS],
  ['change_members', CHANGE_MEMBERS],
  ['transfer_leadership', TRANSFER_LEADERSHIP],
]);
