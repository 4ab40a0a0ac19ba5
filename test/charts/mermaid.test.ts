import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { catalogue } from '../../machines/index.ts';
import { caption, diagramOf } from '../../src/charts/formats/mermaid.ts';
import { modelOf, withInner } from '../../src/charts/model.ts';

/**
 * Mermaid is a browser's library, so it is not asked here. Its grammar of state diagrams (version 11) is: what a
 * diagram may consist of is written down below, narrower than Mermaid takes it.
 */
const NAME = '[A-Za-z]\\w*';
// Mermaid ends a label at a colon, a semicolon or the line's end, and reads marks as its own or as HTML.
const LABEL = '(?:[^:;#"<>{}\\\\]|#\\d+;)+';
const FORMS = {
  open: new RegExp(`^state "(${LABEL})" as (${NAME}) \\{$`),
  state: new RegExp(`^state "(${LABEL})" as (${NAME})$`),
  line: new RegExp(`^(${NAME}) : ${LABEL}$`),
  arrow: new RegExp(`^(${NAME}|\\[\\*\\]) --> (${NAME}|\\[\\*\\])(?: : ${LABEL})?$`),
  close: /^\}$/,
  divider: /^--$/,
};
const RESERVED = [
  'state',
  'note',
  'class',
  'classDef',
  'style',
  'scale',
  'default',
  'click',
  'href',
  'direction',
  'hide',
  'end',
];

/** The faults of a diagram: lines of no known form, unbalanced braces, arrows that would move a state. */
function faultsOf(diagram: string): string[] {
  const [open, title, close, kind, ...lines] = diagram.trimEnd().split('\n');
  const faults: string[] = [];
  if (open !== '---' || !title?.startsWith('title: ') || close !== '---') faults.push('no title');
  if (kind !== 'stateDiagram-v2') faults.push('not a state diagram');
  const home = new Map<string, string>();
  const around = [''];
  for (const line of lines.map((text) => text.trim())) {
    const here = around.at(-1) as string;
    const declared = FORMS.open.exec(line) ?? FORMS.state.exec(line);
    const arrow = FORMS.arrow.exec(line);
    if (declared !== null) {
      const id = declared[2] as string;
      if (home.has(id)) faults.push(`declared twice: ${id}`);
      if (RESERVED.some((word) => word.toLowerCase() === id.toLowerCase())) faults.push(`reserved: ${id}`);
      home.set(id, here);
      if (line.endsWith('{')) around.push(id);
    } else if (FORMS.close.test(line)) around.pop();
    else if (arrow !== null) {
      // An arrow inside a state pulls what it names in there; outside of all states it moves nothing.
      const ends = arrow.slice(1, 3).filter((end) => end !== '[*]');
      const astray = ends.filter((end) => here !== '' && home.has(end) && home.get(end) !== here);
      faults.push(...astray.map((end) => `moved by an arrow: ${end}: ${line}`));
      const starts = arrow[1] === '[*]';
      if (!starts)
        faults.push(...ends.filter((end) => !home.has(end)).map((end) => `unknown: ${end}: ${line}`));
    } else if (!FORMS.line.test(line) && !FORMS.divider.test(line))
      faults.push(`no form of Mermaid's: ${line}`);
  }
  if (around.length !== 1) faults.push('braces do not match');
  return faults;
}

const draw = (config: object) =>
  diagramOf(
    modelOf({ name: 'a', title: 'A', purpose: 'A test.', machine: createMachine({ id: 'a', ...config }) }),
  );

