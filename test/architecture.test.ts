import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, createMachine, StateMachine, setup } from 'xstate';
import { catalogue } from '../machines/index.ts';
import { type ChartFault, chartFaults } from './architecture/chart-rules.ts';
import { codeViolations, MAX_LINES, mirrorViolations } from './architecture/code-rules.ts';
import { floorViolations } from './architecture/floors.ts';
import { importsOf, lineAt, readSources, type Source, sourceOf } from './architecture/sources.ts';
import { report, type Violation } from './architecture/violation.ts';

/** The house's named rules (docs/architecture.md), as far as a program can tell whether they hold. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const sources = readSources(ROOT, ['machines', 'src']);

describe('the house', () => {
  it('keeps its floors: every room imports only what it stands on', () => {
    expect(report(floorViolations(sources))).toBe('');
  });

  it('keeps the named rules that can be read off its text', () => {
    expect(report(codeViolations(sources))).toBe('');
  });

  it('tests every room where the room is', () => {
    const tests = readSources(ROOT, ['test']).map(({ file }) => file);
    const files = sources.map(({ file }) => file);
    expect(
      report(
        mirrorViolations(
          tests.filter((file) => file.endsWith('.test.ts')),
          files,
        ),
      ),
    ).toBe('');
  });

  it('lists every chart in the catalogue', async () => {
    const listed = new Set<unknown>(catalogue.map(({ machine }) => machine));
    const missing: string[] = [];
    for (const { file } of sources.filter((source) => source.file.endsWith('.machine.ts'))) {
      const charts = await chartsOf(file);
      expect(charts.length, `${file} exports a chart`).toBeGreaterThan(0);
      missing.push(...charts.filter((chart) => !listed.has(chart)).map((chart) => `${file}: ${chart.id}`));
    }
    expect(missing, 'add them to the catalogue in machines/index.ts').toEqual([]);
  });

  it.each(catalogue.map((entry) => [entry.name, entry] as const))(
    'draws an honest chart: %s',
    async (_, entry) => {
      const { name, machine } = entry;
      const source = await homeOf(machine);
      expect(machine.id).toBe(name);
      expect(report(chartFaults(machine).map((fault) => locate(source, fault)))).toBe('');
    },
  );
});

describe('the rules', () => {
  /** The rules that a snippet breaks, each with its line: what `report` shows, without the words. */
  function broken(file: string, ...lines: string[]): string[] {
    const source = sourceOf(file, `${lines.join('\n')}\n`);
    return [...floorViolations([source]), ...codeViolations([source])].map(
      ({ rule, line }) => `${line} ${rule}`,
    );
  }

  it.each([
    ['machines/raft/log.ts', "import { Subject } from 'rxjs';", '1 Floors'],
    ['machines/raft/log.ts', "import type { Cell } from '../../src/actors/cell.ts';", '1 Floors'],
    ['machines/raft/log.ts', "import { readFileSync } from 'node:fs';", '1 Floors'],
    ['src/verify/search.ts', "import type { Json } from '../../machines/json.ts';", '1 Floors'],
    ['src/actors/node.ts', "import { wallMs } from '../host/clock.ts';", '1 Floors'],
    ['src/host/lmdb-engine.ts', "import type { Entry } from '../../machines/raft/events.ts';", '1 Floors'],
    [
      'src/maelstrom/codec.ts',
      "import { raftMachine } from '../../machines/raft/raft.machine.ts';",
      '1 Floors',
    ],
    ['src/maelstrom/codec.ts', "export { raftMachine } from '../../machines/index.ts';", '1 Floors'],
    ['src/sim/network.ts', "import { wallMs } from '../host/clock.ts';", '1 Floors'],
    ['src/bench/report.ts', "import { Node } from '../actors/node.ts';", '1 Floors'],
    ['src/charts/mermaid.ts', "import 'node:child_process';", '1 Floors'],
    ['src/charts/mermaid.ts', "const late = import('valibot');", '1 Floors'],
    ['src/charts/mermaid.ts', 'const late = import(name);', '1 Floors'],
    ['src/attic/box.ts', 'export const box = 1;', '1 Floors'],
    ['src/verify/search.ts', "import {\n  a,\n} from '../host/clock.ts';", '1 Floors'],
    ['machines/raft/log.ts', 'const now = Date.now();', '1 Pure chart'],
    ['machines/raft/log.ts', 'const now = performance.now();', '1 Pure chart'],
    ['machines/raft/log.ts', 'const draw = Math.random();', '1 Pure chart'],
    ['machines/raft/log.ts', 'export async function read() {}', '1 Pure chart'],
    ['machines/raft/log.ts', 'const id = process.pid;', '1 Pure chart'],
    ['machines/raft/log.ts', 'setTimeout(run, 5);', '1 Pure chart'],
    ['src/actors/cell.ts', 'const next = machine.transition(snapshot, event, scope);', '1 One gate'],
    ['src/sim/run.ts', "import { createActor } from 'xstate';", '1 One gate'],
    ['src/actors/cell.ts', 'const at = Date.now();', '1 Clocks live in the host'],
    ['src/sim/run.ts', 'const timer = setTimeout(run, 5);', '1 Clocks live in the host'],
    ['src/bench/nemesis.ts', 'const draw = Math.random();', '1 Randomness lives in the host'],
    ['src/cli/node.ts', 'const seed = randomBytes(4);', '1 Randomness lives in the host'],
    ['src/actors/node.ts', "process.stdout.write('hello');", '1 Stdout belongs to the protocol'],
    ['src/sim/run.ts', "console.log('hello');", '1 Stdout belongs to the protocol'],
    ['src/host/log.ts', 'function log(value: any) {}', '1 Checked types'],
    ['src/host/log.ts', 'const list = value as readonly any[];', '1 Checked types'],
    ['src/host/log.ts', 'const a = 1;\n// @ts-expect-error', '2 Nothing unfinished'],
    ['src/host/log.ts', '\n/* TODO: more */', '2 Nothing unfinished'],
    ['src/host/log.ts', 'const a = 1;\n'.repeat(MAX_LINES), `${MAX_LINES + 1} One idea a file`],
  ])('in %s find: %s', (file, snippet, violation) => {
    expect(broken(file, ...snippet.split('\n'))).toEqual([violation]);
  });

  it.each([
    ['machines/raft/log.ts', '// Date.now() and Math.random() are for others, and so is any await.'],
    ['machines/raft/log.ts', "const text = 'no Date, no Promise';"],
    ['machines/raft/log.ts', "import { setup } from 'xstate';"],
    ['src/maelstrom/codec.ts', "import type { raftMachine } from '../../machines/raft/raft.machine.ts';"],
    ['src/maelstrom/codec.ts', "import { type A, type B } from '../../machines/index.ts';"],
    ['src/actors/step.ts', 'const next = machine.transition(snapshot, event, scope);'],
    ['src/host/clock.ts', "import { performance } from 'node:perf_hooks';"],
    ['src/bench/client.ts', 'const timer = setTimeout(run, 5);'],
    ['src/charts/command.ts', "import { UsageError } from '../cli/usage.ts';"],
    ['src/host/log.ts', 'const first = await Promise.any(all);'],
  ])('in %s let pass: %s', (file, snippet) => {
    expect(broken(file, snippet)).toEqual([]);
  });

  it('says where, which rule and what to do', () => {
    const source = sourceOf('src/sim/run.ts', "\nimport { wallMs } from '../host/clock.ts';\n");
    expect(report(floorViolations([source]))).toBe(
      'src/sim/run.ts:2: Floors: src/sim/ may not import src/host/clock.ts: it stands on machines/, src/actors/, src/maelstrom/, src/verify/, src/storage/, src/kit/, src/trace/, src/report/source.ts, src/cli/usage.ts, src/cli/observers.ts',
    );
  });

  it('misses a test that has no room', () => {
    const files = ['machines/raft/log.ts', 'src/host/lines.ts', 'src/main.ts'];
    const tests = [
      'test/raft/log.test.ts',
      'test/machines/raft/log.test.ts',
      'test/host/lines.test.ts',
      'test/main.test.ts',
    ];
    expect(mirrorViolations([...tests, 'test/paper/5-4.test.ts'], files)).toEqual([]);
    const astray = mirrorViolations(['test/rafts/log.test.ts', 'test/log.test.ts'], files);
    expect(astray.map(({ file }) => file)).toEqual(['test/rafts/log.test.ts', 'test/log.test.ts']);
  });
});

