import { afterEach, describe, expect, it, vi } from 'vitest';
import { simCommand } from '../../src/sim/command.ts';
import { drawOptions, type SimulationOptions } from '../../src/sim/options.ts';
import { storeReplayCommand } from '../../src/sim/store-report.ts';
import { simulateStore } from '../../src/sim/store-simulation.ts';

// `npx tsx src/main.ts sim --workload lww-kv --runs 2000` does the same with any number of seeds.
const FIRST_SEED = 24;
const SEEDS = 24;
/** The faults that begin and end. */
const LASTING = [
  'bit-flip',
  'crash',
  'crash-all',
  'disk-full',
  'duplicate',
  'fsync-failure',
  'io-error',
  'loss',
  'one-way-partition',
  'partition',
  'pause',
  'reorder',
  'slow-disk',
  'torn',
  'torn-all',
];

const drawn = (seed: number, more: Partial<SimulationOptions> = {}): SimulationOptions => ({
  ...drawOptions(seed, 'lww-kv'),
  seconds: 3,
  ...more,
});

describe('the conflict store under every fault', () => {
  it(`keeps its promises for ${SEEDS} seeds, and meets what makes them hard`, () => {
    const met = new Set<string>();
    const lost = { lww: 0, vv: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
      const { failure, options, stats, survival } = simulateStore(drawn(seed));
      expect(failure, storeReplayCommand(options)).toBeNull();
      const { mode } = options.store;
      lost[mode] += survival?.lost ?? 0;
      for (const fault of Object.keys(stats.faults)) met.add(fault);
      if (stats.mostSiblings > 2) met.add('conflicts');
      if ((survival?.covered ?? 0) > 0) met.add('replaced writes');
      if (stats.info > 0) met.add('unknown outcomes');
      if (stats.tombstones[0] > 0) met.add('tombstones');
      if (stats.tombstones[1] < stats.tombstones[0]) met.add('forgotten tombstones');
    }
    expect(lost.vv).toBe(0);
    expect(lost.lww).toBeGreaterThan(50);
    expect([...met].sort()).toEqual(
      [
        'clock-skew',
        'conflicts',
        'forgotten tombstones',
        'heal',
        'refused',
        'replaced writes',
        'tombstones',
        'unknown outcomes',
        ...LASTING.flatMap((fault) => [fault, `${fault}-end`]),
      ].sort(),
    );
  }, 120_000);

  it('runs the same run again, to the last message', () => {
    const [first, again, other] = [7, 7, 8].map((seed) =>
      simulateStore(drawn(seed, { nodes: 3, seconds: 2 })),
    );
    expect(again?.traceHash).toBe(first?.traceHash);
    expect(other?.traceHash).not.toBe(first?.traceHash);
  });

  it('forgets every deletion in the end, once all nodes have it and its time is over', () => {
    const { weather, store } = drawn(11);
    const options = drawn(11, {
      nodes: 3,
      weather: { ...weather, partitionRate: 1, oneWay: 0.5, crashRate: 0 },
      store: { ...store, mode: 'vv', tombstoneGraceMs: 100, gossipIntervalMs: 50, skewMs: 0 },
    });
    const { failure, stats } = simulateStore(options);
    expect(failure, storeReplayCommand(options)).toBeNull();
    expect(stats.tombstones[1]).toBe(0);
  });
});

describe('actorum sim --workload lww-kv', () => {
  afterEach(() => vi.restoreAllMocks());

  async function run(...args: string[]): Promise<{ code: number; printed: string }> {
    let printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    const code = await simCommand(['--workload', 'lww-kv', ...args]);
    vi.restoreAllMocks();
    return { code, printed };
  }

  it('tells what the mode has lost, and replays by the command that it names', async () => {
    const args = ['--mode', 'lww', '--seed', '5', '--seconds', '2', '--nodes', '3'];
    const { code, printed } = await run(...args);
    expect(code).toBe(0);
    expect(printed).toMatch(/^seed 5: 3 nodes, 2 s, .*, mode lww$/m);
    expect(printed).toMatch(/^ {2}lww: \d+ of \d+ acknowledged writes LOST \(\d+ held, \d+ replaced by/m);
    expect(printed).toMatch(
      /^ {2}converged: \d+ ms after healing; \d+ tombstones were held then, \d+ at the end$/m,
    );
    const first = JSON.parse((await run(...args, '--json')).printed);
    expect(first).toMatchObject({ valid: true, survival: { verdict: 'ok', converged: true } });
    const replay = (first.replay as string).split(' ').slice(4, -1);
    const again = JSON.parse((await run(...replay, '--json')).printed);
    expect(again.traceHash).toBe(first.traceHash);
  });

  it('adds up over many seeds', async () => {
    const { code, printed } = await run(
      '--seed',
      '3',
      '--runs',
      '4',
      '--jobs',
      '1',
      '--seconds',
      '1',
      '--mode',
      'vv',
    );
    expect(code).toBe(0);
    expect(printed).toMatch(/^4 seeds \(3 to 6\)/);
    expect(printed).toMatch(/^ {2}vv: 0 of \d+ acknowledged writes LOST/m);
  });

  it.each([
    [['--mode', 'both'], '--mode is "both"'],
    [['--skew-ms', '-1'], '--skew-ms is "-1"'],
    [['--gossip-interval-ms', '0'], '--gossip-interval-ms is "0"'],
  ])('refuses %j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });
});
