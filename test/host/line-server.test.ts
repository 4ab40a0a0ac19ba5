import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseAddress, serveLines } from '../../src/host/line-server.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'actorum-door-'));
});
afterEach(() => rmSync(root, { recursive: true }));

it('does not clear away what is no socket', async () => {
  const file = join(root, 'precious');
  const link = join(root, 'link');
  writeFileSync(file, 'kept');
  symlinkSync(file, link);
  for (const path of [file, link]) {
    await expect(serveLines({ path }, { onLine() {} })).rejects.toThrow(`${path} is there, and is no socket`);
  }
  expect(readFileSync(link, 'utf8')).toBe('kept');
});

it('takes a bare number for no address: it is neither a path nor a host and a port', () => {
  expect(parseAddress('7001')).toBeNull();
  expect(parseAddress('./7001')).toEqual({ path: './7001' });
});
