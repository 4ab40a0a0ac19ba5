import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportPage } from '../../src/report/index.ts';
import { drawOptions } from '../../src/sim/options.ts';
import { logSource } from '../../src/sim/run-source.ts';
import { simulate } from '../../src/sim/simulation.ts';
import { findBrowser, NO_BROWSER, startBrowser, watch } from '../support/browser.ts';
import { LAYOUT, type Layout } from '../support/layout.ts';
import { violatedRun } from './violated-run.ts';

const executable = findBrowser();

describe.skipIf(executable === null)(
  `the report in a browser${executable === null ? ` (${NO_BROWSER})` : ''}`,
  () => {
    let folder = '';
    let browser: Browser;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'report-'));
      browser = await startBrowser(executable ?? '');
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true });
    });

    const write = (name: string, page: string): string => {
      const file = join(folder, name);
      writeFileSync(file, page);
      return pathToFileURL(file).href;
    };

    it.each([
      [400, 'light'],
      [1600, 'dark'],
    ] as const)('asks nobody for anything, and fits, %i px wide, %s', async (width, colorScheme) => {
      const address = write('violated.html', reportPage([violatedRun()]));
      const tab = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const { requests, errors } = watch(tab);
      await tab.goto(address, { waitUntil: 'load' });
      const found = await tab.evaluate<Layout>(LAYOUT);
      await tab.close();
      expect(requests).toEqual([address]);
      expect(errors).toEqual([]);
      expect(found.width).toBeLessThanOrEqual(width);
      expect(found.overlaps).toEqual([]);
      expect(found.outside).toEqual([]);
    });

    it('shows all of it without its script', async () => {
      const address = write('still.html', reportPage([violatedRun()]));
      const context = await browser.newContext({
        javaScriptEnabled: false,
        viewport: { width: 400, height: 900 },
      });
      const tab = await context.newPage();
      await tab.goto(address, { waitUntil: 'load' });
      expect(await tab.locator('.plot').count()).toBe(7);
      expect(await tab.locator('.tools').isVisible()).toBe(false);
      const width = (await tab.locator('.plot.timeline').boundingBox())?.width ?? 0;
      await context.close();
      expect(width).toBeGreaterThan(300);
      expect(width).toBeLessThan(400);
    });

    it('comes closer by keyboard, button and pointer, moves, and shows all of it again', async () => {
      const run = simulate({ ...drawOptions(4), nodes: 3, seconds: 3 });
      const address = write('run.html', reportPage([logSource(run)]));
      const tab = await browser.newPage({ viewport: { width: 1000, height: 900 } });
      const { errors } = watch(tab);
      await tab.goto(address, { waitUntil: 'load' });
      const all = await shown(tab);
      expect(all).toMatch(/^all of it: /);
      await tab.locator('[data-panel="throughput"]').focus();
      await tab.keyboard.press('+');
      const closer = await shown(tab);
      expect(closer).toMatch(/^\d/);
      await tab.keyboard.press('ArrowRight');
      expect(await shown(tab)).not.toBe(closer);
      await tab.keyboard.press('0');
      expect(await shown(tab)).toBe(all);
      await tab.locator('[data-do="in"]').click();
      expect(await shown(tab)).toBe(closer);
      await tab.locator('[data-do="all"]').click();
      const box = await tab.locator('[data-panel="throughput"]').boundingBox();
      if (box === null) throw new Error('the picture has no place');
      const y = box.y + box.height / 2;
      await tab.mouse.move(box.x + 200, y);
      expect(await tab.locator('.cursor').count()).toBeGreaterThan(4);
      expect(await tab.locator('.told').textContent()).toMatch(/^\d[\d.]* s$/);
      await tab.keyboard.down('Shift');
      await tab.mouse.down();
      await tab.mouse.move(box.x + 300, y, { steps: 3 });
      await tab.mouse.up();
      await tab.keyboard.up('Shift');
      const chosen = await shown(tab);
      expect(chosen).toMatch(/^\d/);
      await tab.mouse.down();
      await tab.mouse.move(box.x + 200, y, { steps: 3 });
      await tab.mouse.up();
      const dragged = await shown(tab);
      expect(from(dragged)).toBeGreaterThan(from(chosen));
      await tab.keyboard.down('Control');
      await tab.mouse.wheel(0, 4000);
      await tab.keyboard.up('Control');
      expect(await shown(tab)).toBe(all);
      await tab.locator('[data-panel="timeline"]').focus();
      await tab.keyboard.press('n');
      await expect.poll(() => tab.locator('.told').textContent()).toMatch(/^process \d+: |^none/);
      await tab.close();
      expect(errors).toEqual([]);
    });
  },
);

/** Where the stretch begins that is shown, in seconds. */
function from(stretch: string): number {
  return Number.parseFloat(stretch);
}

/** What the page says it shows, after it has drawn it. */
async function shown(tab: Page): Promise<string> {
  await tab.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  return (await tab.locator('.tools output').first().textContent()) ?? '';
}