describe('reading a source', () => {
  const code = (text: string) => sourceOf('a.ts', text).code;

  it.each([
    ["'a'; // b", "' ';     "],
    ['"it\\"s"; x', '"     "; x'],
    ['a /* b\nc */ d', 'a     \n     d'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template is what is read.
    ['`a ${b + `c`} d`', '`  ${b + ` `}  `'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template is what is read.
    ['`${ {a: {}} } x`', '`${ {a: {}} }  `'],
    ['x = /[\'"/]/g; y', 'x = /     /g; y'],
    ["a / b; 'c / d'", "a / b; '     '"],
    ['return /`/.test(a)', 'return / /.test(a)'],
  ])('blanks comments and strings, and keeps every place: %s', (text, blanked) => {
    expect(code(text)).toBe(blanked);
  });

  it('finds every kind of import, with its line', () => {
    const source = sourceOf(
      'a.ts',
      "import a from 'a';\nimport {\n  b,\n} from \"b\";\nimport 'c';\nexport * from 'd';\nconst e = await import('e');\nimport type { F } from 'f';\nimport type, { g } from 'g';\nexport const text = \"from 'h'\";\n",
    );
    expect(importsOf(source).map(({ specifier, typeOnly, line }) => [specifier, typeOnly, line])).toEqual([
      ['a', false, 1],
      ['b', false, 2],
      ['c', false, 5],
      ['d', false, 6],
      ['e', false, 7],
      ['f', true, 8],
      ['g', false, 9],
    ]);
  });
});

describe('the rules of a chart', () => {
  const description = 'A state.';
  const faults = (machine: AnyStateMachine) =>
    chartFaults(machine).map(({ rule, text }) => `${rule}: ${text}`);
  const workshop = setup({
    actions: { patch: assign({}), patchMore: assign({}) },
    guards: { isSo: () => true },
  });

  it('finds functions in the config', () => {
    const machine = createMachine({
      id: 'a',
      initial: 'b',
      states: { b: { description, entry: () => {}, on: { e: { guard: () => true } } } },
    });
    expect(faults(machine)).toEqual(
      expect.arrayContaining([
        'Honest XState: config.states.b.entry is an inline function: name it in setup',
        'Honest XState: config.states.b.on.e.guard is an inline function: name it in setup',
      ]),
    );
  });

  it.each([
    ['no id', createMachine({}), 'a chart has an id'],
    ['after', createMachine({ id: 'a', after: { 5: {} } }), 'config uses after'],
    ['invoke', createMachine({ id: 'a', invoke: { src: 'b' } }), 'config uses invoke'],
    [
      'history',
      createMachine({ id: 'a', initial: 'b', states: { b: { description, type: 'history' } } }),
      'b is a history state',
    ],
    [
      'no description',
      createMachine({ id: 'a', initial: 'b', states: { b: {} } }),
      'the state b has no description',
    ],
    [
      'an unknown action',
      createMachine({ id: 'a', entry: 'absent' }),
      '"absent" is not among the actions of setup',
    ],
    [
      'an idle action',
      workshop.createMachine({ id: 'a', entry: ['patch'] }),
      '"patchMore" of setup\'s actions is used nowhere',
    ],
    ['an idle guard', workshop.createMachine({ id: 'a' }), '"isSo" of setup\'s guards is used nowhere'],
    [
      'a wildcard beside a guard',
      workshop.createMachine({ id: 'a', on: { e: { guard: 'isSo' }, '*': {} } }),
      'a has a wildcard beside guarded handlers',
    ],
    [
      'an unreachable candidate',
      workshop.createMachine({ id: 'a', on: { e: [{ actions: 'patch' }, { guard: 'isSo' }] } }),
      'what follows the candidate of e without a guard is never reached',
    ],
    [
      'two regions with always',
      workshop.createMachine({
        id: 'a',
        type: 'parallel',
        states: {
          b: { description, always: { guard: 'isSo' } },
          c: { description, initial: 'd', states: { d: { description, always: { guard: 'isSo' } } } },
        },
      }),
      'more than one region of a has eventless transitions',
    ],
  ] as const)('finds %s', (_, machine: AnyStateMachine, text) => {
    expect(faults(machine)).toContainEqual(expect.stringContaining(`Honest XState: `));
    expect(faults(machine)).toContainEqual(expect.stringContaining(text));
  });

  it('finds an action that is of neither kind', () => {
    const machine = setup({ actions: { act: () => {} } }).createMachine({ id: 'a', entry: 'act' });
    expect(faults(machine)).toEqual([
      'Two kinds of action: "act" is made neither by update() nor by effects()',
    ]);
  });

  it('counts the updates of leaving, going and entering', () => {
    const states = {
      b: {
        description,
        initial: 'c',
        on: { inwards: { target: '.c', actions: 'patch' }, out: 'e' },
        states: {
          c: { description, exit: 'patch', on: { across: 'd' } },
          d: { description, entry: 'patch' },
        },
      },
      e: {
        description,
        initial: 'f',
        entry: 'patchMore',
        states: { f: { description } },
        on: { both: { actions: ['patch', 'patchMore'] } },
      },
    } as const;
    const machine = setup({ actions: { patch: assign({}), patchMore: assign({}) } }).createMachine({
      id: 'a',
      initial: 'b',
      states,
    });
    expect(faults(machine)).toEqual([
      'Two kinds of action: in b, a transition on inwards makes 2 updates; one is allowed',
      'Two kinds of action: in b, a transition on out makes 2 updates; one is allowed',
      'Two kinds of action: in b.c, a transition on across makes 2 updates; one is allowed',
      'Two kinds of action: in e, a transition on both makes 2 updates; one is allowed',
    ]);
  });
});

async function chartsOf(file: string): Promise<AnyStateMachine[]> {
  const module: { readonly [name: string]: unknown } = await import(pathToFileURL(join(ROOT, file)).href);
  return Object.values(module).filter((value) => value instanceof StateMachine);
}

async function homeOf(machine: object): Promise<Source> {
  for (const source of sources.filter(({ file }) => file.endsWith('.machine.ts'))) {
    const charts: readonly object[] = await chartsOf(source.file);
    if (charts.includes(machine)) return source;
  }
  throw new Error('a chart of the catalogue is exported by no *.machine.ts file');
}

/** The line on which the name at fault is last written: in the config, after its mention in `setup`. */
function locate({ file, text }: Source, fault: ChartFault): Violation {
  const name = fault.name.replace(/[^\w]/g, '\\$&');
  const places = [...text.matchAll(new RegExp(`(?<![\\w.])${name}(?!\\w)`, 'g'))];
  return { ...fault, file, line: lineAt(text, places.at(-1)?.index ?? 0) };
}
