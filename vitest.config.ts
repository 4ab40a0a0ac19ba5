import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The node under test is the bundle that users run, so it is built once, before anything starts.
    globalSetup: ['test/build-once.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/closing-line.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Tests of clusters start several processes each, and two cores are all there may be.
    maxConcurrency: 3,
  },
});
