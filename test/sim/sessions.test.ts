import { describe, expect, it } from 'vitest';
import { Dice } from '../../src/kit/dice.ts';
import { replayCommand } from '../../src/sim/log-report.ts';
import { CALM, drawOptions } from '../../src/sim/options.ts';
import { Session } from '../../src/sim/session.ts';
import { type SimulationResult, simulate } from '../../src/sim/simulation.ts';

/** Short lives of a cluster whose clients move between nodes and read from followers by token. */
const SEEDS = 100;
const GROUP = 20;
const SECONDS = 1.5;

/** What the reads by token of all these runs met, together. */
const met = new Set<string>();

function note({ history }: SimulationResult): void {
  for (const { f, type, node, servedBy, error, token } of history) {
    if (f !== 'ryw_read') continue;
    if (type === 'invoke') met.add(token === undefined ? 'relied on the node' : 'sent a token');
    else if (type === 'ok') met.add(servedBy === node ? 'served where it was asked' : 'served by the leader');
    else if (error?.includes('the log reached only')) met.add('a token out of reach');
  }
}

describe('sessions keep their four guarantees', () => {
  for (let first = 1; first <= SEEDS; first += GROUP) {
    it(`under the weather of seeds ${first} to ${first + GROUP - 1}`, () => {
      for (let seed = first; seed < first + GROUP; seed += 1) {
        const options = { ...drawOptions(seed, 'ryw-kv'), seconds: SECONDS };
        const result = simulate(options);
        const told = [`replay: ${replayCommand(options)}`, ...(result.judgement?.violations ?? [])];
        expect(result.failure, told.join('\n')).toBeNull();
        note(result);
      }
    });
  }

  it('and the runs together met all that a read by token can meet', () => {
    expect([...met].sort()).toEqual([
      'a token out of reach',
      'relied on the node',
      'sent a token',
      'served by the leader',
      'served where it was asked',
    ]);
  });

  it('also at a rest from faults, where each guarantee has much to hold and every node serves', () => {
    const options = { ...drawOptions(1, 'ryw-kv'), nodes: 5, seconds: 5, concurrency: 3, opsPerSecond: 60 };
    const { failure, judgement, history } = simulate({ ...options, weather: { ...CALM, delayMs: [1, 60] } });
    expect(failure).toBeNull();
    expect(judgement?.indices?.verdict).toBe('ok');
    for (const [name, { checked }] of Object.entries(judgement?.sessions?.guarantees ?? {})) {
      expect(checked, name).toBeGreaterThan(20);
    }
    const served = history.filter(({ f, type }) => f === 'ryw_read' && type === 'ok');
    expect(new Set(served.map(({ servedBy }) => servedBy)).size).toBe(5);
  });
});

describe('a seed means one run, with sessions too', () => {
  for (const seed of [2, 3, 58]) {
    it(`seed ${seed} gives the same trace and history twice`, () => {
      const options = { ...drawOptions(seed, 'ryw-kv'), seconds: 2 };
      const [first, second] = [simulate(options), simulate(options)];
      expect(second.traceHash).toBe(first.traceHash);
      expect(second.history).toEqual(first.history);
    });
  }

  it('and the same weather for either workload', () => {
    expect({ ...drawOptions(7, 'ryw-kv'), workload: 'lin-kv' }).toEqual(drawOptions(7));
  });

  it('and nothing of lin-kv depends on how long a read by token waits', () => {
    const options = { ...drawOptions(7), seconds: 1 };
    expect(simulate({ ...options, rywWaitMs: 1 }).traceHash).toBe(simulate(options).traceHash);
  });
});

describe('a session of the simulator', () => {
  /** Which tokens a session sends at a node that lives this life, in many reads. */
  function tokens(session: Session, reads = 200): Set<number | undefined> {
    return new Set(
      Array.from({ length: reads }, () => {
        session.visit();
        return session.token();
      }),
    );
  }

  it('relies on its node only while that node has not forgotten it', () => {
    let life = 0;
    const session = new Session('s', new Dice(1), { nodes: ['n1'], lifeOf: () => life });
    expect(tokens(session).has(undefined)).toBe(true);
    session.learn(7);
    life = 1;
    const later = tokens(session);
    expect(later.has(undefined)).toBe(false);
    expect(Math.min(...[...later].map((token) => token ?? 0))).toBe(7);
  });

  it('sends the highest index that it was shown', () => {
    let life = 0;
    const session = new Session('s', new Dice(2), { nodes: ['n1', 'n2'], lifeOf: () => life });
    session.visit();
    for (const index of [3, 9, 4]) session.learn(index);
    life = 1;
    expect(Math.min(...[...tokens(session)].map((token) => token ?? 0))).toBe(9);
  });
});
