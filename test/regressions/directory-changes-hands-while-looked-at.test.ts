import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { holdDirectory } from '../../src/host/data-directory.ts';
import { ownMark } from '../../src/host/process-mark.ts';

/**
 * Two processes could have one directory, if it changed hands while one of them was looking. What is given back is
 * `holder.1`; who had seen that name, and then found no file, went for `holder.2`; who looked only then began with
 * `holder.1`; and each of them succeeded. Likewise one that had looked, and slept while three others came and went,
 * found a low number free, whose mark had been cleared away by the fourth, who has the directory.
 *
 * Cause: a number was taken from what had been seen, and never compared with what was there once it was taken.
 */

const between = vi.hoisted(() => ({ reads: [] as (() => void)[], links: [] as (() => void)[] }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    readFileSync: (...args: Parameters<typeof fs.readFileSync>) => {
      if (/holder\.\d+$/.test(String(args[0]))) between.reads.shift()?.();
      return fs.readFileSync(...args);
    },
    linkSync: (...args: Parameters<typeof fs.linkSync>) => {
      between.links.shift()?.();
      return fs.linkSync(...args);
    },
  };
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'actorum-holders-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Whether this process gets the directory. */
function takes(): boolean {
  try {
    holdDirectory(directory);
    return true;
  } catch (error) {
    expect(String(error)).toContain('is in use by process');
    return false;
  }
}

it('a directory that is given back while two look has one of them', () => {
  between.reads.push(holdDirectory(directory));
  between.links.push(() => {
    // The other one finds no mark, and begins with the first.
    expect(readdirSync(directory).filter((name) => !name.endsWith('.new'))).toEqual([]);
    writeFileSync(join(directory, 'holder.1'), JSON.stringify(ownMark()));
  });
  expect(takes()).toBe(false);
});

it('who looked long ago does not take what another has by now', () => {
  const dead = JSON.stringify({ ...ownMark(), began: '0' });
  writeFileSync(join(directory, 'holder.1'), dead);
  between.links.push(() => {
    rmSync(join(directory, 'holder.1'));
    writeFileSync(join(directory, 'holder.3'), dead);
    writeFileSync(join(directory, 'holder.4'), JSON.stringify(ownMark()));
  });
  expect(takes()).toBe(false);
  expect(readdirSync(directory).sort()).toEqual(['holder.3', 'holder.4']);
  expect(readFileSync(join(directory, 'holder.4'), 'utf8')).toBe(JSON.stringify(ownMark()));
});
