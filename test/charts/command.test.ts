import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { catalogue } from '../../machines/index.ts';
import { CHARTS_HELP, chartsCommand } from '../../src/charts/command.ts';
import { FORMATS } from '../../src/charts/formats/index.ts';
import { modelOf } from '../../src/charts/model.ts';
import { UsageError } from '../../src/cli/usage.ts';

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
    const printed = await run('--format', 'pages', '--out', folder);
    expect(printed.trimEnd().split('\n').sort()).toEqual(
      readdirSync(folder)
        .sort()
        .map((name) => join(folder, name)),
    );
    const read = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const first = read();
    await run('--format', 'pages', '--out', folder);
    expect(read()).toEqual(first);
    expect(first).toHaveLength(1 + 2 * catalogue.length);
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

  it('explains a folder that cannot be written to', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(chartsCommand(['--out', file])).rejects.toThrow(
      `--out is "${file}", which cannot be written to`,
    );
  });
});

describe('every format', () => {
  it.each(FORMATS.map((format) => [format.name, format] as const))(
    '%s makes one text of one chart',
    (_, format) => {
      const models = () => catalogue.map(modelOf);
      const files = format.files(models());
      expect(files).toEqual(format.files(models()));
      expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
      for (const { text } of files) expect(text).toMatch(/[^\n]\n$/);
    },
  );
});
