import { describe, expect, it } from 'vitest';
import {
  checkIndices,
  checkLinearizability,
  checkSessions,
  contradictionsIn,
  type HistoryEvent,
  lossesIn,
} from '../../src/verify/index.ts';

type Line = Omit<HistoryEvent, 'index' | 'timeMs'>;

function history(...lines: readonly Line[]): HistoryEvent[] {
  return lines.map((line, index) => ({ index, timeMs: index, ...line }));
}

/** An operation from beginning to end, with nothing in between. */
function whole(
  process: number,
  f: string,
  key: number,
  about: Partial<Line>,
  end: Partial<Line> = {},
): Line[] {
  const common = { process, f, key, ...about };
  return [
    { ...common, type: 'invoke' },
    { ...common, type: 'ok', ...end },
  ];
}

describe('contradictions', () => {
  it('are the smallest group of operations of a register, and which of them cannot be', () => {
    const events = history(
      ...whole(0, 'write', 1, { value: 1 }),
      ...whole(0, 'write', 1, { value: 2 }),
      ...whole(1, 'read', 1, {}, { value: 2 }),
      ...whole(1, 'read', 1, {}, { value: 1 }),
      ...whole(2, 'write', 2, { value: 1 }),
    );
    const [found, ...others] = contradictionsIn(checkLinearizability(events), null, null);
    expect(others).toEqual([]);
    expect(found?.title).toBe('No order explains what clients saw of key 1');
    const indices = found?.operations.map(({ invocation }) => invocation.index);
    expect(indices).toEqual([0, 2, 6]);
    expect(found?.culprits.map(({ invocation }) => invocation.index)).toEqual([6]);
  });

  it('are pairs of operations of a session, and wrong indices', () => {
    const events = history(
      ...whole(0, 'write', 1, { value: 1, session: 's' }, { shownIndex: 5 }),
      ...whole(0, 'ryw_read', 1, { session: 's', token: 5 }, { value: null, shownIndex: 3 }),
    );
    const found = contradictionsIn(null, checkSessions(events), checkIndices(events));
    expect(found.map(({ title }) => title)).toEqual([
      'Session "s" was not given read-your-writes',
      'Indices in replies are no places in one log',
    ]);
    expect(found[0]?.operations.map(({ f }) => f)).toEqual(['write', 'ryw_read']);
    expect(found[0]?.culprits.map(({ f }) => f)).toEqual(['ryw_read']);
  });

  it('are a few of each kind', () => {
    const events = history(
      ...Array.from({ length: 9 }, (_, key) => [
        ...whole(0, 'write', key, { value: 1 }),
        ...whole(1, 'read', key, {}, { value: null }),
      ]).flat(),
    );
    expect(contradictionsIn(checkLinearizability(events), null, null)).toHaveLength(5);
  });

  it('are none where nothing is wrong', () => {
    const events = history(...whole(0, 'write', 1, { value: 1 }));
    expect(contradictionsIn(checkLinearizability(events), checkSessions(events), null)).toEqual([]);
  });
});

describe('losses', () => {
  it('are told with what is held instead, and who showed it', () => {
    const events = history(
      ...whole(0, 'write', 1, { value: 10, saw: [], node: 'n1' }),
      ...whole(1, 'write', 1, { value: 11, saw: [], node: 'n2' }),
      ...whole(2, 'write', 2, { value: 12, saw: [], node: 'n2' }),
      ...whole(3, 'final_read', 1, { node: 'n1' }, { value: [11] }),
      ...whole(3, 'final_read', 2, { node: 'n1' }, { value: [12] }),
    );
    const [found, ...others] = lossesIn(events);
    expect(others).toEqual([]);
    expect(found?.title).toBe('The acknowledged write of 10 to key 1 is lost');
    expect(found?.text).toContain('At the end n1 shows [11].');
    expect(found?.operations.map(({ invocation }) => invocation.index)).toEqual([0, 2, 6]);
    expect(found?.culprits.map(({ invocation }) => invocation.index)).toEqual([0]);
  });

  it('are none where every write is held or was replaced by one that had seen it', () => {
    const events = history(
      ...whole(0, 'write', 1, { value: 10, saw: [] }),
      ...whole(0, 'write', 1, { value: 11, saw: [10] }),
      ...whole(3, 'final_read', 1, {}, { value: [11] }),
    );
    expect(lossesIn(events)).toEqual([]);
  });
});
