import { describe, expect, it } from 'vitest';
import { exchange } from '../../src/lab/script.ts';
import { tell } from '../../src/lab/story.ts';
import { STRATEGIES } from '../../src/lab/strategies/index.ts';
import { NODES, SETTINGS, shownBy } from './histories.ts';

describe('a story', () => {
  // A client's second write once began before its first was noted, took its number, and was lost (actorum lab --seed 4).
  it.each(STRATEGIES.filter(({ keepsSiblings }) => keepsSiblings))(
    'ends a write that waits for nothing before the next deed of the same time: $name',
    (strategy) => {
      const story = tell(
        {
          nodes: NODES,
          skewMs: {},
          latencyMs: 5,
          steps: [
            { type: 'write', atMs: 10, node: 'n1', client: 'a', id: 'w1' },
            { type: 'write', atMs: 10, node: 'n2', client: 'a', id: 'w2' },
            ...exchange(NODES, 20),
          ],
        },
        strategy,
        SETTINGS,
      );
      expect(story.causality.happenedBefore('w1', 'w2')).toBe(true);
      expect(shownBy(story)).toEqual(['w2']);
    },
  );
});
