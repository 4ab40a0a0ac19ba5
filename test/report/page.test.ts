import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { dataOf } from '../../src/report/data.ts';
import { reignsOf } from '../../src/report/draw/elections.ts';
import { reportPage } from '../../src/report/index.ts';
import { pageOf } from '../../src/report/page.ts';
import { recordOf } from '../../src/report/record.ts';
import type { RunSource } from '../../src/report/source.ts';
import { Script, sourceWith } from './history.ts';
import { HOSTILE, violatedRun } from './violated-run.ts';

function parsed(sources: readonly RunSource[]) {
  const html = pageOf(sources.map(recordOf), { text: 'draw();', hash: 'sha256-of-it' });
  return { html, document: parseHTML(html).document };
}

describe('the page of a run', () => {
  it('has a figure for everything over time, with words for those who do not see it', () => {
    const { document } = parsed([violatedRun()]);
    const names = [...document.querySelectorAll('[data-panel]')].map((panel) =>
      panel.getAttribute('data-panel'),
    );
    expect(names).toEqual([
      'faults',
      'throughput',
      'latency',
      'availability',
      'elections',
      'timeline',
      'messages',
    ]);
    for (const picture of document.querySelectorAll('figure svg.plot, figure svg.contradiction')) {
      expect(picture.getAttribute('role')).toBe('img');
      expect(picture.getAttribute('aria-label')?.length).toBeGreaterThan(10);
    }
    for (const panel of document.querySelectorAll('[data-panel]')) {
      expect(panel.getAttribute('tabindex')).toBe('0');
      expect(panel.getAttribute('aria-label')).toBeTruthy();
    }
  });

  it('draws the smallest group that explains a violation, and marks what nothing leaves room for', () => {
    const { document } = parsed([violatedRun()]);
    const deeds = [...document.querySelectorAll('.contradiction rect.deed')];
    expect(deeds.map((deed) => deed.getAttribute('class'))).toEqual([
      'deed writes ok',
      'deed reads ok culprit',
    ]);
    expect(document.querySelector('.violation pre')?.textContent).toContain('is not linearizable');
    expect(document.querySelector('.verdict.bad')?.textContent).toContain('Violated');
  });

  it('says so where there is nothing to draw', () => {
    const wordsOf = (script: Script) => {
      const { document } = parsed([sourceWith(script.history())]);
      expect(document.querySelector('.contradiction')).toBeNull();
      return [...document.querySelectorAll('.empty')].map((text) => text.textContent);
    };
    const [fault, leader, asked, sent] = [
      'nothing was done to the cluster',
      'nobody was seen to lead',
      'nobody asked for anything',
      'nodes sent each other nothing',
    ];
    expect(wordsOf(new Script().fault('pause', 1, ['n1']))).toEqual([leader, asked, sent]);
    expect(wordsOf(new Script().op(0, { f: 'write', value: 1 }, [1, 2]))).toEqual([fault, leader, sent]);
    const { document } = parsed([sourceWith([])]);
    expect(document.querySelectorAll('[data-panel]')).toHaveLength(0);
    expect(document.querySelector('.note')?.textContent).toContain('before anything had happened');
    expect(document.querySelectorAll('.verdict.good')).toHaveLength(1);
  });

  it('keeps hostile words words', () => {
    const { html, document } = parsed([violatedRun()]);
    expect(html.includes('<img'), 'a tag of a key').toBe(false);
    expect(document.querySelectorAll('img, iframe, object, link[href^="http"]')).toHaveLength(0);
    const scripts = [...document.querySelectorAll('script')].map((script) => script.getAttribute('type'));
    expect(scripts).toEqual(['application/json', 'module']);
    const data = JSON.parse(document.querySelector('.run-data')?.textContent ?? '');
    expect(data).toEqual(JSON.parse(JSON.stringify(dataOf(recordOf(violatedRun())))));
    expect(data.operations.texts).toContain('"__proto__"');
    expect(document.querySelector('footer code')?.textContent).toBe(`actorum bench -- ${HOSTILE}`);
  });

  it('may run its own script, by its hash, and nothing else', () => {
    const { document } = parseHTML(reportPage([sourceWith([])]));
    const script = document.querySelector('script[type="module"]')?.textContent ?? '';
    const policy = document.querySelector('meta[http-equiv]')?.getAttribute('content');
    const hash = createHash('sha256').update(script).digest('base64');
    expect(script.length).toBeGreaterThan(5000);
    expect(policy).toBe(
      `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-${hash}'`,
    );
  });

  it('shows both modes of a conflict store, without leaders, and says that writes were lost', () => {
    const lww = { workload: 'lww-kv', mode: 'lww', leaderships: [] } as const;
    const lost = { title: 'lost', text: 'lost', operations: [], culprits: [] };
    const { document } = parsed([
      sourceWith([], { ...lww, contradictions: [lost] }),
      sourceWith([], { ...lww, mode: 'vv' }),
    ]);
    expect(document.querySelectorAll('.run')).toHaveLength(2);
    expect(document.querySelectorAll('[data-panel="elections"]')).toHaveLength(0);
    const verdicts = [...document.querySelectorAll('.verdict b')].map((word) => word.textContent);
    expect(verdicts).toEqual(['Writes were lost', 'All is well']);
  });
});

describe('reigns', () => {
  it('end with the next one, and with the leader itself', () => {
    const history = new Script().fault('kill', 40, ['n2']).fault('kill-end', 50, ['n2']).history();
    const leaderships = [
      { timeMs: 10, node: 'n1', term: 1 },
      { timeMs: 30, node: 'n2', term: 2 },
      { timeMs: 70, node: 'n3', term: 4 },
    ];
    const data = dataOf(recordOf(sourceWith(history, { leaderships, load: { fromMs: 0, toMs: 100 } })));
    expect(reignsOf(data)).toEqual([
      { node: 'n1', term: 1, fromMs: 10, toMs: 30 },
      { node: 'n2', term: 2, fromMs: 30, toMs: 40 },
      { node: 'n3', term: 4, fromMs: 70, toMs: 100 },
    ]);
  });
});
