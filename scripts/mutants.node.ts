import type { Mutant } from './mutants.list.ts';

const STORE = 'test/properties/durable-store.test.ts';
const STATE = 'test/properties/applied-state.test.ts';
const OUTLET = 'test/actors/outlet.test.ts';

/** Faults between what a node says and what its disk holds. */
export const NODE_MUTANTS: readonly Mutant[] = [
  {
    name: 'failed sync believed',
    file: 'src/actors/persist-first.ts',
    search: 'if (failure !== null) return this.fail(failure);',
    replace: 'if (failure?.kind === undefined && failure !== null) return this.fail(failure);',
    test: OUTLET,
    title: 'a sync that fails is the last',
  },
  {
    name: 'checkpoint written after a later one was installed',
    file: 'src/actors/outlet.ts',
    search: "return effect.type === 'checkpoint' && effect.checkpoint.index <= this.#installedIndex;",
    replace: "return effect.type === 'checkpoint' && effect.checkpoint.index < 0;",
    test: OUTLET,
    title: 'a checkpoint that waited while a later one was installed',
  },
  {
    name: 'checkpoint without the origins that have changed',
    file: 'src/actors/origins.ts',
    search: '    this.#changed.add(node);\n    life.applied.add(number);',
    replace: '    life.applied.add(number);',
    test: STATE,
    title: 'put back from a checkpoint',
  },
  {
    name: 'changes of a checkpoint forgotten before they are taken',
    file: 'src/actors/registers.ts',
    search: 'this.#changed.add(name);',
    replace: 'if (!this.#values.has(name)) this.#changed.add(name);',
    test: STATE,
    title: 'put back from a checkpoint',
  },
  {
    name: 'conflict store: answered before the write is durable',
    file: 'src/actors/replica.ts',
    search: 'this.#outlet.put({ answers });',
    replace: 'this.answers.next(answers);',
    test: STORE,
    title: 'loses nothing that it acknowledged',
  },
  {
    name: 'conflict store: sent before the write is durable',
    file: 'src/actors/replica.ts',
    search: 'send: (to, body) => this.#outlet.put({ to, body }),',
    replace: 'send: (to, body) => this.#say(id, { to, body }),',
    test: STORE,
    title: 'says nothing to a peer that a crash could undo',
  },
  {
    name: 'conflict store: numbers of events given out again after a restart',
    file: 'src/actors/store-journal.ts',
    search: 'floor: counters.floor ?? 0,',
    replace: 'floor: 0,',
    test: STORE,
    title: 'loses nothing that it acknowledged',
  },
  {
    name: 'conflict store: timestamps step back after a restart',
    file: 'src/actors/store-journal.ts',
    search: 'lastTs: counters.lastTs ?? null,',
    replace: 'lastTs: null,',
    test: STORE,
    title: 'loses nothing that it acknowledged',
  },
  {
    name: 'conflict store: a start speaks as an earlier one did',
    file: 'src/actors/store-journal.ts',
    search: 'epoch: Math.max(incarnation, (counters.epoch ?? 0) + 1),',
    replace: 'epoch: Math.min(incarnation, (counters.epoch ?? incarnation) + 1),',
    test: STORE,
    title: 'a start has a higher number than every earlier one',
  },
  {
    name: 'conflict store: dropped tombstones come back from the disk',
    file: 'src/actors/replica.ts',
    search: 'this.#journal?.note(idOf(item), null);',
    replace: '',
    test: STORE,
    title: 'what was dropped stays dropped',
  },
];
