import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { assign, createMachine, emit, setup } from 'xstate';
import { catalogue } from '../../machines/index.ts';
import { pages } from '../../src/charts/formats/pages.ts';
import { modelOf } from '../../src/charts/model.ts';

const FOLDER = fileURLToPath(new URL('../../docs/charts', import.meta.url));
const REMEDY =
  'a chart has changed and its documentation has not: run `npm run charts` and commit docs/charts';
const files = pages.files(catalogue.map(modelOf));

describe('docs/charts', () => {
  it.each(files.map(({ name, text }) => [name, text]))('is what the charts are: %s', (name, text) => {
    const committed = readdirSync(FOLDER).includes(name) ? readFileSync(join(FOLDER, name), 'utf8') : '';
    expect(committed === text, `docs/charts/${name}: ${REMEDY}`).toBe(true);
  });

  it('holds nothing else', () => {
    const names = files.map(({ name }) => name);
    const strays = readdirSync(FOLDER).filter((name) => !names.includes(name));
    expect(strays, 'these belong to no chart any more: delete them').toEqual([]);
  });
});

describe('a page', () => {
  const page = (name: string) => files.find((file) => file.name === `${name}.md`)?.text ?? '';

  it('names every state, event, guard and action of its chart', () => {
    for (const entry of catalogue) {
      const { states, events, guards, actions } = modelOf(entry);
      const names = [
        ...states.map(({ path }) => path),
        ...events,
        ...guards,
        ...actions.map(({ name }) => name),
      ];
      const text = page(entry.name);
      expect(names.filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
    }
  });

  it('says where events are handled, guards asked, and actions done', () => {
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
    const [, drawn] = pages.files([modelOf({ name: 'a', title: 'A', purpose: 'A test.', machine })]);
    expect(drawn?.text).toContain('| `b` | `ping` | `isSo` | `c` | `note` |  |');
    expect(drawn?.text).toContain('| `ping` | any state, `b` |');
    expect(drawn?.text).toContain('| `isSo` | `ping` in `b`; (at once) in `c` |');
    expect(drawn?.text).toContain('| `note` | updates the context | `ping` in `b` |');
    expect(drawn?.text).toContain('| `tell` | emits effects | on leaving `b`; (at once) in `c` |');
  });

  it('links only to files that are there', () => {
    const names = files.map(({ name }) => name);
    const links = files
      .filter(({ name }) => name.endsWith('.md'))
      .flatMap(({ text }) => [...text.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1]));
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !names.includes(String(link)))).toEqual([]);
  });

  it('keeps its tables whole when a text has a bar in it', () => {
    const machine = createMachine({ id: 'a', initial: 'b', states: { b: { description: 'this | that' } } });
    const [, drawn] = pages.files([modelOf({ name: 'a', title: 'A', purpose: 'A test.', machine })]);
    expect(drawn?.text).toContain('| `b` | this \\| that |');
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
