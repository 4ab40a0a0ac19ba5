import { joinVectors, keepConcurrent } from './concurrent.ts';
import type { Strategy } from './strategy.ts';

export const clientVectors: Strategy = {
  name: 'client-vectors',
  title: 'Version vectors, an entry a client',
  idea: 'Every version carries how many writes of each client its author had seen.',
  keepsSiblings: true,
  countsLives: false,
  joinContexts: joinVectors,
  createReplica: () => keepConcurrent(),
};
