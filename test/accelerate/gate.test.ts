import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { linearRegisterMachine } from '../../machines/index.ts';
import { createGate, stepWithStockXState } from '../../src/actors/step.ts';
import { readOptions } from '../../src/bench/options.ts';
import { simCommand } from '../../src/sim/command.ts';
import { drawOptions } from '../../src/sim/options.ts';
import { simulate } from '../../src/sim/simulation.ts';
import { simulateStore } from '../../src/sim/store-simulation.ts';

afterEach(() => {
  stepWithStockXState(false);
  vi.restoreAllMocks();
});

describe('a simulation is the same run, whether its charts are accelerated or stepped by XState itself', () => {
  for (const workload of ['lin-kv', 'ryw-kv', 'lww-kv'] as const) {
    const run = workload === 'lww-kv' ? simulateStore : simulate;
    for (const seed of [3, 58]) {
      it(`seed ${seed} of ${workload}`, () => {
        const options = { ...drawOptions(seed, workload), seconds: 3 };
        stepWithStockXState(true);
        const stock = run(options);
        stepWithStockXState(false);
        const accelerated = run(options);
        expect(accelerated.stats.events).toBeGreaterThan(100);
        expect(accelerated.traceHash).toBe(stock.traceHash);
        expect(accelerated.history).toEqual(stock.history);
        expect(accelerated.stats).toEqual(stock.stats);
      });
    }
  }
});

describe('--no-accelerate', () => {
  it("has the gate step with the chart's own transition, and only then", () => {
    const chart = linearRegisterMachine.provide({});
    const own = vi.spyOn(chart, 'transition');
    const gate = createGate(chart);
    const first = gate.start(undefined).snapshot;
    gate.step(first, { type: 'read', key: 'x' });
    expect(own).not.toHaveBeenCalled();
    stepWithStockXState(true);
    const { effects } = gate.step(first, { type: 'read', key: 'x' });
    expect(own).toHaveBeenCalledTimes(1);
    expect(effects).toEqual([{ type: 'answer', outcome: { type: 'read_ok', value: null } }]);
  });

  it('is an option of sim, and changes nothing that it prints', async () => {
    const printed: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
    const args = ['--seed', '7', '--seconds', '1', '--json'];
    await simCommand(args);
    await simCommand([...args, '--no-accelerate']);
    expect(printed).toHaveLength(2);
    expect(printed[1]).toBe(printed[0]);
  });

  it('is an option of bench, which hands it on to our own nodes', () => {
    const argsOf = (...args: string[]) => {
      const options = readOptions(args, () => 1);
      return options === 'help' ? [] : options.run.program.args;
    };
    expect(argsOf('--no-accelerate')).toContain('--no-accelerate');
    expect(argsOf()).not.toContain('--no-accelerate');
    expect(() => argsOf('--no-accelerate', '--bin', 'other.py')).toThrow('not for --bin other.py');
  });

  it('or where code may not be made of text, so that there are no programs, a simulation is the same run', () => {
    const run = (...flags: string[]) => {
      const sim = ['dist/actorum.js', 'sim', '--seed', '7', '--seconds', '1', '--json'];
      return spawnSync('node', [...flags, ...sim], { encoding: 'utf8' });
    };
    const [forbidden, allowed] = [run('--disallow-code-generation-from-strings'), run()];
    expect([forbidden.status, forbidden.stderr]).toEqual([0, '']);
    expect(JSON.parse(forbidden.stdout).traceHash).toMatch(/^[0-9a-f]{16}$/);
    expect(forbidden.stdout).toBe(allowed.stdout);
  });

  it('is an option of node', () => {
    const body = { type: 'init', msg_id: 1, node_id: 'n1', node_ids: ['n1'] };
    const input = `${JSON.stringify({ src: 'c1', dest: 'n1', body })}\n`;
    const { stdout, status } = spawnSync('node', ['dist/actorum.js', 'node', '--no-accelerate'], {
      input,
      encoding: 'utf8',
    });
    expect([status, JSON.parse(stdout).body.type]).toEqual([0, 'init_ok']);
  });
});
