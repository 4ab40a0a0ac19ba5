import type { Outcome } from '../experiments/experiment.ts';

/** An outcome in a word, and how bad it is. */
export const WORDS: {
  readonly [outcome in Outcome]: { readonly kind: 'good' | 'fair' | 'bad'; readonly word: string };
} = {
  kept: { kind: 'good', word: 'kept' },
  siblings: { kind: 'good', word: 'siblings' },
  refused: { kind: 'good', word: 'refused' },
  dropped: { kind: 'fair', word: 'one dropped' },
  confused: { kind: 'fair', word: 'false conflicts' },
  explodes: { kind: 'fair', word: 'explodes' },
  lost: { kind: 'bad', word: 'lost' },
  diverged: { kind: 'bad', word: 'diverged' },
};
