import { joinVectors, keepConcurrent } from './concurrent.ts';
import type { Strategy } from './strategy.ts';

export const pruned: Strategy = {
  name: 'pruned',
  title: 'Version vectors with a cap',
  idea: 'An entry a client, but a vector that gets too long forgets the entries that were raised longest ago.',
  keepsSiblings: true,
  countsLives: false,
  joinContexts: joinVectors,
  createReplica: ({ settings }) => keepConcurrent(settings.maxEntries),
};
