import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDirectory } from '../../src/host/make-directory.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'actorum-make-'));
});
afterEach(() => rmSync(root, { recursive: true }));

it('makes a directory with all that it lies in, and again', () => {
  const path = join(root, 'a', 'b', 'c');
  makeDirectory(path);
  makeDirectory(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

it('refuses what is a file, or lies in one', () => {
  const file = join(root, 'file');
  writeFileSync(file, '');
  expect(() => makeDirectory(file)).toThrow('EEXIST');
  expect(() => makeDirectory(join(file, 'a'))).toThrow('ENOTDIR');
});

// Node's own recursive mkdir never comes back from here.
it.runIf(existsSync('/proc/self'))('comes to an end where nothing can be made', () => {
  expect(() => makeDirectory('/proc/nothing/here')).toThrow('ENOENT');
});
