import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { assign, createMachine, emit, setup } from 'xstate';
import { catalogue } from '../../machines/index.ts';
import { readDeclarations } from '../../scripts/declarations.ts';
import { pages } from '../../src/charts/formats/pages.ts';
import { modelOf } from '../../src/charts/model.ts';

const FOLDER = fileURLToPath(new URL('../../docs/charts', import.meta.url));
const REMEDY =
  'a chart has changed and its documentation has not: run `npm run charts` and commit docs/charts';
const files = await pages.files(catalogue.map(modelOf));
const textOf = (name: string) => files.find((file) => file.name === name)?.text ?? '';

describe('docs/charts', () => {
  it.each(files.map(({ name, text }) => [name, text]))('is what the charts are: %s', (name, text) => {
    const committed = readdirSync(FOLDER).includes(name) ? readFileSync(join(FOLDER, name), 'utf8') : '';
    expect(committed === text, `docs/charts/${name}: ${REMEDY}`).toBe(true);
  });

  it('says what the types of events and effects say', () => {
    const file = fileURLToPath(new URL('../../src/charts/declarations.json', import.meta.url));
    const text = `${JSON.stringify(readDeclarations(), null, 2)}\n`;
    expect(readFileSync(file, 'utf8') === text, `src/charts/declarations.json: ${REMEDY}`).toBe(true);
  });

  it('holds nothing else', () => {
    const names = files.map(({ name }) => name);
    const strays = readdirSync(FOLDER).filter((name) => !names.includes(name));
    expect(strays, 'these belong to no chart any more: delete them').toEqual([]);
  });
});

describe('a page', () => {
  const page = (name: string) => textOf(`${name}.md`);

  it('names every state, event, effect, guard and action of its chart, and what it implements', () => {
    for (const entry of catalogue) {
      const { states, events, guards, actions, declared, sources } = modelOf(entry);
      const names = [
        ...states.map(({ path }) => path),
        ...events,
        ...declared.effects.map(({ type }) => type),
        ...guards,
        ...actions.map(({ name }) => name),
      ];
      const text = page(entry.name);
      expect(names.filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
      expect(sources.filter((source) => !text.includes(`- ${source}\n`))).toEqual([]);
    }
  });

  it('tells what an event or effect carries, in the words of its type', () => {
    const row = (name: string, event: string) =>
      page(name)
        .split('\n')
        .find((line) => line.startsWith(`| \`${event}\` |`));
    expect(row('raft', 'vote.request')).toContain('`from: string`, `term: number`');
    expect(row('raft', 'vote.request')).toContain('Paper figure 2, RequestVote.');
    expect(row('raft', 'vote.request')).toContain('`transfer`: The leader itself asked for this campaign');
    expect(row('raft', 'apply')).toContain('`entries: Entry[]`');
    expect(row('raft', 'mayVoteFor')).toContain('One vote a term, to a candidate whose log is up to date');
    expect(row('session', 'isNews')).toContain('The reply shows something later than any before it.');
    expect(row('raft', 'Entry')).toContain('`origin: Origin \\| null`');
  });

  it('says where events are handled, guards asked, and actions done', async () => {
    const machine = setup({
      actions: { note: assign({}), tell: emit({ type: 'told' }) },
      guards: { isSo: () => true },
    }).createMachine({
      id: 'a',
      initial: 'b',
      on: { ping: {} },
      states: {
        b: { exit: 'tell', on: { ping: { guard: 'isSo', target: 'c', actions: 'note' } } },
        c: { always: { guard: 'isSo', target: 'b', actions: 'tell' } },
      },
    });
    const [, drawn] = await pages.files([modelOf({ name: 'a', title: 'A', purpose: 'A test.', machine })]);
    expect(drawn?.text).toContain('| `b` | `ping` | `isSo` | `c` | `note` |  |');
    expect(drawn?.text).toContain('| `ping` |  |  | any state, `b` |');
    expect(drawn?.text).toContain('| `isSo` |  | `ping` in `b`; (at once) in `c` |');
    expect(drawn?.text).toContain('| `note` | updates the context |  | `ping` in `b` |');
    expect(drawn?.text).toContain('| `tell` | emits effects |  | on leaving `b`; (at once) in `c` |');
  });

  it('links only to files that are there', () => {
    const names = files.map(({ name }) => name);
    const links = files
      .filter(({ name }) => name.endsWith('.md'))
      .flatMap(({ text }) => [...text.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1]));
    expect(links.length).toBeGreaterThan(0);
    const local = links.filter((link) => !String(link).startsWith('https://stately.ai/'));
    expect(local.filter((link) => !names.includes(String(link)))).toEqual([]);
  });

  it('keeps its tables whole when a text has a bar in it', async () => {
    const machine = createMachine({ id: 'a', initial: 'b', states: { b: { description: 'this | that' } } });
    const [, drawn] = await pages.files([modelOf({ name: 'a', title: 'A', purpose: 'A test.', machine })]);
    expect(drawn?.text).toContain('| `b` | this \\| that |');
  });
});

describe('the page of all charts', () => {
  const page = textOf('index.html');

  it('has a table of contents, and every chart with its drawing and its tables', () => {
    for (const entry of catalogue) {
      const { name, title, states, guards } = modelOf(entry);
      expect(page).toContain(`<li><a href="#${name}">${title}</a>`);
      expect(page).toContain(`<h2 id="${name}">${title}</h2>`);
      expect(states.filter(({ id }) => !page.includes(`data-state="${id}"`))).toEqual([]);
      expect(guards.filter((guard) => !page.includes(`<td><code>${guard}</code></td>`))).toEqual([]);
    }
  });

  it('needs no network', () => {
    const asked = [...page.matchAll(/(?:src|href)="([^"]*)"|url\(([^)]*)\)|@import|<script/g)].map(
      ([text]) => text,
    );
    expect(asked.length).toBeGreaterThanOrEqual(catalogue.length);
    expect(asked.filter((text) => !text.startsWith('href="#'))).toEqual([]);
  });
});

describe('a definition', () => {
  it.each(catalogue.map((entry) => [entry.name, entry.machine] as const))(
    'makes the same chart again: %s',
    (name, machine) => {
      const text = files.find((file) => file.name === `${name}.json`)?.text ?? '';
      const again = createMachine(JSON.parse(text));
      expect(again.id).toBe(machine.id);
      expect([...again.events].sort()).toEqual([...machine.events].sort());
      expect(JSON.stringify(again.definition)).toBe(JSON.stringify(machine.definition));
    },
  );
});
