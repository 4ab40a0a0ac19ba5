import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { count } from './closing-line.ts';

const CI = fileURLToPath(new URL('../.ci/run', import.meta.url));

describe('.ci/run', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ci-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function standIn(name: string, commands: string): void {
    writeFileSync(join(folder, name), `#!/bin/bash\n${commands}\n`, { mode: 0o755 });
  }

  /** Runs it with a stand-in for npm, which does `commands`, and one for apt-get, so that nothing is ever installed. */
  function run(commands: string, more: NodeJS.ProcessEnv = {}) {
    standIn('npm', commands);
    standIn('apt-get', `echo "$@" >> ${join(folder, 'installed')}; exit $APT_STATUS`);
    const env = { ...process.env, APT_STATUS: '0', PATH: `${folder}:${process.env.PATH}`, ...more };
    const { status, stdout } = spawnSync(CI, { env, encoding: 'utf8' });
    return [stdout.trimEnd().split('\n').at(-1), status];
  }

  /** The tools that it needs itself, and no browser. */
  function bareMachine(): NodeJS.ProcessEnv {
    for (const tool of ['bash', 'env', 'dirname', 'mktemp', 'rm', 'tee', 'grep', 'tail']) {
      const [file] = spawnSync('which', [tool], { encoding: 'utf8' }).stdout.split('\n');
      symlinkSync(file as string, join(folder, tool));
    }
    return { PATH: folder, CHROMIUM: '' };
  }

  const installed = () =>
    readFileSync(join(folder, 'installed'), { encoding: 'utf8', flag: 'a+' }).trim().split('\n');
  const WELL = '[ "$1" = ci ] || echo "12 passed, 0 failed"';

  it('installs a browser where there is none', () => {
    expect(run(WELL, bareMachine())).toEqual(['12 passed, 0 failed', 0]);
    expect(installed()).toEqual(['update', 'install -y --no-install-recommends chromium']);
  });

  it('does without a browser where none can be installed', () => {
    expect(run(WELL, { ...bareMachine(), APT_STATUS: '100' })).toEqual(['12 passed, 0 failed', 0]);
    expect(installed()).toEqual(['update']);
  });

  it('installs nothing where a browser is named', () => {
    expect(run(WELL, { ...bareMachine(), CHROMIUM: '/somewhere/chrome' })).toEqual([
      '12 passed, 0 failed',
      0,
    ]);
    expect(installed()).toEqual(['']);
  });

  it.each([
    ['all is well', WELL, '12 passed, 0 failed', 0],
    [
      'npm has the last word',
      '[ "$1" = ci ] || { echo "12 passed, 3 failed"; echo "npm error"; exit 1; }',
      '12 passed, 3 failed',
      1,
    ],
    [
      'the packages cannot be installed',
      '[ "$1" = ci ] && exit 4; echo "12 passed, 0 failed"',
      '0 passed, 1 failed',
      4,
    ],
    [
      'lint fails before the tests',
      '[ "$1" = ci ] || { echo "lint error"; exit 3; }',
      '0 passed, 1 failed',
      3,
    ],
    [
      'something fails after the tests',
      '[ "$1" = ci ] || { echo "12 passed, 0 failed"; exit 5; }',
      '12 passed, 1 failed',
      5,
    ],
    ['no test has run', 'exit 0', '0 passed, 1 failed', 1],
    ['failures are passed over', '[ "$1" = ci ] || echo "12 passed, 2 failed"', '12 passed, 2 failed', 1],
  ])('ends with the count, and fails as it must, when %s', (_, commands, line, status) => {
    expect(run(commands)).toEqual([line, status]);
  });
});

describe('the closing line of the tests', () => {
  type Counted = Parameters<typeof count>[0][number];

  /** A file of tests that ended like this, and that many errors of its own and of its suites. */
  function file(states: readonly string[], own = 0, ofSuites = 0): Counted {
    const tests = states.map((state) => ({ result: () => ({ state }) }));
    const suites = [{ errors: () => Array(ofSuites).fill({}) }];
    const children = { allTests: () => tests, allSuites: () => suites };
    return { errors: () => Array(own).fill({}), children } as unknown as Counted;
  }

  it('counts what passed and what failed, and leaves out what was skipped', () => {
    expect(count([file(['passed', 'failed', 'skipped']), file(['passed'])], 0)).toEqual({
      passed: 2,
      failed: 1,
    });
  });

  it('counts what failed outside of a test, so that it cannot go unseen', () => {
    expect(count([file(['passed'], 1, 2)], 3)).toEqual({ passed: 1, failed: 6 });
  });
});
