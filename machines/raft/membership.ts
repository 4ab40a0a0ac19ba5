/**
 * Who belongs to the cluster. Every list is sorted, and no learner is a voter. `outgoing` is empty except in joint
 * consensus, when a majority of both lists is needed for every decision (thesis section 4.3).
 */
export type Membership = {
  readonly voters: readonly string[];
  readonly outgoing: readonly string[];
  readonly learners: readonly string[];
};
