import { describe, expect, it } from 'vitest';
import { type LwwEvent, lwwRegisterMachine } from '../../machines/register/lww.machine.ts';
import type { LwwEntry } from '../../machines/register/lww-entry.ts';
import { Coverage, judge } from './coverage.ts';
import { type Domain, takeEveryPath, walkAtRandom } from './explore.ts';

const ENTRIES: readonly LwwEntry[] = [
  { ts: 1, deleted: false, value: 'a' },
  { ts: 1, deleted: false, value: 'b' },
  { ts: 1, deleted: true, value: null },
  { ts: 2, deleted: false, value: null },
];
const EVENTS: readonly LwwEvent[] = [
  { type: 'entry.read' },
  ...ENTRIES.map((entry) => ({ type: 'entry.put', entry }) as const),
  ...ENTRIES.map((entry) => ({ type: 'entry.merged', entry }) as const),
];

const domain: Domain<typeof lwwRegisterMachine> = {
  machine: lwwRegisterMachine,
  events: () => EVENTS,
  serialize: ({ value, context }) => JSON.stringify([value, context.entry]),
};

describe('the chart of the last-writer-wins register', () => {
  it('is behind the gate what it is to XState, on every path, and every transition is taken', () => {
    const coverage = new Coverage(lwwRegisterMachine);
    const rightState = ({
      snapshot,
    }: {
      snapshot: { value: unknown; context: { entry: LwwEntry | null } };
    }) => {
      const { entry } = snapshot.context;
      expect(snapshot.value).toBe(entry === null ? 'absent' : entry.deleted ? 'deleted' : 'live');
    };
    // Nothing, or one of the entries.
    expect(takeEveryPath(domain, coverage, undefined, rightState)).toEqual({
      states: 1 + ENTRIES.length,
      edges: (1 + ENTRIES.length) * EVENTS.length,
    });
    walkAtRandom(domain, coverage, [undefined], { seed: 1, walks: 20, steps: 20 });
    const { table, faults } = judge(coverage.report());
    process.stdout.write(`${table}\n`);
    expect(faults).toEqual([]);
  });
});
