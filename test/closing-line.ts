import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/**
 * A reporter of vitest that ends a run with one plain line, `123 passed, 0 failed`, for whoever reads the output
 * by program. What failed outside of any test (a file that cannot be loaded, an error that nobody caught) counts
 * as one failure each: a run that is not all right never ends with `0 failed`.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const { passed, failed } = count(modules, unhandled.length);
    // After the other reporters' last words, which are written while this run of the event loop lasts.
    setImmediate(() => process.stdout.write(`${passed} passed, ${failed} failed\n`));
  }
}

type Counted = Pick<TestModule, 'errors' | 'children'>;

/** Skipped tests are neither: they say nothing. */
export function count(modules: readonly Counted[], unhandled: number): { passed: number; failed: number } {
  let passed = 0;
  let failed = unhandled;
  for (const module of modules) {
    failed += module.errors().length;
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed += 1;
      if (state === 'failed' || state === 'pending') failed += 1;
    }
  }
  return { passed, failed };
}
