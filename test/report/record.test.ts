import { describe, expect, it } from 'vitest';
import { Tally } from '../../src/kit/tally.ts';
import { dataOf, MOST_OPERATIONS } from '../../src/report/data.ts';
import { deed, OperationTable } from '../../src/report/draw/table.ts';
import { type RunRecord, recordOf } from '../../src/report/record.ts';
import { KEY_DOES_NOT_EXIST } from '../../src/verify/index.ts';
import { Script, sourceWith } from './history.ts';

function record(script: Script, about = {}): RunRecord {
  return recordOf(sourceWith(script.history(), about));
}

describe('the record of a run', () => {
  it('tells what every operation was and what became of it', () => {
    const { operations, endMs } = record(
      new Script()
        .op(0, { f: 'write', value: 5 }, [1, 4])
        .op(1, { f: 'cas', value: [5, 6] }, [2, 5], { type: 'fail', error: KEY_DOES_NOT_EXIST })
        .op(0, { f: 'read', node: 'n2' }, [6, 8], { type: 'ok', value: null })
        .op(2, { f: 'write', value: 'x' }, [7, 9], { type: 'info', error: 'timeout' })
        .op(1, { f: 'read' }, [8, 12], { type: 'fail', error: 'code 11' })
        .op(3, { f: 'write', value: 9 }, [10, 0], null),
    );
    expect(endMs).toBe(12);
    expect(
      operations.map(
        (one) => `${deed(one)}|${one.outcome}|${one.node}|${one.beganMs}-${one.endedMs}|${one.error}`,
      ),
    ).toEqual([
      'write 5|ok|n1|1-4|',
      'cas 5 → 6|refused|n1|2-5|key-does-not-exist',
      'read → nothing|ok|n2|6-8|',
      'write "x"|info|n1|7-9|timeout',
      'read|fail|n1|8-12|code 11',
      'write 9|info|n1|10-12|the run ended first',
    ]);
  });

  it('gives processes that follow each other one lane', () => {
    const { lanes } = record(
      new Script()
        .op(0, { f: 'write', value: 1 }, [0, 10], { type: 'info', error: 'timeout' })
        .op(1, { f: 'write', value: 2 }, [5, 20])
        .op(7, { f: 'write', value: 3 }, [10, 15])
        .op(1, { f: 'read' }, [30, 31], { type: 'ok', value: 3 }),
    );
    expect(lanes.processes).toEqual([[0, 7], [1]]);
    expect([...lanes.laneOf]).toEqual([
      [0, 0],
      [1, 1],
      [7, 0],
    ]);
  });

  it('stands for all three workloads, and for a run in which nothing happened', () => {
    for (const workload of ['lin-kv', 'ryw-kv', 'lww-kv'] as const) {
      const { operations, endMs } = record(new Script(), { workload });
      expect(operations).toEqual([]);
      expect(endMs).toBe(1);
    }
  });

  it('does not take the reads of the end for throughput', () => {
    const { levels, operations } = record(
      new Script()
        .op(0, { f: 'write', value: 1 }, [0, 10])
        .op(1, { f: 'final_read' }, [900, 901], { type: 'ok', value: [1] }),
      { workload: 'lww-kv' },
    );
    expect(operations).toHaveLength(2);
    expect(levels[0]?.counts.ok.reduce((a, b) => a + b, 0)).toBe(1);
  });
});

describe('the data of a page', () => {
  it('give back every operation, to a tenth of a millisecond', () => {
    const known = record(
      new Script()
        .op(3, { f: 'write', value: 'a</script>' }, [1.26, 4.44])
        .op(4, { f: 'read', key: '__proto__' }, [3, 9], { type: 'ok', value: 'a</script>' }),
    );
    const table = new OperationTable(dataOf(known));
    expect(table.row(0)).toEqual({
      process: 3,
      f: 'write',
      outcome: 'ok',
      node: 'n1',
      error: '',
      key: '1',
      value: '"a</script>"',
      fromMs: 1.3,
      toMs: 4.4,
    });
    expect(table.row(1)).toMatchObject({ key: '"__proto__"', value: '"a</script>"', fromMs: 3, toMs: 9 });
    expect(table.nearest(1, 5, 0)).toBe(1);
    expect(table.nearest(0, 9.4, 3)).toBeNull();
    expect(table.nextUnserved(-1, 1)).toBeNull();
  });

  it('stay bounded, say what they leave out, and keep what failed', () => {
    const script = new Script();
    const total = MOST_OPERATIONS + 20_000;
    for (let i = 0; i < total; i += 1) {
      const failed = i % 1000 === 0;
      script.op(i % 10, { f: 'write', value: i }, [i, i + 0.5], failed ? { type: 'fail' } : { type: 'ok' });
    }
    const known = record(script);
    const data = dataOf(known);
    const table = new OperationTable(data);
    expect(JSON.stringify(data).length).toBeLessThan(5_000_000);
    expect(table.size).toBeLessThanOrEqual(MOST_OPERATIONS);
    expect(table.size).toBeGreaterThan(MOST_OPERATIONS / 3);
    expect(table.outcome.filter((outcome) => outcome === 'fail')).toHaveLength(total / 1000);
    expect(data.leftOut).toHaveLength(1);
    expect(data.leftOut[0]).toContain(`of ${total.toLocaleString('en-US')} operations`);
    const counted = data.levels[0]?.counts;
    expect(counted?.ok.reduce((a, b) => a + b, 0)).toBe(total - total / 1000);
  });

  it('put the rare types of messages together, and lose none', () => {
    const messages = new Tally();
    for (let type = 0; type < 12; type += 1) {
      for (let i = 0; i <= type; i += 1) messages.count(`type ${type}`, 100 * i);
    }
    const { types } = dataOf(record(new Script(), { messages })).messages;
    expect(types.map(({ name }) => name).slice(-2)).toEqual(['type 5', '5 others']);
    expect(types.reduce((sum, { total }) => sum + total, 0)).toBe(78);
    expect(types.at(-1)?.counts).toEqual([5, 4, 3, 2, 1]);
  });
});
