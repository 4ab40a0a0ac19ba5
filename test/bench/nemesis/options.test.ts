import { describe, expect, test } from 'vitest';
import { BENCH_HELP } from '../../../src/bench/help.ts';
import { FAULT_NAMES } from '../../../src/bench/nemesis/fault.ts';
import { nodeNeeds } from '../../../src/bench/nemesis/needs.ts';
import { NEMESIS_OPTIONS, NO_NEMESIS, readNemesis } from '../../../src/bench/nemesis/options.ts';
import { readStoreOptions } from '../../../src/bench/store-options.ts';
import { UsageError } from '../../../src/cli/usage.ts';

describe('what --nemesis says', () => {
  test('nothing, one, several, or all', () => {
    expect(readNemesis({}, 1).faults).toEqual([]);
    expect(readNemesis({}, 1)).toEqual(NO_NEMESIS);
    expect(readNemesis({ nemesis: 'kill' }, 5).faults).toEqual(['kill']);
    expect(readNemesis({ nemesis: 'partition, kill,partition' }, 5).faults).toEqual(['partition', 'kill']);
    expect(readNemesis({ nemesis: 'all' }, 5).faults).toEqual([...FAULT_NAMES]);
  });

  test('every fault takes a rate', () => {
    for (const fault of FAULT_NAMES) {
      expect(readNemesis({ nemesis: fault, [`${fault}-rate`]: '0.5' }, 5).rates).toEqual({ [fault]: 0.5 });
    }
  });

  test('the details reach the faults', () => {
    const told = readNemesis(
      {
        nemesis: 'all',
        'nemesis-interval': '0.5',
        partition: 'one',
        kill: 'majority',
        pause: 'leader',
        loss: '0.05',
        duplicate: '1',
        reorder: '0',
        'spread-ms': '7',
        'slow-disk-ms': '8',
        'clock-skew-ms': '9',
      },
      5,
    );
    expect(told).toMatchObject({
      intervalMs: 500,
      partition: 'one',
      kill: ['majority'],
      pause: ['leader'],
      shares: { loss: 0.05, duplicate: 1, reorder: 0 },
      spreadMs: 7,
      slowDiskMs: 8,
      clockSkewMs: 9,
    });
  });

  test.each([
    [{ nemesis: 'quake' }, '--nemesis is "quake"'],
    [{ nemesis: 'kill,' }, '--nemesis is ""'],
    [{ kill: 'leader' }, '--kill is "leader", but there is no nemesis kill'],
    [{ nemesis: 'pause', 'kill-rate': '1' }, '--kill-rate is "1", but there is no nemesis kill'],
    [
      { nemesis: 'loss', 'spread-ms': '1' },
      '--spread-ms is "1", but there is no nemesis duplicate or reorder',
    ],
    [{ nemesis: 'kill', kill: 'all' }, '--kill is "all"'],
    [{ nemesis: 'kill', 'kill-rate': '0' }, '--kill-rate is "0"'],
    [{ nemesis: 'loss', loss: '1.5' }, '--loss is "1.5"'],
    [{ nemesis: 'loss', loss: 'some' }, '--loss is "some"'],
    [{ nemesis: 'pause', 'nemesis-interval': '0' }, '--nemesis-interval is "0"'],
  ])('%j is refused', (given, message) => {
    expect(() => readNemesis(given, 5)).toThrow(UsageError);
    expect(() => readNemesis(given, 5)).toThrow(message);
  });

  test('a network of two has only one way to part', () => {
    expect(() => readNemesis({ nemesis: 'one-way-partition' }, 2)).toThrow('--nodes is 2');
    expect(readNemesis({ nemesis: 'kill,pause' }, 1).faults).toEqual(['kill', 'pause']);
  });

  test('the help names every fault and every option', () => {
    for (const fault of FAULT_NAMES) expect(BENCH_HELP).toMatch(new RegExp(`^ {4}${fault} {2,}\\S`, 'm'));
    for (const option of Object.keys(NEMESIS_OPTIONS)) {
      if (!option.endsWith('-rate')) expect(BENCH_HELP).toContain(`--${option} `);
    }
    expect(BENCH_HELP).toContain('--FAULT-rate R');
    expect(BENCH_HELP.split('\n').filter((line) => line.length > 160)).toEqual([]);
  });
});

describe('what nodes need', () => {
  const none = { bin: undefined, durableArgs: undefined, dataDir: undefined };

  test('our own get a directory and let themselves be broken when a fault needs it', () => {
    expect(nodeNeeds(none, ['partition', 'pause', 'loss'])).toEqual({ durableArgs: null, faultArgs: [] });
    expect(nodeNeeds(none, ['kill-all']).durableArgs).toEqual(['--data-dir', '{dir}']);
    expect(nodeNeeds({ ...none, dataDir: '/x' }, []).durableArgs).toEqual(['--data-dir', '{dir}']);
    expect(nodeNeeds(none, ['clock-skew']).faultArgs).toEqual(['--allow-faults']);
  });

  test('of others somebody has to say how they keep their state', () => {
    const theirs = { ...none, bin: './their.py' };
    expect(() => nodeNeeds(theirs, ['kill'])).toThrow('--nemesis kill needs nodes that keep their state');
    expect(() => nodeNeeds({ ...theirs, dataDir: '/x' }, [])).toThrow('--data-dir is "/x"');
    expect(nodeNeeds({ ...theirs, durableArgs: ' --db  {dir}/db ' }, ['kill']).durableArgs).toEqual([
      '--db',
      '{dir}/db',
    ]);
    expect(nodeNeeds(theirs, ['partition', 'pause'])).toEqual({ durableArgs: null, faultArgs: [] });
    expect(() => nodeNeeds(theirs, ['slow-disk'])).toThrow('./their.py does not know');
    expect(() => nodeNeeds({ ...none, durableArgs: 'x' }, [])).toThrow('--durable-args is "x"');
  });
});

test('the conflict store takes the faults that mean something to it', () => {
  const read = (list: string) => readStoreOptions(['--workload', 'lww-kv', '--nemesis', list], () => 1);
  const options = read('kill,clock-skew');
  expect(options).toMatchObject({ run: { durableArgs: ['--data-dir', '{dir}'] } });
  expect(options === 'help' ? [] : options.run.program.args).toContain('--allow-faults');
  expect(options === 'help' ? [] : options.run.nemesis.faults).toEqual(['kill', 'clock-skew']);
});
