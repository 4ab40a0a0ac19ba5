import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataOf } from '../../src/lab/data.ts';
import { runLab, surprises } from '../../src/lab/lab.ts';
import { figuresOf, page, tablesOf } from '../../src/lab/report/index.ts';
import { SHIVIZ_PATTERN, shivizLog } from '../../src/lab/report/shiviz.ts';
import { STRATEGIES } from '../../src/lab/strategies/index.ts';
import { findBrowser, NO_BROWSER, startBrowser, watch } from '../support/browser.ts';
import { LAYOUT, type Layout } from '../support/layout.ts';

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));
const MENDED = 'npm run lab';

const results = runLab({ strategies: STRATEGIES, skewMs: 500, nodes: 3, seed: 1 });
const html = page(results);

describe('the lab as it is shown', () => {
  it('comes to the verdicts of theory', () => {
    expect(surprises(results)).toEqual([]);
  });

  it('measures the same data as ever', () => {
    const hashes = dataOf(results).experiments.map((data) => {
      const hash = createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);
      return `${data.name} ${hash}`;
    });
    expect(hashes).toMatchInlineSnapshot(`
      [
        "skew-loss 7ff90dcfd5b1a4c0",
        "causal-skew 57087d0e76c7ea0f",
        "backward-step 1015b6201c29c549",
        "tombstone a71326961b7ed279",
        "metadata 5a8453cc128a93f0",
        "siblings 7978f5de926ea0d1",
        "commit-wait 2d66a4ce0f5ee068",
        "amnesia 84cc5b09fd362596",
      ]
    `);
  });

  it('is what docs/clocks.md shows', () => {
    const figures = figuresOf(results);
    const there = readdirSync(join(DOCS, 'clocks')).sort();
    expect(there, MENDED).toEqual([...figures.map(({ file }) => file), 'tables.md'].sort());
    for (const { file, text } of figures) {
      expect(readFileSync(join(DOCS, 'clocks', file), 'utf8') === text, `${file}: ${MENDED}`).toBe(true);
    }
    const tables = tablesOf(results);
    expect(readFileSync(join(DOCS, 'clocks', 'tables.md'), 'utf8'), MENDED).toBe(tables);
    const text = readFileSync(join(DOCS, 'clocks.md'), 'utf8');
    for (const table of tables.trim().split('\n\n')) expect(text, 'copy it from tables.md').toContain(table);
    for (const { file } of figures) expect(text).toContain(`(clocks/${file})`);
  });

  it('carries its raw data, and a log a story in the format of ShiViz', () => {
    const [, data = ''] = /<script type="application\/json" id="data">(.*)<\/script>/.exec(html) ?? [];
    expect(JSON.parse(data)).toEqual(JSON.parse(JSON.stringify(dataOf(results))));
    const stories = results.found.flatMap(({ finding }) => finding.stories);
    for (const story of stories) {
      const events = [...shivizLog(story).matchAll(new RegExp(SHIVIZ_PATTERN, 'g'))];
      expect(events).toHaveLength(story.events.length);
      for (const { groups } of events) {
        const clock = JSON.parse(groups?.clock ?? '');
        expect(clock[groups?.host ?? '']).toBeGreaterThan(0);
      }
    }
    expect(html.match(/log for ShiViz/g)).toHaveLength(stories.length);
  });
});

const executable = findBrowser();

// `npm run lab` makes the report that is opened here.
describe.skipIf(executable === null)(
  `the report in a browser${executable === null ? ` (${NO_BROWSER})` : ''}`,
  () => {
    let folder = '';
    let browser: Browser;
    let address = '';
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'report-'));
      const file = join(folder, 'lab.html');
      writeFileSync(file, html);
      address = pathToFileURL(file).href;
      browser = await startBrowser(executable ?? '');
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true });
    });

    it.each([
      [400, 'light'],
      [400, 'dark'],
      [1600, 'light'],
      [1600, 'dark'],
    ] as const)(
      'asks nobody for anything, and nothing overflows, %i px wide, %s',
      async (width, colorScheme) => {
        const tab = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
        const { requests, errors } = watch(tab);
        await tab.goto(address, { waitUntil: 'load' });
        const found = await tab.evaluate<Layout>(LAYOUT);
        await tab.close();
        expect(requests).toEqual([address]);
        expect(errors).toEqual([]);
        expect(found.dangling).toEqual([]);
        expect(found.links).toBeGreaterThan(60);
        expect(found.width).toBeLessThanOrEqual(width);
        expect(found.overlaps).toEqual([]);
        expect(found.outside).toEqual([]);
      },
    );
  },
);
