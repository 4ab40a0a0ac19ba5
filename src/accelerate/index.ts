/**
 * XState machines, stepped several times faster, with the same results.
 * @module
 */

export { type AccelerateOptions, accelerate, PROVED_AGAINST } from './accelerate.ts';
export { CannotAccelerate } from './refusal.ts';
export { createScope } from './scope.ts';
export { withContext } from './snapshots.ts';
