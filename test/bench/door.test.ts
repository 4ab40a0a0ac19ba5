import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fetchMembers, removeMember, transferLeadership } from '../../src/admin/index.ts';
import { openTransport, type SocketTransport } from '../../src/admin/socket-transport.ts';
import { ran } from './ran.ts';

async function connected(path: string): Promise<SocketTransport> {
  for (;;) {
    const transport = await openTransport({ path }, '').catch(() => null);
    if (transport !== null) return transport;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('operators change the cluster of a running bench by its door, and the run is judged as ever', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'actorum-door-'));
  const path = join(dir, 'bench.sock');
  try {
    const run = ran(['--listen', path, '--time', '4', '--rate', '50', '--no-report']);
    const transport = await connected(path);
    // Whoever is asked passes it on; a node may be named, too.
    await transferLeadership(transport, 'n2');
    const members = await removeMember(transport, 'n3', { nodes: ['n1', 'n2'] });
    expect(members).toMatchObject({ voters: ['n1', 'n2'], leader: 'n2', isConfirmed: true });
    expect(await fetchMembers(transport)).toMatchObject({ voters: ['n1', 'n2'] });
    const nobody = await transport.request('n9', { type: 'members' });
    expect(nobody).toMatchObject({ code: 14, text: 'there is no node n9 here; the nodes are n1, n2, n3' });
    transport.close();
    const { code, text } = await run;
    expect([code, text]).toEqual([0, expect.stringContaining('LINEARIZABLE')]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}, 60_000);
