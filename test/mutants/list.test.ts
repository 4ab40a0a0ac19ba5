import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from '../../scripts/mutants.list.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** Whoever changes a line that a fault is made of hears of it at once, and not when the faults are next tried. */
describe('the list of faults', () => {
  for (const { name, file, search, replace, test, title } of MUTANTS) {
    it(`fits the sources: ${name}`, () => {
      expect(read(file).split(search).length - 1, `${search} in ${file}`).toBe(1);
      expect(replace).not.toBe(search);
      expect(existsSync(join(ROOT, test)), test).toBe(true);
      expect(read(test)).toContain(title);
    });
  }

  it('gives every fault a name of its own', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });
});
