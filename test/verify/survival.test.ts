import { describe, expect, it } from 'vitest';
import { checkSurvival, type HistoryEvent, type Json, type SurvivalResult } from '../../src/verify/index.ts';

/** Writes the history of a conflict store down; every operation is over before the next begins. */
class Story {
  readonly events: HistoryEvent[] = [];
  #process = 0;

  wrote(
    value: Json,
    saw: readonly Json[] = [],
    end: Partial<HistoryEvent> = {},
    f = 'write',
    key: Json = 'x',
  ): this {
    return this.#whole({ f, key, value, saw, node: 'n1' }, end);
  }

  deleted(name: Json, saw: readonly Json[], end: Partial<HistoryEvent> = {}): this {
    return this.wrote(name, saw, end, 'delete');
  }

  read(...values: readonly Json[]): this {
    return this.#whole({ f: 'read', key: 'x', node: 'n1' }, { value: values });
  }

  finally(node: string, ...values: readonly Json[]): this {
    return this.#whole({ f: 'final_read', key: 'x', node }, { value: values });
  }

  forgot(...values: readonly Json[]): this {
    return this.#add({ process: 'nemesis', type: 'info', f: 'forget', value: values });
  }

  #whole(about: Pick<HistoryEvent, 'f' | 'key'> & Partial<HistoryEvent>, end: Partial<HistoryEvent>): this {
    // An `info` ends its process, so each operation has one of its own.
    const process = this.#process;
    this.#process += 1;
    const { f, key } = about;
    return this.#add({ process, type: 'invoke', ...about }).#add({
      process,
      type: 'ok',
      f,
      ...(key === undefined ? {} : { key }),
      ...end,
    });
  }

  #add(event: Omit<HistoryEvent, 'index' | 'timeMs'>): this {
    const index = this.events.length;
    this.events.push({ index, timeMs: index, ...event });
    return this;
  }
}

const vv = (story: Story): SurvivalResult => checkSurvival(story.events, { mode: 'vv' });
const lww = (story: Story): SurvivalResult => checkSurvival(story.events, { mode: 'lww' });

describe('every acknowledged write is accounted for when it is', () => {
  it('held, together with those beside it', () => {
    expect(vv(new Story().wrote(1).wrote(2).finally('n1', 1, 2).finally('n2', 2, 1))).toEqual({
      verdict: 'ok',
      reason: '2 acknowledged writes are accounted for',
      acknowledged: 2,
      held: 2,
      covered: 0,
      forgotten: 0,
      lost: 0,
      converged: true,
      violations: [],
      violationCount: 0,
      losses: [],
    });
  });

  it('covered by a write or a delete whose client had seen it', () => {
    const story = new Story().wrote(1).wrote(2, [1]).wrote(3).deleted('d', [3]).finally('n1', 2);
    expect(vv(story)).toMatchObject({ verdict: 'ok', held: 1, covered: 2 });
  });

  it('covered by a write of unknown outcome that somebody has seen', () => {
    const story = new Story().wrote(1).wrote(2, [1], { type: 'info' }).read(2).wrote(3, [2]).finally('n1', 3);
    expect(vv(story)).toMatchObject({ verdict: 'ok', acknowledged: 2, covered: 1 });
  });

  it('covered by a delete of which nobody knows whether it happened', () => {
    const story = new Story().wrote(1).deleted('d', [1], { type: 'info' }).finally('n1');
    expect(vv(story)).toMatchObject({ verdict: 'ok', covered: 1 });
  });

  it('forgotten with the memory of its only holder: counted apart', () => {
    const story = new Story().wrote(1).wrote(2).forgot(1).finally('n1', 2);
    expect(vv(story)).toMatchObject({ verdict: 'ok', held: 1, forgotten: 1, lost: 0 });
  });
});

