import { amnesia } from './amnesia.ts';
import { backwardStep } from './backward-step.ts';
import { causalSkew } from './causal-skew.ts';
import { commitWait } from './commit-wait.ts';
import type { Experiment } from './experiment.ts';
import { metadata } from './metadata.ts';
import { siblings } from './siblings.ts';
import { skewLoss } from './skew-loss.ts';
import { tombstone } from './tombstone.ts';

/** All experiments, in the order in which one would teach them. */
export const EXPERIMENTS: readonly Experiment[] = [
  skewLoss,
  causalSkew,
  backwardStep,
  tombstone,
  metadata,
  siblings,
  commitWait,
  amnesia,
];
