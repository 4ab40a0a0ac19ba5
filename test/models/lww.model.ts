import assert from 'node:assert/strict';
import { lwwRegisterMachine } from '../../machines/register/lww.machine.ts';
import { compareEntries, type LwwEntry } from '../../machines/register/lww-entry.ts';
import type { Model, Reference } from '../../src/testing/index.ts';
import { chartTests } from './subject.ts';

type Machine = typeof lwwRegisterMachine;

const FEW: readonly LwwEntry[] = [
  { ts: 1, deleted: false, value: 'a' },
  { ts: 1, deleted: false, value: 'b' },
  { ts: 1, deleted: true, value: null },
  { ts: 2, deleted: false, value: null },
];
const MANY: readonly LwwEntry[] = [
  ...FEW,
  { ts: 0, deleted: false, value: '' },
  { ts: 3, deleted: false, value: { a: [1] } },
  { ts: 8.64e12, deleted: true, value: null },
];

function model(entries: readonly LwwEntry[]): Model<Machine> {
  return {
    machine: lwwRegisterMachine,
    inputs: [undefined],
    *events() {
      yield { type: 'entry.read' };
      for (const entry of entries) {
        yield { type: 'entry.put', entry };
        yield { type: 'entry.merged', entry };
      }
    },
    serialize: ({ value, context }) => JSON.stringify([value, context.entry]),
  };
}

/** All entries that were heard of: the register is the last of them when they are sorted. */
const reference: Reference<Machine> = () => {
  const heard: LwwEntry[] = [];
  const strongest = () => [...heard].sort(compareEntries).at(-1) ?? null;
  return ({ event, after, effects }) => {
    const before = strongest();
    if (event.type !== 'entry.read') heard.push(event.entry);
    const entry = strongest();
    const isLive = entry !== null && !entry.deleted;
    const state = entry === null ? 'absent' : isLive ? 'live' : 'deleted';
    assert.deepEqual([after.value, after.context.entry], [state, entry]);
    // Exactly one answer to a put or a read; and what has changed is told, once.
    const found = isLive ? { type: 'entry', value: entry.value, ts: entry.ts } : { type: 'missing' };
    const outcome = event.type === 'entry.put' ? { type: 'stamped', ts: event.entry.ts } : found;
    const isChanged = JSON.stringify(entry) !== JSON.stringify(before);
    assert.deepEqual(effects, [
      ...(event.type === 'entry.merged' ? [] : [{ type: 'answer', outcome }]),
      ...(isChanged ? [{ type: 'entry.changed', entry }] : []),
    ]);
  };
};

const BACK =
  'what the entry is decides the state, and the entry is the same, so it comes back to where it was';

export const lwwTests = chartTests<Machine>({
  machine: lwwRegisterMachine,
  // Nothing, or one of the entries.
  worlds: [{ model: model(FEW), states: 1 + FEW.length }],
  walks: [{ model: model(MANY), seed: 1, count: 20, steps: 30 }],
  reference,
  equivalent: {
    '(root) entry.put #2: leads to weighing': BACK,
    'live entry.read: leads to weighing': BACK,
    'deleted entry.read: leads to weighing': BACK,
  },
});
