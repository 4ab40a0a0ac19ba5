import { clientVectors } from './client-vectors.ts';
import { commitWait } from './commit-wait.ts';
import { dotted } from './dotted.ts';
import { hybrid } from './hybrid.ts';
import { lamport } from './lamport.ts';
import { pruned } from './pruned.ts';
import { serverVectors } from './server-vectors.ts';
import type { Strategy } from './strategy.ts';
import { wall } from './wall.ts';

/** All strategies, in the order in which one would teach them. */
export const STRATEGIES: readonly Strategy[] = [
  wall,
  lamport,
  hybrid,
  clientVectors,
  pruned,
  serverVectors,
  dotted,
  commitWait,
];
