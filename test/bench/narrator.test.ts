import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Narrator } from '../../src/bench/narrator.ts';
import { plain } from '../../src/bench/text.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What a terminal shows after all that was written: carriage returns and erased lines carried out. */
function shown(written: string): string[] {
  return written.split('\n').map((line) => line.split('\r\u001b[K').at(-1) ?? '');
}

function narrate(isTTY: boolean, columns: number): string {
  let written = '';
  const write = (text: string): void => {
    written += text;
  };
  const narrator = new Narrator({ isTTY, columns, write }, plain);
  narrator.showProgress([], () => performance.now());
  vi.advanceTimersByTime(600);
  narrator.tell(600, 'n1 leads, term 1\nand more');
  vi.advanceTimersByTime(600);
  narrator.stop();
  narrator.say('done');
  vi.advanceTimersByTime(1000);
  return written;
}

test('on a terminal the last line changes, and leaves nothing behind', () => {
  const written = narrate(true, 24);
  expect(written).toMatch(/\d\.\d s {2}0 ops\/s/);
  expect(shown(written)).toEqual(['   0.6 s  n1 leads, term 1 …', 'done', '']);
  const widest = Math.max(...written.split(/[\r\n]/).map((line) => line.replace('\u001b[K', '').length));
  expect(widest).toBeLessThanOrEqual('   0.6 s  n1 leads, term 1 …'.length);
});

test('in a pipe nothing moves', () => {
  expect(narrate(false, 24)).toBe('   0.6 s  n1 leads, term 1 …\ndone\n');
});
