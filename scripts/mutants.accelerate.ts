import type { Mutant } from './mutants.list.ts';

/** Faults of the accelerator: what it could have learnt wrong, or replay wrong. */

const RANDOM_MACHINES = { test: 'test/accelerate/properties.test.ts', title: 'in the mode' } as const;
const PROGRAMS = 'test/accelerate/programs.test.ts';
const ACCELERATE = 'test/accelerate/accelerate.test.ts';

export const ACCELERATOR_MUTANTS: readonly Mutant[] = [
  {
    name: 'accelerator: entry order',
    file: 'src/accelerate/recording.ts',
    search: 'this.operations.push(operation);',
    replace: 'this.operations.unshift(operation);',
    ...RANDOM_MACHINES,
  },
  {
    name: 'accelerator: eventless re-selection',
    file: 'src/accelerate/run.ts',
    search: 'asksEventless = eventless === null || changed;',
    replace: 'asksEventless = eventless === null;',
    ...RANDOM_MACHINES,
  },
  {
    name: 'accelerator: wildcard priority',
    file: 'src/accelerate/twin.ts',
    search: 'return this.#machine.getTransitionData(snapshot, { type });',
    replace: "return this.#machine.getTransitionData(snapshot, { type: '*' });",
    ...RANDOM_MACHINES,
  },
  {
    name: 'accelerator: forgotten exit action',
    file: 'src/accelerate/twin.ts',
    search: "node.exit = this.#telling(node.exit, place.at('exit'));",
    replace: "node.exit = this.#telling(node.exit, place.at('exit')).slice(1);",
    ...RANDOM_MACHINES,
  },
  {
    name: 'accelerator: region order',
    file: 'src/accelerate/plans.ts',
    search: 'const orders = snapshot._nodes.map(({ order }) => order);',
    replace: 'const orders = snapshot._nodes.map(({ order }) => order).sort((a, b) => a - b);',
    ...RANDOM_MACHINES,
  },
  {
    name: 'accelerator: one plan for different transitions',
    file: 'src/accelerate/twin.ts',
    search: 'return transitions.map((transition) => this.#numbers.get(transition)).join();',
    replace: 'return String(transitions.map((transition) => this.#numbers.get(transition))[0]);',
    ...RANDOM_MACHINES,
  },
  {
    name: 'accelerator: a limit of one less',
    file: 'src/accelerate/run.ts',
    search: 'if (iteration > limit)',
    replace: 'if (iteration >= limit)',
    ...RANDOM_MACHINES,
  },
  {
    name: 'accelerator: the error of a guard as it was thrown',
    file: 'src/accelerate/run.ts',
    search: 'throw this.#plans.errorOf(choice, error);',
    replace: 'throw error;',
    ...RANDOM_MACHINES,
  },
  {
    name: 'accelerator: the output of a done event',
    file: 'src/accelerate/run.ts',
    search: 'output instanceof Slot ? this.#slots?.[output.index] : output',
    replace: 'output instanceof Slot ? undefined : output',
    ...RANDOM_MACHINES,
  },
  {
    name: 'accelerator: done events after all actions',
    file: 'src/accelerate/recording.ts',
    search: 'this.#queue = queue;\n    this.notice();',
    replace: 'this.#queue = queue;',
    test: ACCELERATE,
    title: 'when a region is done before',
  },
  {
    name: 'accelerator: an assignment that makes no new snapshot',
    file: 'src/accelerate/run.ts',
    search: 'return this.#assigned || plan.isNew;',
    replace: 'return plan.isNew;',
    ...RANDOM_MACHINES,
  },
  {
    name: 'accelerator: memory without bound',
    file: 'src/accelerate/plans.ts',
    search: 'if (this.#size >= this.#limit) this.#forget();',
    replace: '',
    test: ACCELERATE,
    title: 'holding no more than its limit',
  },
  {
    name: 'accelerator: a snapshot of another machine',
    file: 'src/accelerate/accelerate.ts',
    search: "if (snapshot.machine !== machine || snapshot.status !== 'active') return false;",
    replace: "if (snapshot.status !== 'active') return false;",
    test: ACCELERATE,
    title: 'on snapshots that it did not make',
  },
  {
    name: 'accelerator: any version of xstate',
    file: 'src/accelerate/accelerate.ts',
    search: 'if (version !== PROVED_AGAINST) {',
    replace: "if (version === '') {",
    test: 'test/accelerate/refusals.test.ts',
    title: 'accelerate warns once',
  },
  {
    name: 'accelerator: inherited fields are taken for own ones',
    file: 'src/accelerate/shapes.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text that is looked for.
    search: ' && hasOwn.call(${record}, name)',
    replace: '',
    test: PROGRAMS,
    title: 'leaves alone what a patch or a context inherits',
  },
  {
    name: 'accelerator: a program that forgets what an update changed',
    file: 'src/accelerate/shapes.ts',
    search: 'shape.includes(key) ? patch : context',
    replace: 'context',
    test: PROGRAMS,
    title: 'is no way into a prototype',
  },
  {
    name: 'accelerator: a program that takes any context for the one that it was made for',
    file: 'src/accelerate/shapes.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text that is looked for.
    search: 'if (n === ${keys.length}) { ${nested} }',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text that is put there.
    replace: '{ ${nested} }',
    test: PROGRAMS,
    title: 'copies contexts',
  },
  {
    name: 'accelerator: a program that takes any patch for the first one',
    file: 'src/accelerate/shapes.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text that is looked for.
    search: 'if (n === ${shape.length}) ${into} =',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text that is put there.
    replace: '${into} =',
    test: PROGRAMS,
    title: 'takes patches',
  },
  {
    name: 'accelerator: a program that takes a wrong turn',
    file: 'src/accelerate/program.ts',
    search: 'const next = answer ? choice.yes : choice.no;',
    replace: 'const next = choice.yes ?? choice.no;',
    test: PROGRAMS,
    title: 'goes the way',
  },
  {
    name: 'accelerator: a program that throws what a guard threw',
    file: 'src/accelerate/program.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text that is looked for.
    search: 'throw at === null ? error : ${this.#hands}.errorOf(at, error);',
    replace: 'throw error;',
    test: PROGRAMS,
    title: 'throws what a guard threw',
  },
  {
    name: 'accelerator: a program that takes what an update threw for what a guard threw',
    file: 'src/accelerate/program.ts',
    search: "this.#source.add('at = null;');\n      this.#take",
    replace: 'this.#take',
    test: PROGRAMS,
    title: 'throws what a guard threw',
  },
  {
    name: 'accelerator: a program that hands over without what it has changed',
    file: 'src/accelerate/programs.ts',
    search: 'reached,\n          context,\n',
    replace: 'reached,\n          snapshot.context,\n',
    test: PROGRAMS,
    title: 'goes on with eventless',
  },
  {
    name: 'accelerator: a program that asks again what it has asked already',
    file: 'src/accelerate/programs.ts',
    search: '.proceed(choice),',
    replace: '.complete(),',
    ...RANDOM_MACHINES,
  },
  {
    name: 'accelerator: a program that looks for eventless transitions once too often',
    file: 'src/accelerate/program.ts',
    search: 'else if (from.reached !== null && !hasChanged)',
    replace: 'else if (hasChanged === null)',
    test: PROGRAMS,
    title: 'takes an eventless transition',
  },
  {
    name: 'accelerator: a program that drops events of states that are done',
    file: 'src/accelerate/program.ts',
    search: '(kind === DONE && isDone)',
    replace: 'kind === DONE',
    test: PROGRAMS,
    title: 'ends machines',
  },
];
