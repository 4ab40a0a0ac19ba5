import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rewrite } from './script.ts';

/** Each script is run anew, and must be answered word by word, millisecond by millisecond, as it was. */
const FOLDER = new URL('./', import.meta.url);
const UPDATES = process.env.UPDATE_GOLDEN === '1';
const HINT = 'if this is as it should be: UPDATE_GOLDEN=1 npx vitest run test/golden, and read the diff';

describe('golden transcripts', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
  it.each(files)('%s', (name) => {
    const file = new URL(name, FOLDER);
    const golden = readFileSync(file, 'utf8');
    const actual = rewrite(golden);
    if (UPDATES) writeFileSync(file, actual);
    else expect(actual, `${name} differs; ${HINT}`).toBe(golden);
  });

  it('would tell of a difference', () => {
    const script = 'cluster n1\nlead n1\n----\n  100 ms  n1 leads term 9\n';
    expect(rewrite(script)).not.toBe(script);
    expect(rewrite(script)).toContain('leads term 1');
  });

  it('refuse a command that there is not', () => {
    expect(() => rewrite('cluster n1\n\nfly n1')).toThrow(/no command "fly n1"/);
  });
});
