import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MUTANTS, type Mutant } from './mutants.list.ts';

/**
 * Puts each fault of the list into a copy of the repository, alone, and runs the one test that must notice it.
 * A fault that no test notices survives, and then this fails: `npm run mutants`.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What a test takes at most: a fault may well make it run forever, and is noticed by that. */
const TIMEOUT_MS = 120_000;
const LEFT_OUT = new Set(['node_modules', '.git', 'dist']);

type Verdict = 'noticed' | 'SURVIVED' | 'BROKEN';
type Run = {
  readonly passed: number;
  readonly failed: number;
  readonly timedOut: boolean;
  readonly text: string;
};
type Line = { readonly mutant: Mutant; readonly verdict: Verdict; readonly text: string };

const HELP = `Usage: npm run mutants -- [--only NAME]

Applies each fault of scripts/mutants.list.ts to a copy of the repository and runs the test that must notice it.

  --only NAME   only faults whose name contains NAME
  -h, --help    this text

Exit code: 0 every fault is noticed, 1 one is not or does not fit the sources, 2 wrong usage.
`;

function main(args: readonly string[]): number {
  let only: string;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { only: { type: 'string', default: '' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) {
      process.stdout.write(HELP);
      return 0;
    }
    only = values.only;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nTry: npm run mutants -- --help\n`);
    return 2;
  }
  const mutants = MUTANTS.filter(({ name }) => name.includes(only));
  if (mutants.length === 0) {
    process.stderr.write(
      `no fault's name contains "${only}"; there are: ${MUTANTS.map(({ name }) => name).join(', ')}\n`,
    );
    return 2;
  }
  const copy = copyOfTheTree();
  try {
    const lines = inspect(copy, mutants);
    process.stdout.write(`${table(lines)}\n`);
    return lines.every(({ verdict }) => verdict === 'noticed') ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function copyOfTheTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'actorum-mutants-'));
  cpSync(ROOT, copy, { recursive: true, filter: (path) => path === ROOT || !LEFT_OUT.has(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  // Without the bundle: no test of the list starts one, and building it takes longer than most of them.
  const config = `export default { test: { include: ['test/**/*.test.ts'], testTimeout: ${TIMEOUT_MS}, pool: 'forks' } };\n`;
  writeFileSync(join(copy, 'mutants.config.ts'), config);
  return copy;
}

function inspect(copy: string, mutants: readonly Mutant[]): readonly Line[] {
  const healthy = new Map<string, Run>();
  return mutants.map((mutant, i) => {
    progress(`${i + 1} of ${mutants.length}: ${mutant.name}`);
    const name = `${mutant.test} ${mutant.title}`;
    const before = healthy.get(name) ?? runTest(copy, mutant);
    healthy.set(name, before);
    const line = { mutant, ...judge(copy, mutant, before) };
    progress('');
    return line;
  });
}

function judge(
  copy: string,
  mutant: Mutant,
  before: Run,
): { readonly verdict: Verdict; readonly text: string } {
  if (before.passed === 0) return { verdict: 'BROKEN', text: 'no test has that name' };
  if (before.failed > 0 || before.timedOut) return { verdict: 'BROKEN', text: 'its test fails without it' };
  const path = join(copy, mutant.file);
  const source = readFileSync(path, 'utf8');
  const places = source.split(mutant.search).length - 1;
  if (places !== 1) return { verdict: 'BROKEN', text: `stands ${places} times in ${mutant.file}` };
  // A function as the replacement: a text would have its dollar signs interpreted.
  writeFileSync(
    path,
    source.replace(mutant.search, () => mutant.replace),
  );
  try {
    const after = runTest(copy, mutant);
    if (after.timedOut) return { verdict: 'noticed', text: 'does not end' };
    if (after.failed > 0) return { verdict: 'noticed', text: after.text };
    if (after.passed === 0) return { verdict: 'BROKEN', text: 'the test cannot even be loaded' };
    return { verdict: 'SURVIVED', text: '' };
  } finally {
    writeFileSync(path, source);
  }
}

function runTest(copy: string, { test, title }: Mutant): Run {
  const report = join(copy, 'mutants.report.json');
  rmSync(report, { force: true });
  const pattern = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', test, '--config', 'mutants.config.ts'];
  const options = ['--reporter=json', `--outputFile=${report}`, ...(title === '' ? [] : ['-t', pattern])];
  const { error } = spawnSync(process.execPath, [...vitest, ...options], {
    cwd: copy,
    stdio: 'ignore',
    timeout: TIMEOUT_MS,
  });
  if (error !== undefined) return { passed: 0, failed: 0, timedOut: true, text: '' };
  return readReport(report);
}

/** As far as it is needed here, what vitest's JSON reporter writes. */
type Report = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
};

function readReport(path: string): Run {
  const report: Report = JSON.parse(readFileSync(path, 'utf8'));
  const failed = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    timedOut: false,
    text: failed[0]?.title ?? '',
  };
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function table(lines: readonly Line[]): string {
  const rows = lines.map(
    ({ mutant, verdict, text }) =>
      `| ${mutant.name} | ${mutant.file} | ${verdict} | ${mutant.test} | ${text} |`,
  );
  const noticed = lines.filter(({ verdict }) => verdict === 'noticed').length;
  return [
    '| fault | in | | test | by |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    `${noticed} of ${lines.length} faults are noticed.`,
  ].join('\n');
}

process.exitCode = main(process.argv.slice(2));
