import { describe, expect, it } from 'vitest';
import { Dice } from '../../src/kit/dice.ts';
import { Network } from '../../src/sim/network.ts';
import { CALM, drawOptions } from '../../src/sim/options.ts';
import type { Body } from '../../src/sim/packet.ts';
import { Schedule } from '../../src/sim/schedule.ts';
import { simulate } from '../../src/sim/simulation.ts';
import { simulateStore } from '../../src/sim/store-simulation.ts';
import { Trace } from '../../src/sim/trace.ts';

function wire(onlyLines = false) {
  const schedule = new Schedule();
  const trace = new Trace();
  const network = new Network(schedule, new Dice(1), trace, CALM, null, onlyLines);
  const arrived: unknown[] = [];
  network.attach(
    'n2',
    (line) => arrived.push(JSON.parse(line).body),
    () => true,
    ({ body }) => arrived.push(body),
  );
  const run = () => {
    const untilMs = schedule.nowMs + 10_000;
    while (schedule.runNext(untilMs));
  };
  /** The first message goes as a line. */
  const open = () => {
    network.send('n1', 'n2', { type: 'first' });
    run();
    arrived.length = 0;
  };
  return { network, arrived, run, open, trace };
}

describe('messages between simulated nodes', () => {
  it.each(['lin-kv', 'ryw-kv'] as const)('leave the same trace handed over or as lines: %s', (workload) => {
    for (const seed of [4, 11, 23]) {
      const options = { ...drawOptions(seed, workload), seconds: 4 };
      const [handed, lines] = [simulate(options), simulate({ ...options, onlyLines: true })];
      expect(handed.failure).toBe(lines.failure);
      expect(handed.stats.committed).toBeGreaterThan(0);
      expect(handed.traceHash).toBe(lines.traceHash);
      expect(handed.history).toEqual(lines.history);
      expect(handed.traceTail).toEqual(lines.traceTail);
    }
  });

  it('leave the same trace in the conflict store, too', () => {
    for (const seed of [4, 11]) {
      const options = { ...drawOptions(seed, 'lww-kv'), seconds: 4 };
      const [handed, lines] = [simulateStore(options), simulateStore({ ...options, onlyLines: true })];
      expect(handed.failure).toBe(lines.failure);
      expect(handed.traceHash).toBe(lines.traceHash);
    }
  });

  it.each([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['-0', -0],
    ['an object of Map', new Map()],
    ['an object of Date', new Date(0)],
  ])('are refused when they are no JSON: %s', (what, value) => {
    const { network } = wire();
    const body = { type: 'odd', list: [{ value }] } as unknown as Body;
    expect(() => network.send('n1', 'n2', body)).toThrow(
      `n1 sends n2 a message odd in which ${what} is not JSON`,
    );
  });

  it('are refused when they were changed after they were sent', () => {
    const { network, run, open } = wire();
    open();
    // One in four is looked at again.
    for (let i = 0; i < 4; i += 1) {
      const entries = [{ term: 1 }];
      network.send('n1', 'n2', { type: 'append', entries });
      entries.push({ term: 2 });
    }
    expect(run).toThrow('a message was changed after it was sent: it is now {"src":"n1"');
  });

  it('may get their sender as `from`, by whoever takes them', () => {
    const { network, run, open, arrived } = wire();
    open();
    const body: { [name: string]: string } = { type: 'append' };
    network.send('n1', 'n2', body);
    body.from = 'n1';
    run();
    expect(arrived).toEqual([{ type: 'append', from: 'n1' }]);
    for (let i = 0; i < 4; i += 1) network.send('n1', 'n2', body);
    body.from = 'n3';
    expect(run).toThrow('changed after it was sent');
  });

  it.each([
    ['a field', { type: 'm', a: 1, b: [] }, { type: 'm', a: 2, b: [] }],
    ['a name', { type: 'm', a: 1 }, { type: 'm', b: 1 }],
    ['the order of fields', { type: 'm', a: 1, b: 2 }, { type: 'm', b: 2, a: 1 }],
    ['where a list ends', { type: 'm', a: [[1], 2] }, { type: 'm', a: [[1, 2]] }],
    [
      'where an object ends',
      { type: 'm', a: { b: { c: 1 }, d: 2 } },
      { type: 'm', a: { b: { c: 1, d: 2 } } },
    ],
    ['a number or its text', { type: 'm', a: 1 }, { type: 'm', a: '1' }],
    ['null or nothing', { type: 'm', a: null }, { type: 'm' }],
    ['a small fraction', { type: 'm', a: 0.1 + 0.2 }, { type: 'm', a: 0.3 }],
    [
      'the end of a long text',
      { type: 'm', a: `${'x'.repeat(500)}a` },
      { type: 'm', a: `${'x'.repeat(500)}b` },
    ],
  ])('change the hash by %s', (_, a, b) => {
    const hashOf = (body: Body) => {
      const { network, run, trace } = wire();
      network.send('n1', 'n2', body);
      run();
      return trace.hash;
    };
    expect(hashOf(a as unknown as Body)).not.toBe(hashOf(b as unknown as Body));
    expect(hashOf(a as unknown as Body)).toBe(hashOf(a as unknown as Body));
  });
});
