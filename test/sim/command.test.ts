import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../src/cli/usage.ts';
import { SIM_HELP, simCommand } from '../../src/sim/command.ts';

afterEach(() => vi.restoreAllMocks());

async function run(...args: string[]): Promise<{ code: number; printed: string }> {
  let printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const code = await simCommand(args);
  vi.restoreAllMocks();
  return { code, printed };
}

describe('actorum sim', () => {
  it('prints what the seed chose, what was found, and the hash of the trace', async () => {
    const { code, printed } = await run('--seed', '7', '--seconds', '2');
    expect(code).toBe(0);
    expect(printed).toMatch(/^seed 7: \d nodes?, 2 s/);
    expect(printed).toMatch(/trace hash [0-9a-f]{16}\n$/);
  });

  it('replays exactly by the command that it names', async () => {
    const first = JSON.parse((await run('--seed', '9', '--seconds', '2', '--json')).printed);
    const args = (first.replay as string)
      .split(' ')
      .slice(2)
      .filter((arg) => arg !== '--verbose');
    const again = JSON.parse((await run(...args, '--json')).printed);
    expect(again.traceHash).toBe(first.traceHash);
    expect(first.valid).toBe(true);
  });

  it('replays one crash between two operations of a disk', async () => {
    const args = ['--seed', '7', '--seconds', '1', '--nodes', '3', '--crash-at', 'n2:4:all:300', '--json'];
    const first = JSON.parse((await run(...args)).printed);
    expect(first.options.crashAt).toEqual({ node: 'n2', commit: 4, kept: 'all', downMs: 300 });
    expect(first.stats.faults.crash).toBeGreaterThan(0);
    const again = (first.replay as string).split(' ').slice(2, -1);
    expect(JSON.parse((await run(...again, '--json')).printed).traceHash).toBe(first.traceHash);
  });

  it('takes what is given and draws the rest', async () => {
    const { printed } = await run('--seed', '7', '--nodes', '4', '--loss', '0.5', '--seconds', '1', '--json');
    const { options } = JSON.parse(printed);
    expect(options.nodes).toBe(4);
    expect(options.weather.loss).toBe(0.5);
  });

  it('replays a run with sessions, and says what became of them', async () => {
    const args = ['--workload', 'ryw-kv', '--seed', '5', '--seconds', '2'];
    const { code, printed } = await run(...args);
    expect(code).toBe(0);
    expect(printed).toMatch(/^ {2}sessions: \d+ sessions kept read-your-writes/m);
    expect(printed).toMatch(/^ {2}indices: the indices of \d+ replies/m);
    const first = JSON.parse((await run(...args, '--json')).printed);
    expect([first.sessions, first.indices]).toEqual(['ok', 'ok']);
    const replay = (first.replay as string).split(' ').slice(2, -1);
    const again = JSON.parse((await run(...replay, '--json')).printed);
    expect(again.traceHash).toBe(first.traceHash);
  });

  it('runs many seeds and says which', async () => {
    const { code, printed } = await run('--seed', '100', '--runs', '3', '--jobs', '1', '--seconds', '1');
    expect(code).toBe(0);
    expect(printed).toMatch(/^3 seeds \(100 to 102\)/);
  });

  it.each([
    [['--nodes', '0'], /--nodes is "0"/],
    [['--nodes', 'three'], /--nodes is "three"/],
    [['--nodes', '2.5'], /--nodes is "2.5"/],
    [['--loss', '1.5'], /--loss is "1.5"/],
    [['--seed', '-1'], /--seed/],
    [['--min-delay-ms', '9', '--max-delay-ms', '3'], /above --max-delay-ms 3/],
    [['--workload', 'lww'], /--workload is "lww"/],
    [['--ryw-wait-ms', '900'], /--ryw-wait-ms is "900"/],
    [['--crash-at', 'n2:0:all'], /--crash-at is "n2:0:all"/],
    [
      ['--nodes', '3', '--membership-rate', '0', '--crash-at', 'n9:1:all'],
      /--crash-at names the node "n9", and this run has n1, n2, n3/,
    ],
    [['--torn', '2'], /--torn is "2"/],
    [['--checkpoint-entries', '0'], /--checkpoint-entries is "0"/],
    [['--jobs', '0'], /--jobs is "0"/],
    [['--jobs', '1.5'], /--jobs is "1.5"/],
    [['--jobs', 'all'], /--jobs is "all"/],
    [['--runs', '2', '--jobs', '2', '--inspect'], /--inspect shows one run, not 2/],
    [['--worker'], /--worker/],
    [['--speed'], /--speed/],
    [['extra'], /extra/],
  ])('refuses %j', async (args, message) => {
    const refused = run(...args);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
  });

  it('reports one run, or of several the last, as a page, and says where it is', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'sim-')), 'deep', 'page.html');
    const many = ['--seed', '100', '--runs', '2', '--jobs', '1', '--seconds', '1'];
    const one = await run(...many, '--report', file);
    expect(one.printed).toContain(`report: ${file}\n`);
    expect(readFileSync(file, 'utf8')).toContain('--seed 101 ');
    const store = ['--workload', 'lww-kv', '--seed', '5', '--seconds', '1', '--json', '--report', file];
    const { printed } = await run(...store);
    expect(JSON.parse(printed).valid).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain('A run of lww-kv');
    await expect(run('--report', join(file, 'x.html'))).rejects.toThrow(/--report is .*cannot be written/);
  });

  it('lists every option in its help', async () => {
    const { printed } = await run('--help');
    expect(printed).toBe(SIM_HELP);
    for (const option of [
      '--workload',
      '--ryw-wait-ms',
      '--seed',
      '--runs',
      '--jobs',
      '--crash-rate',
      '--sync-ms',
      '--report',
      '--json',
      '--verbose',
    ]) {
      expect(printed).toContain(option);
    }
  });
});
