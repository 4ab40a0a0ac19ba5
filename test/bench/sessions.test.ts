import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { GUARANTEES, operations } from '../../src/verify/index.ts';
import { type Ran, ran } from './ran.ts';

// Whole runs of ryw-kv: against small nodes of known character, and against the real ones.

const NODE = fileURLToPath(new URL('./nodes/sessions.mjs', import.meta.url));

function bench(fault: string | null, args: readonly string[] = []): Promise<Ran> {
  const forNode = fault === null ? [] : ['--', '--fault', fault];
  return ran(['--workload', 'ryw-kv', '--bin', NODE, '--rate', '400', '--time', '1', ...args, ...forNode]);
}

describe.concurrent('sessions', () => {
  // Two tests look at one run.
  let kept: Promise<Ran> | undefined;
  const keptRun = (): Promise<Ran> => {
    kept ??= bench(null, ['--time', '1.5']);
    return kept;
  };

  test('that are kept are told so, each guarantee with how much was checked', async () => {
    const { code, text, results, history } = await keptRun();
    expect(code).toBe(0);
    expect(results.sessions?.verdict).toBe('ok');
    expect(results.sessions?.sessions).toBe(6);
    for (const guarantee of GUARANTEES) {
      expect(results.sessions?.guarantees[guarantee].checked).toBeGreaterThan(0);
      expect(text).toMatch(new RegExp(`^ +${guarantee} +[\\d,]+ operations checked$`, 'm'));
    }
    expect(results.sessions?.indices.checked).toBeGreaterThan(20);
    expect(text).toMatch(/^SESSIONS KEPT: 6 sessions/m);
    expect(text).toMatch(/^LINEARIZABLE: /m);
    // Not all operations are linearizable ones.
    expect(results.linearizability.operations).toBeLessThan(operations(history).length);
  });

  test('carry their token to other nodes, and the reads tell how they were served', async () => {
    const { history, results } = await keptRun();
    const reads = operations(history).filter(({ f, outcome }) => f === 'ryw_read' && outcome === 'ok');
    const nodesOf = new Map<string, Set<string>>();
    for (const { invocation, completion } of reads) {
      const session = invocation.session ?? '';
      nodesOf.set(session, (nodesOf.get(session) ?? new Set()).add(invocation.node ?? ''));
      expect(completion?.shownIndex).toBeGreaterThanOrEqual(invocation.token ?? Number.NaN);
    }
    // Nobody stays where it began.
    expect([...nodesOf.values()].filter(({ size }) => size > 1).length).toBeGreaterThan(1);
    expect(reads.some(({ invocation }) => (invocation.token ?? 0) > 5)).toBe(true);
    const { rywReads } = results;
    expect(rywReads).toMatchObject({ total: expect.any(Number), waitedMs: { p50: expect.any(Number) } });
    for (const kind of ['byFollower', 'redirected', 'waited'] as const) {
      expect(rywReads?.[kind]).toBeGreaterThan(0);
    }
    expect((rywReads?.byFollower ?? 0) + (rywReads?.byLeader ?? 0) + (rywReads?.redirected ?? 0)).toBe(
      rywReads?.total,
    );
  });

  test('are broken by a follower that ignores tokens, and the report explains it', async () => {
    const { code, text, results } = await bench('stale');
    expect(code).toBe(1);
    expect(results.verdict).toBe('illegal');
    expect(results.linearizability.verdict).toBe('ok');
    expect(results.sessions?.guarantees['read-your-writes'].violations).toBeGreaterThan(0);
    expect(text).toMatch(/^Session "s\d" violates (read-your-writes|monotonic-reads):/m);
    expect(text).toContain('SESSIONS BROKEN: violations of ');
    expect(text).toMatch(/^LINEARIZABLE: /m);
  });

  test('are not to be trusted when a follower claims more than it has applied', async () => {
    const { code, text, results } = await bench('boasting');
    expect(code).toBe(1);
    expect(results.sessions?.indices.verdict).toBe('illegal');
    expect(text).toContain('SESSIONS BROKEN: ');
    expect(results.sessions?.explanations.join('\n')).toContain('claims to have looked at index');
  });

  test('cannot go on a reply without an index: that is a violation of the protocol', async () => {
    const { code, text, results } = await bench('bare', ['--time', '0.4']);
    expect(code).toBe(1);
    expect(results.findings.every(({ kind }) => kind === 'protocol')).toBe(true);
    expect(text).toContain('answered ryw_read without the field "served_by"');
  });
});

test('a slow follower hears the others late, and nobody else does', async () => {
  const args = ['--slow-follower', '60', '--mix', '0:1:0:0', '--rate', '100'];
  const { text, history } = await bench(null, args);
  expect(text).toContain('One follower hears the other nodes 60 ms late.');
  const tookMs = (node: string): number[] =>
    operations(history)
      .filter(({ f, invocation, outcome }) => f === 'write' && outcome === 'ok' && invocation.node === node)
      .map(({ invocation, completion }) => (completion?.timeMs ?? Number.NaN) - invocation.timeMs);
  // n1 leads, so n3 is the slow one: what n1 answers it comes late.
  expect(Math.min(...tookMs('n3'))).toBeGreaterThan(59);
  expect(Math.min(...tookMs('n2'))).toBeLessThan(40);
});

test('the real nodes keep every guarantee through a partition with a slow follower', async () => {
  const { code, text, results } = await ran([
    ...['--workload', 'ryw-kv', '--time', '3', '--rate', '200', '--slow-follower', '20'],
    ...['--nemesis', 'partition', '--nemesis-interval', '1'],
  ]);
  expect(text).toContain('SESSIONS KEPT');
  expect(code).toBe(0);
  expect(results.rywReads?.byFollower).toBeGreaterThan(20);
  for (const guarantee of GUARANTEES) {
    expect(results.sessions?.guarantees[guarantee].verdict).toBe('ok');
  }
});

test('a run without reads by token checks what there is', async () => {
  const { code, results } = await bench(null, ['--mix', '0:1:0:0', '--time', '0.8']);
  expect(code).toBe(0);
  expect(results.rywReads).toMatchObject({ total: 0, waitedMs: null });
  expect(results.sessions?.guarantees['monotonic-writes'].verdict).toBe('ok');
  expect(results.sessions?.guarantees['read-your-writes'].verdict).toBe('unknown');
});

test('wrong usage is told in one line with a hint', async () => {
  await expect(ran(['--workload', 'lww'])).rejects.toThrow('--workload');
  await expect(bench(null, ['--mix', '1:2:3'])).rejects.toThrow('--mix is "1:2:3"');
  await expect(ran(['--mix', '1:2:3:4'])).rejects.toThrow('--mix is "1:2:3:4"');
  await expect(bench(null, ['--nodes', '1', '--slow-follower', '5'])).rejects.toThrow('--slow-follower is 5');
});
