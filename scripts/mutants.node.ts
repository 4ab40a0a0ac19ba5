import type { Mutant } from './mutants.list.ts';

const STORE = 'test/properties/durable-store.test.ts';
const STATE = 'test/properties/applied-state.test.ts';
const OUTLET = 'test/actors/outlet.test.ts';
const NODE = 'test/actors/node.test.ts';

/** Faults between what a node says and what its disk holds. */
export const NODE_MUTANTS: readonly Mutant[] = [
  {
    name: 'sent before it is synced',
    file: 'src/actors/persist-first.ts',
    search: 'if (this.#queue.length === 0) this.#host.release(item);',
    replace: 'if (this.#queue.length >= 0) this.#host.release(item);',
    test: 'test/properties/outlet.test.ts',
    title: 'none before the writes that came before it are durable',
  },
  {
    name: 'vote not synced',
    file: 'src/actors/outlet.ts',
    search: "      case 'persist':\n      case 'snapshot.stage':",
    replace:
      "      case 'persist':\n        if (effect.log === null) return this.#queue.writeAside(effect);\n        return this.#queue.write(effect);\n      case 'snapshot.stage':",
    test: 'test/properties/outlet.test.ts',
    title: 'none before the writes that came before it are durable',
  },
  {
    name: 'new incarnation after a restart ignored',
    file: 'src/actors/node.ts',
    search: 'const incarnation = this.#memory?.restored.incarnation ?? given;',
    replace: 'const incarnation = this.#memory === null ? given : 1;',
    test: NODE,
    title: 'tells its requests from those of this one',
  },
  {
    name: 'heard of before its memory is open',
    file: 'src/actors/node.ts',
    search: 'if (this.#waiting !== null) this.#waiting.push(event);',
    replace: 'if (this.#waiting === undefined) return;',
    test: NODE,
    title: 'is not heard of before its memory is open',
  },
  {
    name: 'conflict store: starts without what its disk holds',
    file: 'src/actors/node.ts',
    search: '{ ...options.store, restored: this.#memory.restored.store }',
    replace: '{ ...options.store, restored: null }',
    test: NODE,
    title: 'goes on counting where it was',
  },
  {
    name: 'conflict store: ends before its answers are durable',
    file: 'src/actors/replica.ts',
    search: 'if (this.#outlet.isClear) this.#finishDraining();',
    replace: 'this.#finishDraining();',
    test: NODE,
    title: 'ends when everything that it has been asked for is durable',
  },
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
