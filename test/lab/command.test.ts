import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../src/cli/usage.ts';
import { LAB_HELP, labCommand } from '../../src/lab/command.ts';
import { EXPERIMENTS } from '../../src/lab/experiments/index.ts';
import { runLab, surprises } from '../../src/lab/lab.ts';
import { STRATEGIES } from '../../src/lab/strategies/index.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const QUICK = ['skew-loss', '--strategy', 'wall,dotted'];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Runs the command and returns what it wrote to stdout. What it may say on stderr is nothing. */
async function run(...args: string[]): Promise<string> {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    text += String(piece);
    return true;
  });
  const complaints = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const code = await labCommand(args);
  expect(complaints).not.toHaveBeenCalled();
  expect(code).toBe(0);
  vi.restoreAllMocks();
  return text;
}

describe('actorum lab', () => {
  it('prints the dropped write and its acknowledgement, and the siblings', async () => {
    const text = await run(...QUICK);
    expect(text).toMatch(
      /wall +lost +w2 lost\n +dropped write: w2 by bob at n\d, at \d+ ms .*\n +its acknowledgement: write_ok to bob/,
    );
    expect(text).toMatch(/dotted +siblings +concurrent: w\d and w\d\n/);
    expect(text).not.toContain('lamport');
  });

  it('runs only the experiments that are named, and prints the raw data as JSON alone', async () => {
    const data = JSON.parse(
      await run('tombstone', 'skew-loss', '--json', '--seed', '7', '--skew-ms', '90', '--nodes', '4'),
    );
    expect(data).toMatchObject({
      format: 'actorum-lab',
      version: 1,
      options: { seed: 7, skewMs: 90, nodes: 4 },
    });
    expect(data.experiments.map(({ name }: { name: string }) => name)).toEqual(['skew-loss', 'tombstone']);
    expect(data.experiments[0].stories[0].script.nodes).toEqual(['n1', 'n2', 'n3', 'n4']);
  });

  it('writes the same bytes for the same options, and others for another seed', async () => {
    const file = join(folder, 'not', 'there', 'yet.html');
    const write = async (seed: string) => {
      expect(await run(...QUICK, '--seed', seed, '--out', file)).toContain(`report: ${file}\n`);
      return readFileSync(file, 'utf8');
    };
    const first = await write('3');
    expect(await write('3')).toBe(first);
    expect(await write('4')).not.toBe(first);
  });

  it('tells every option, experiment and strategy in its help', async () => {
    expect(await run('--help')).toBe(LAB_HELP);
    for (const { name } of [...EXPERIMENTS, ...STRATEGIES]) expect(LAB_HELP).toContain(`  ${name} `);
    for (const option of ['strategy', 'skew-ms', 'nodes', 'seed', 'json', 'out', 'figures', 'help']) {
      expect(LAB_HELP).toContain(`--${option}`);
    }
  });

  it.each([
    [
      ['skew'],
      'there is no experiment "skew"',
      `the experiments are ${EXPERIMENTS.map(({ name }) => name).join(', ')}`,
    ],
    [
      ['--strategy', 'wall,dots'],
      '--strategy names "dots"',
      /^the strategies are wall, .*; several are joined by commas$/,
    ],
    [['--nodes', '1'], '--nodes is "1"', '--nodes takes a whole number from 2 to 20'],
    [['--skew-ms', '-5'], /--skew-ms/, /./],
    [['--seed', 'x'], '--seed is "x"', '--seed takes a whole number from 0 to 4294967295'],
    [['--colour'], "Unknown option '--colour'", 'try: actorum lab --help'],
  ])('explains wrong usage: %s', async (args, message, hint) => {
    const error = await labCommand(args).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(message);
    expect((error as UsageError).hint).toMatch(hint);
  });

  it.each(['--out', '--figures'])('explains a place that cannot be written to: %s', async (option) => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await expect(labCommand([...QUICK, option, join(file, 'x')])).rejects.toThrow(
      new RegExp(`^${option} is ".*", which cannot be written: `),
    );
  });

  it('fails with a line for each verdict that is not what theory says', () => {
    const results = runLab({ strategies: STRATEGIES, skewMs: 500, nodes: 3, seed: 1 }, ['skew-loss']);
    const found = results.found.map(({ experiment, finding }) => ({
      experiment,
      finding: {
        ...finding,
        verdicts: finding.verdicts.map((verdict) => ({ ...verdict, expected: ['kept' as const] })),
      },
    }));
    expect(surprises(results)).toEqual([]);
    expect(surprises({ ...results, found })[0]).toBe('skew-loss: wall is "lost" (w2 lost), expected kept');
    expect(surprises({ ...results, found })).toHaveLength(STRATEGIES.length);
  });
});

describe('the bundle of the lab', () => {
  const lab = readdirSync(DIST).filter((name) => /^lab.*\.js$/.test(name));

  it.each([
    [['actorum.js'], [], 'lab.js'],
    [['actorum.js', ...lab], ['--out', 'lab.html'], "'@observablehq/plot'"],
  ])('says what is missing where only %s was copied', (copied, args, missing) => {
    for (const name of copied) copyFileSync(join(DIST, name), join(folder, name));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const ran = spawnSync(process.execPath, [join(folder, 'actorum.js'), 'lab', 'skew-loss', ...args], {
      encoding: 'utf8',
      cwd: folder,
    });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^actorum: Cannot find .*; install the package actorum as a whole\n$/);
    expect(ran.stderr).toContain(missing);
  });

  it('is beside the executable, and not in it', () => {
    expect(readFileSync(join(DIST, 'actorum.js'), 'utf8')).not.toContain('skew-loss');
    expect(readFileSync(join(DIST, 'lab.js'), 'utf8')).not.toContain('@observablehq/plot');
  });

  it('runs from the executable, and explains wrong usage from there too', () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [join(DIST, 'actorum.js'), 'lab', ...args], { encoding: 'utf8' });
    expect(run(...QUICK)).toMatchObject({ status: 0, stderr: '' });
    expect(run('skew')).toMatchObject({ status: 2, stdout: '' });
  });
});
