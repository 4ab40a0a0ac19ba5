import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, NO_BROWSER, startBrowser, watch } from '../support/browser.ts';

const ACTORUM = fileURLToPath(new URL('../../dist/actorum.js', import.meta.url));
const RECEIVER = fileURLToPath(new URL('./stately-receiver.ts', import.meta.url));
const LIT_LEADER = '.state[data-state="raft.leader"].active';

const executable = findBrowser();
if (executable === null) process.stderr.write(`test/inspect/page.test.ts is skipped: ${NO_BROWSER}\n`);

describe.skipIf(executable === null)('the page, in a browser', () => {
  let browser: Browser;
  let folder = '';
  const started: ChildProcess[] = [];
  beforeAll(async () => {
    browser = await startBrowser(executable as string);
    folder = mkdtempSync(join(tmpdir(), 'actorum-inspect-'));
  });
  afterAll(async () => {
    for (const child of started) child.kill('SIGKILL');
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts a command that shows itself. @returns the address of its page */
  function show(...args: string[]): Promise<string> {
    const child = spawn(process.execPath, [ACTORUM, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    started.push(child);
    let told = '';
    return new Promise((resolve, reject) => {
      child.stderr.on('data', (chunk) => {
        told += String(chunk);
        const url = /(?:live view|inspect): (http\S+)/.exec(told)?.[1];
        if (url !== undefined) resolve(url);
      });
      child.once('exit', () => reject(new Error(`it ended: ${told}`)));
    });
  }

  /** The one node whose `leader` is lit; waits until there is exactly one, and it is not `butNot`. */
  async function litLeader(page: Page, butNot = ''): Promise<string> {
    const lit = page.locator(`[data-node]:has(${LIT_LEADER})`);
    const nodes = () => lit.evaluateAll((found) => found.map((node) => node.getAttribute('data-node')));
    let leaders: readonly unknown[] = [];
    await expect
      .poll(
        async () => {
          leaders = await nodes();
          return leaders.length === 1 && leaders[0] !== butNot;
        },
        { timeout: 20_000, interval: 30 },
      )
      .toBe(true);
    return String(leaders[0]);
  }

  /** Goes to a share of the run on the timeline. */
  async function scrubTo(page: Page, ms: number): Promise<void> {
    const slider = page.getByRole('slider');
    const [min, max] = await Promise.all(
      ['aria-valuemin', 'aria-valuemax'].map(async (name) => Number(await slider.getAttribute(name))),
    );
    const box = await page.locator('.timeline canvas').boundingBox();
    if (box === null || min === undefined || max === undefined) throw new Error('there is no timeline');
    const label = 40;
    await page.mouse.click(box.x + label + ((box.width - label) * (ms - min)) / (max - min), box.y + 8);
  }

  const shownMs = async (page: Page) => Number(await page.getByRole('slider').getAttribute('aria-valuenow'));

  it('shows one leader, the next one after a partition, and the old one when scrubbed back; nothing leaves the machine', async () => {
    const url = await show(
      ...['bench', '--nodes', '3', '--time', '5', '--rate', '30', '--latency', '3', '--seed', '7', '--quiet'],
      ...['--nemesis', 'partition', '--partition', 'leader', '--nemesis-interval', '2'],
      ...['--store', join(folder, 'store'), '--inspect'],
    );
    const page = await browser.newPage();
    const seen = watch(page);
    await page.goto(url);
    const first = await litLeader(page);
    const firstSeenMs = await shownMs(page);
    const second = await litLeader(page, first);
    expect(second).not.toBe(first);
    const facts = page.locator(`[data-node="${second}"] [data-fact="term"] b`);
    expect(Number(await facts.textContent())).toBeGreaterThan(1);

    await page.locator('[data-do="pause"]').click();
    await scrubTo(page, firstSeenMs);
    expect(await litLeader(page)).toBe(first);
    expect(await page.locator(`.node ${LIT_LEADER}`).count()).toBe(1);
    // The chart beside it is lit as it was then, too.
    await page.locator(`[data-node="${first}"] .title`).click();
    expect(await page.locator('.drawing [data-state="raft.leader"].active').count()).toBe(1);

    await page.locator('[data-do="follow"]').click();
    await page.waitForSelector('[data-status="ended"]', { timeout: 20_000 });
    await page.getByRole('searchbox').fill('partition leader');
    await page.locator('.events-panel li.fault button').last().click();
    expect(await litLeader(page)).toBe(first);
    expect(await page.locator('.badge.cut').count()).toBe(1);
    await page.locator('[data-do="follow"]').click();
    expect(await page.locator('.verdict.ok').textContent()).toMatch(/^LINEARIZABLE/);

    expect(seen.errors).toEqual([]);
    expect(seen.requests.length).toBeGreaterThan(1);
    for (const request of seen.requests) expect(request).toMatch(/^(http:\/\/127\.0\.0\.1:\d+\/|data:)/);
    await page.close();
  });

  it('opens a trace by the file picker, and from inside one self-contained file', async () => {
    const [trace, html] = [join(folder, 'run.jsonl'), join(folder, 'run.html')];
    spawnSync(process.execPath, [ACTORUM, 'sim', '--seed', '3', '--seconds', '3', '--trace', trace]);
    spawnSync(process.execPath, [ACTORUM, 'inspect', trace, '--out', html]);
    const page = await browser.newPage();
    const seen = watch(page);
    await page.goto(pathToFileURL(html).href);
    const records = readFileSync(trace, 'utf8').trimEnd().split('\n').length - 1;
    const moment = () => page.locator('output').getAttribute('data-moment');
    await page.waitForSelector('.verdict.ok');
    expect(await moment()).toBe(String(records));
    await page.keyboard.press('ArrowLeft');
    expect(await moment()).toBe(String(records - 1));
    expect(await page.locator('.verdict').count()).toBe(0);

    await page.locator('input[type=file]').setInputFiles({
      name: 'other.jsonl',
      mimeType: 'application/jsonl',
      buffer: Buffer.from(`${readFileSync(trace, 'utf8').split('\n').slice(0, 40).join('\n')}\n{"kind":"st`),
    });
    await page.waitForSelector('.notices');
    expect(await moment()).toBe('39');
    expect(await page.locator('.notices').textContent()).toBe('line 41 is not JSON');
    expect(seen.errors).toEqual([]);
    expect(seen.requests.filter((request) => !/^(file:|data:)/.test(request))).toEqual([]);
    await page.close();
  });

  it("speaks the protocol of Stately's inspector, as its own library hears it", async () => {
    const trace = join(folder, 'stately.jsonl');
    spawnSync(process.execPath, [
      ACTORUM,
      'sim',
      '--seed',
      '3',
      '--nodes',
      '3',
      '--seconds',
      '1',
      '--trace',
      trace,
    ]);
    const url = await show('inspect', trace);
    const page = await browser.newPage();
    const seen = watch(page);
    const bundle = await build({ entryPoints: [RECEIVER], bundle: true, write: false, format: 'iife' });
    // No network is needed: this stands where the inspector is.
    await page.route('https://stately.ai/inspect', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><script>${bundle.outputFiles[0]?.text}</script>`,
      }),
    );
    await page.goto(`${url}stately`);
    const frame = page.frameLocator('iframe');
    await expect.poll(() => frame.locator('#actors').textContent()).toContain('n1 raft');
    const told = JSON.parse((await frame.locator('#actors').textContent()) ?? '{}');
    expect(Object.keys(told).sort()).toEqual(
      ['n1', 'n2', 'n3'].flatMap((node) => [`${node} io`, `${node} raft`, `${node} requests`]),
    );
    // Three nodes have a chart of each kind, and must not look like one.
    expect(told['n1 raft']).toMatchObject({ name: 'n1 raft', rootId: 'n1 raft' });
    expect(told['n1 raft'].states).toEqual(['candidate', 'follower', 'leader']);
    expect(Object.keys(told['n1 raft'].value)).toHaveLength(1);
    expect(seen.errors).toEqual([]);
    await page.close();
  });
});

describe('the search for a browser', () => {
  it('takes what CHROMIUM names, then what the PATH has, and finds none where none is', () => {
    expect(findBrowser({ CHROMIUM: '/somewhere/chrome', PATH: '' })).toBe('/somewhere/chrome');
    expect(findBrowser({ PATH: '/nowhere:/neither' })).toBeNull();
  });
});
