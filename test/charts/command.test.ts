import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { catalogue } from '../../machines/index.ts';
import { CHARTS_HELP, chartsCommand } from '../../src/charts/command.ts';
import { FORMATS } from '../../src/charts/formats/index.ts';
import { modelOf } from '../../src/charts/model.ts';
import { UsageError } from '../../src/cli/usage.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'charts-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Runs the command and returns what it wrote to stdout. */
async function run(...args: string[]): Promise<string> {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    text += String(piece);
    return true;
  });
  expect(await chartsCommand(args)).toBe(0);
  vi.restoreAllMocks();
  return text;
}

describe('actorum charts', () => {
  it('draws every chart, and only those that are named, in the order of the catalogue', async () => {
    const titles = (text: string) => [...text.matchAll(/^title: (.*)$/gm)].map((match) => match[1]);
    expect(titles(await run())).toEqual(catalogue.map(({ title }) => title));
    expect(titles(await run('linear-register', 'raft'))).toEqual(['Raft', 'Linearizable register']);
  });

  it('prints a definition that other tools can read', async () => {
    expect(JSON.parse(await run('raft', '--format', 'json'))).toMatchObject({
      id: 'raft',
      initial: 'follower',
    });
  });

  it('writes the same bytes in every run', async () => {
    const names = ['session', 'linear-register'];
    const printed = await run(...names, '--format', 'pages', '--out', folder);
    expect(printed.trimEnd().split('\n').sort()).toEqual(
      readdirSync(folder)
        .sort()
        .map((name) => join(folder, name)),
    );
    const read = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const first = read();
    await run(...names, '--format', 'pages', '--out', folder);
    expect(read()).toEqual(first);
    expect(first).toHaveLength(2 + 4 * names.length);
  });

  it('tells of every chart and format', async () => {
    expect(await run('--help')).toBe(CHARTS_HELP);
    for (const { name } of [...catalogue, ...FORMATS]) expect(CHARTS_HELP).toContain(`  ${name} `);
  });

  it.each([
    [
      ['rafft'],
      'there is no chart "rafft"',
      `the charts are ${catalogue.map(({ name }) => name).join(', ')}`,
    ],
    [
      ['--format', 'png'],
      '--format is "png"',
      `--format takes ${FORMATS.map(({ name }) => name).join(', ')}`,
    ],
    [['--colour'], "Unknown option '--colour'", 'try: actorum charts --help'],
  ])('explains wrong usage: %s', async (args, message, hint) => {
    const error = await chartsCommand(args).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message, hint });
  });

  it.each([
    [['actorum.js'], ['charts'], 'charts.js'],
    [['actorum.js', 'charts.js'], ['charts', 'session', '--format', 'svg'], "'elkjs'"],
  ])('says what is missing where only %s was copied', (copied, args, missing) => {
    for (const name of copied) copyFileSync(join(DIST, name), join(folder, name));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const ran = spawnSync(process.execPath, [join(folder, 'actorum.js'), ...args], { encoding: 'utf8' });
    expect([ran.status, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(/^actorum: Cannot find .*; install the package actorum as a whole\n$/);
    expect(ran.stderr).toContain(missing);
  });

  it('explains wrong usage from its own bundle too', () => {
    const ran = spawnSync(process.execPath, [join(DIST, 'actorum.js'), 'charts', 'rafft'], {
      encoding: 'utf8',
    });
    expect([ran.status, ran.stderr.split(';')[0]]).toEqual([2, 'actorum: there is no chart "rafft"']);
  });

  it('explains a folder that cannot be written to', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(chartsCommand(['--out', file])).rejects.toThrow(
      `--out is "${file}", which cannot be written to`,
    );
  });
});

/** The charts that are drawn fastest. */
const SMALL = catalogue.filter(({ name }) => name === 'session' || name === 'linear-register');

describe('every format', () => {
  it.each(FORMATS.map((format) => [format.name, format] as const))(
    '%s makes one text of one chart',
    async (_, format) => {
      const models = () => SMALL.map(modelOf);
      const files = await format.files(models());
      expect(files).toEqual(await format.files(models()));
      expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
      for (const { text } of files) expect(text).toMatch(/[^\n]\n$/);
    },
  );
});