describe('vv breaks its promise when', () => {
  it('a write is held nowhere and nothing covers it', () => {
    const result = vv(new Story().wrote(1).wrote(2).finally('n1', 2));
    expect(result).toMatchObject({ verdict: 'illegal', lost: 1, held: 1 });
    expect(result.reason).toBe(
      'the write of 1 to key "x" at n1 (0.0 ms) is held nowhere, and no later write covers it',
    );
  });

  it('a write is covered only by one that never happened', () => {
    const failed = new Story().wrote(1).wrote(2, [1], { type: 'fail' }).finally('n1');
    expect(vv(failed)).toMatchObject({ verdict: 'illegal', lost: 1 });
    const unknown = new Story().wrote(1).wrote(2, [1], { type: 'info' }).finally('n1');
    expect(vv(unknown)).toMatchObject({ verdict: 'illegal', lost: 1 });
  });

  it('a value is held that a delete had replaced, at however many removes', () => {
    const story = new Story().wrote(1).wrote(2, [1], { type: 'info' }).deleted('d', [2]).finally('n1', 1);
    expect(vv(story)).toMatchObject({ verdict: 'illegal', held: 1 });
    expect(vv(story).reason).toBe(
      '1 is held, though the delete "d" of key "x" at n1 (4.0 ms) had replaced it',
    );
  });

  it('but not when that delete was forgotten', () => {
    const story = new Story().wrote(1).deleted('d', [1]).forgot('d').finally('n1', 1);
    expect(vv(story)).toMatchObject({ verdict: 'ok', held: 1 });
  });

  it('two nodes do not agree', () => {
    const result = vv(new Story().wrote(1).wrote(2).finally('n1', 1, 2).finally('n2', 1));
    expect(result).toMatchObject({ verdict: 'illegal', converged: false });
    expect(result.reason).toBe('key "x" did not converge: n1 holds ["1","2"], n2 holds ["1"]');
  });

  it('a value is read that nobody wrote', () => {
    expect(vv(new Story().wrote(1).read(7).finally('n1', 1)).reason).toBe(
      '7 was read at n1, and nobody wrote it',
    );
  });
});

describe('lww', () => {
  it('loses writes, which are counted, and is right all the same', () => {
    const story = new Story().wrote(1, [], { ts: 5 }).wrote(2, [], { ts: 6 }).finally('n1', 2);
    expect(lww(story)).toMatchObject({ verdict: 'ok', held: 1, lost: 1 });
    expect(lww(story).losses).toEqual([
      'the write of 1 to key "x" at n1 (0.0 ms) is held nowhere, and no later write covers it',
    ]);
  });

  it('is wrong when another than the latest remains', () => {
    const story = new Story().wrote(1, [], { ts: 5 }).wrote(2, [], { ts: 6 }).finally('n1', 1);
    expect(lww(story).reason).toBe(
      '1 is held with ts 5, though the write of 2 to key "x" at n1 (2.0 ms) has ts 6',
    );
  });

  it('does not hold a forgotten timestamp against what is held', () => {
    const story = new Story().wrote(1, [], { ts: 5 }).wrote(2, [], { ts: 6 }).forgot(2).finally('n1', 1);
    expect(lww(story)).toMatchObject({ verdict: 'ok', forgotten: 1 });
  });
});

describe('no verdict is reached when', () => {
  it('nothing was acknowledged', () => {
    expect(vv(new Story().finally('n1')).verdict).toBe('unknown');
  });

  it('a key was not read at the end', () => {
    expect(vv(new Story().wrote(1).wrote(2, [], {}, 'write', 'y').finally('n1', 1))).toMatchObject({
      verdict: 'unknown',
      reason: 'key "y" was read nowhere at the end (1 such keys)',
      acknowledged: 1,
    });
    expect(vv(new Story().wrote(1).deleted('d', [1])).verdict).toBe('unknown');
  });
});

it('two writes of one value cannot be told apart, and are refused', () => {
  expect(() => vv(new Story().wrote(1).wrote(1))).toThrow('as of another write');
});