describe('the diagrams of the catalogue', () => {
  it.each(catalogue.map((entry) => [entry.name, modelOf(entry)] as const))('can be drawn: %s', (_, model) => {
    expect(faultsOf(diagramOf(model))).toEqual([]);
  });

  it.each(catalogue.map((entry) => [entry.name, modelOf(entry)] as const))(
    'show every transition: %s',
    (_, model) => {
      const diagram = diagramOf(model);
      const leaving = withInner(model.root).flatMap(({ transitions }) =>
        transitions.filter(({ targets }) => targets.length > 0),
      );
      const starts = withInner(model.root).filter(({ initial }) => initial !== null);
      const ends = withInner(model.root).filter(({ type }) => type === 'final');
      expect(diagram.split('\n').filter((line) => line.includes(' --> '))).toHaveLength(
        leaving.length + starts.length + ends.length,
      );
      const flat = diagram.replace(/\n\s*\w+ : /g, ' ');
      const missing = withInner(model.root).flatMap(({ transitions }) =>
        transitions.map(caption).filter((words) => !flat.includes(words)),
      );
      expect(missing).toEqual([]);
    },
  );
});

describe('a diagram', () => {
  it('nests states, and draws what crosses their borders outside', () => {
    const diagram = draw({
      initial: 'off',
      states: {
        off: { on: { go: 'on.slow' } },
        on: { initial: 'slow', states: { slow: { on: { more: 'fast' } }, fast: { on: { stop: '#a.off' } } } },
      },
    });
    expect(diagram).toBe(`---
title: A
---
stateDiagram-v2
  [*] --> off
  state "off" as off
  state "on" as on {
    [*] --> on_slow
    state "slow" as on_slow
    state "fast" as on_fast
    on_slow --> on_fast : more
  }
  off --> on_slow : go
  on_fast --> off : stop
`);
    expect(faultsOf(diagram)).toEqual([]);
  });

  it('gives a state with states inside a box for what holds in all of them', () => {
    const diagram = draw({
      initial: 'b',
      on: { ping: { actions: 'pong' }, reset: { target: '.b' } },
      states: { b: { initial: 'c', exit: 'close', on: { again: '.c' }, states: { c: {} } } },
    });
    expect(diagram).toContain('  state "in any state" as any\n  any : ping / pong\n');
    expect(diagram).toContain('    state "in any state of b" as b_any\n    b_any : exit / close\n');
    expect(diagram).toContain('    b_any --> b_c : again\n');
    expect(diagram).toContain('  any --> b : reset\n');
    expect(faultsOf(diagram)).toEqual([]);
  });

  it('separates the regions of a parallel state, and ends at final states', () => {
    const diagram = draw({
      type: 'parallel',
      states: { b: { initial: 'c', states: { c: { type: 'final' } } }, d: {} },
    });
    expect(diagram).toContain('  }\n  --\n  state "d" as d\n');
    expect(diagram).toContain('    b_c --> [*]\n');
    expect(faultsOf(diagram)).toEqual([]);
  });

  it("keeps Mermaid's own words and marks out of names and labels", () => {
    const entry = { type: 'say', params: { to: 'a;b#c', as: '<d>' } };
    const diagram = draw({
      initial: 'state',
      states: { state: { entry, on: { 'a:b': 'End' } }, End: {}, any: {} },
    });
    expect(diagram).toContain('state "state" as state_\n');
    expect(diagram).toContain('state "End" as End_\n');
    expect(diagram).toContain('state "any" as any_\n');
    expect(diagram).toContain('  state_ --> End_ : a#58;b\n');
    expect(diagram).not.toContain('<d>');
    expect(faultsOf(diagram)).toEqual([]);
  });

  it('refuses a state that Mermaid cannot name', () => {
    expect(() => draw({ initial: 'not a name', states: { 'not a name': {} } })).toThrow(
      'the state not a name cannot be drawn',
    );
  });
});

describe('the reading of diagrams above', () => {
  const frame = (...lines: string[]) => ['---', 'title: A', '---', 'stateDiagram-v2', ...lines].join('\n');

  it.each([
    ['a --> b : x: y', "no form of Mermaid's"],
    ['state "a" as a {', 'braces do not match'],
    ['state "note" as note', 'reserved'],
    ['state "a" as a\nstate "b" as b {\na --> b_c\n}', 'moved by an arrow'],
    ['a --> b', 'unknown'],
  ])('finds the fault in %s', (lines, fault) => {
    expect(faultsOf(frame(...lines.split('\n')))[0]).toContain(fault);
  });
});
