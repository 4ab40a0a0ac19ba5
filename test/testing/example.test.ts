import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The only TypeScript in the guide: the example that readers are told to copy. */
function exampleInTheGuide(): string {
  const guide = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
  const [example, ...others] = [...guide.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
  if (example === undefined || others.length > 0)
    throw new Error('docs/testing.md should have one example in ts');
  return example;
}

describe('the example in docs/testing.md', () => {
  let project: string;

  beforeEach(() => {
    // Somebody else's project, which has installed the package, xstate and fast-check, and nothing else.
    project = mkdtempSync(join(tmpdir(), 'actorum-example-'));
    mkdirSync(join(project, 'node_modules'));
    symlinkSync(ROOT, join(project, 'node_modules', 'actorum'));
    for (const name of ['xstate', 'fast-check']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
    }
  });

  afterEach(() => rmSync(project, { recursive: true }));

  function run(source: string) {
    const { code } = transformSync(source, { loader: 'ts' });
    writeFileSync(join(project, 'turnstile.test.mjs'), code);
    return spawnSync(process.execPath, ['turnstile.test.mjs'], { cwd: project, encoding: 'utf8' });
  }

  it('passes as it stands, against the package as it is built', () => {
    const { status, stdout } = run(exampleInTheGuide());
    expect(stdout).toContain('turnstile | 3 of 3 | 3 of 3 | 0 of 0');
    expect(status, stdout).toBe(0);
  });

  it('fails when its chart is wrong, and tells what had happened', () => {
    const { status, stdout } = run(exampleInTheGuide().replace("push: 'locked', ", "push: 'unlocked', "));
    expect(status).toBe(1);
    expect(stdout).toContain('{"type":"coin"}');
    expect(stdout).toContain('{"type":"push"}');
  });
});
