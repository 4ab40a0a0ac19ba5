import { describe, expect, it } from 'vitest';
import { Causality } from '../../src/lab/causality.ts';

function note(
  causality: Causality,
  id: string,
  beganMs: number,
  seen: readonly string[],
  deletes = false,
): void {
  causality.note({ id, client: 'c', deletes, beganMs, ackedMs: beganMs + 1 }, seen);
}

describe('what really happened', () => {
  it('follows happens-before through everything that was seen', () => {
    const causality = new Causality();
    note(causality, 'a', 0, []);
    note(causality, 'b', 10, ['a']);
    note(causality, 'c', 20, ['b']);
    note(causality, 'd', 30, ['a']);
    expect(causality.happenedBefore('a', 'c')).toBe(true);
    expect(causality.happenedBefore('c', 'a')).toBe(false);
    expect(causality.areConcurrent('c', 'd')).toBe(true);
    expect(causality.areConcurrent('a', 'a')).toBe(false);
  });

  it('calls a write lost when it is gone and nobody who knew of it wrote', () => {
    const causality = new Causality();
    note(causality, 'a', 0, []);
    note(causality, 'b', 10, []);
    expect(causality.judge(['a']).lost).toEqual([
      { id: 'b', survivors: ['a'], toOlder: true, toItsPast: false },
    ]);
    expect(causality.judge(['b']).lost).toEqual([
      { id: 'a', survivors: ['b'], toOlder: false, toItsPast: false },
    ]);
    expect(causality.judge(['a', 'b'])).toEqual({ lost: [], falseSiblings: [] });
  });

  it('tells a correction that lost to what it corrects', () => {
    const causality = new Causality();
    note(causality, 'a', 0, []);
    note(causality, 'b', 10, ['a']);
    expect(causality.judge(['a'])).toEqual({
      lost: [{ id: 'b', survivors: ['a'], toOlder: true, toItsPast: true }],
      falseSiblings: ['a'],
    });
  });

  it('calls no write lost that was replaced, and no delete lost at all', () => {
    const causality = new Causality();
    note(causality, 'a', 0, []);
    note(causality, 'd', 10, ['a'], true);
    expect(causality.judge([])).toEqual({ lost: [], falseSiblings: [] });
    note(causality, 'b', 20, []);
    expect(causality.judge([]).lost).toEqual([
      { id: 'b', survivors: ['d'], toOlder: true, toItsPast: false },
    ]);
  });

  it('calls a version false that is shown although somebody replaced it', () => {
    const causality = new Causality();
    note(causality, 'a', 0, []);
    note(causality, 'b', 10, ['a']);
    expect(causality.judge(['a', 'b'])).toEqual({ lost: [], falseSiblings: ['a'] });
  });
});
