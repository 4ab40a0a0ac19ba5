import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessCluster } from './cluster.ts';
import { BUNDLE, NodeProcess } from './node-process.ts';

/** `actorum admin` and real nodes, as operators have them. */

type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string };

function admin(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const timed = args.includes('--via') ? [...args, '--timeout-s', '20'] : args;
    execFile(process.execPath, [BUNDLE, 'admin', ...timed], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe('a cluster of real processes', () => {
  const dir = mkdtempSync(join(tmpdir(), 'actorum-admin-'));
  const socketOf = (name: string) => join(dir, `${name}.sock`);
  const cluster = new ProcessCluster(['n1', 'n2', 'n3'], [], (name) => [
    '--listen',
    socketOf(name),
    '--data-dir',
    join(dir, name),
    ...(['n4', 'n5'].includes(name) ? ['--join'] : []),
  ]);

  beforeAll(async () => {
    await Promise.all(['n1', 'n2', 'n3', 'n4'].map((name) => cluster.start(name)));
    await cluster.until('c1', 'n1', { type: 'write', key: 'x', value: 1 }, ({ type }) => type === 'write_ok');
  });
  afterAll(() => {
    cluster.killAll();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is shown', async () => {
    const { code, stdout } = await admin('members', '--via', socketOf('n2'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^n1 +voter.*\nn2 +voter.*\nn3 +voter.*\nsince index 0\n$/);
    expect(stdout).toMatch(/voter, leads/);
  });

  it('takes a node in, which has what was written before it came, and has it after kill -9', async () => {
    const { code, stdout } = await admin('add', 'n4', '--via', socketOf('n1'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      voters: ['n1', 'n2', 'n3', 'n4'],
      learners: [],
      confirmed: true,
    });
    expect(code).toBe(0);
    await cluster.kill('n4');
    await cluster.start('n4');
    const isRead = ({ type }: { readonly type: string }) => type === 'read_ok';
    expect(await cluster.until('c1', 'n4', { type: 'read', key: 'x' }, isRead)).toEqual({
      type: 'read_ok',
      value: 1,
    });
  });

  it('lets another lead, and go, and serves on', async () => {
    expect((await admin('transfer', 'n3', '--via', socketOf('n1'))).stdout).toMatch(/n3 +voter, leads/);
    const removed = await admin('remove', 'n3', '--via', socketOf('n1'), '--json');
    expect(JSON.parse(removed.stdout)).toMatchObject({ voters: ['n1', 'n2', 'n4'] });
    await cluster.kill('n3');
    await cluster.until('c1', 'n4', { type: 'write', key: 'x', value: 2 }, ({ type }) => type === 'write_ok');
    const read = { type: 'read', key: 'x' } as const;
    const { value } = await cluster.until('c1', 'n2', read, ({ type }) => type === 'read_ok');
    expect(value).toBe(2);
  });

  it('refuses a slip of the hand, and says why', async () => {
    const { code, stdout, stderr } = await admin('remove', 'n33', '--via', socketOf('n1'), '--json');
    const text = 'n33 does not belong to the cluster: n1, n2, n4 do';
    expect([code, JSON.parse(stdout)]).toEqual([1, { error: { code: 14, text } }]);
    expect(stderr).toBe(`actorum admin: ${text}\n`);
  });

  it('ends a change in whose middle the leader is killed -9', async () => {
    await cluster.start('n5');
    const learning = await admin('add', 'n5', '--learner', '--via', socketOf('n1'), '--json');
    const { leader, learners } = JSON.parse(learning.stdout) as { leader: string; learners: string[] };
    expect(learners).toEqual(['n5']);
    // Nobody knows what becomes of this one.
    const asked = cluster.ask('c2', leader, { type: 'change_members', add: ['n5'] }).catch(() => null);
    await cluster.kill(leader);
    await cluster.start(leader);
    const other = leader === 'n1' ? 'n2' : 'n1';
    const { stdout } = await admin('add', 'n5', '--via', socketOf(other), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      voters: ['n1', 'n2', 'n4', 'n5'],
      outgoing: [],
      learners: [],
    });
    await asked;
    const read = { type: 'read', key: 'x' } as const;
    const { value } = await cluster.until('c1', 'n5', read, ({ type }) => type === 'read_ok');
    expect(value).toBe(2);
  });

  it('takes its sockets away when it ends, and a new life of a node takes over what a killed one left', async () => {
    await cluster.kill('n2');
    expect(existsSync(socketOf('n2'))).toBe(true);
    await cluster.start('n2');
    expect((await admin('members', '--local', '--via', socketOf('n2'))).code).toBe(0);
    expect(await cluster.end('n2')).toBe(0);
    expect(existsSync(socketOf('n2'))).toBe(false);
  });
});

describe('actorum admin', () => {
  const via = ['--via', '/nowhere/at/all.sock'];
  it.each([
    [['members'], '--via is missing'],
    [['fly', ...via], 'there is no action "fly"; the actions are members, add, remove, replace, transfer'],
    [[...via], 'no action is given'],
    [['add', ...via], 'add takes one name or more, not 0'],
    [['add', 'n4', 'n4', ...via], 'n4 is named twice'],
    [['replace', 'n1', ...via], 'replace takes two lists of names, not 1'],
    [['replace', 'n1,', 'n2', ...via], 'a name is empty'],
    [['transfer', 'n1', 'n2', ...via], 'transfer takes one name, not 2'],
    [['members', 'n1', ...via], 'members takes no names, not 1'],
    [['remove', 'n1', '--learner', ...via], '--learner is not for remove'],
    [['add', 'n4', '--local', ...via], '--local is not for add'],
    [['members', '--via', '10.0.0.1:70'], '--via is "10.0.0.1:70"; --via takes a path of a unix socket'],
    [['members', '--frob', ...via], "Unknown option '--frob'"],
  ])('%j is a wrong command line', async (args, text) => {
    const { code, stdout, stderr } = await admin(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`actorum: ${text}`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('says at once when who is asked never can, or goes away', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'actorum-admin-'));
    const socket = join(dir, 'a.sock');
    const store = new NodeProcess(['--workload', 'lww-kv', '--listen', socket]);
    try {
      store.init();
      await store.reply(1);
      const told = await admin('members', '--via', socket, '--json');
      expect(told.code).toBe(1);
      expect(JSON.parse(told.stdout)).toMatchObject({ error: { code: 10 } });
    } finally {
      store.child.kill('SIGKILL');
      await store.exit();
    }
    // Who waits for a cluster that never comes to be is told when the node ends.
    const lonely = new NodeProcess(['--join', '--listen', socket]);
    try {
      lonely.init();
      await lonely.reply(1);
      const waiting = admin('members', '--via', socket);
      setTimeout(() => lonely.child.kill('SIGKILL'), 1500);
      const { code, stderr } = await waiting;
      expect(code).toBe(1);
      expect(stderr).toBe(
        'actorum admin: the connection was closed before it was done; a change may still happen\n',
      );
    } finally {
      lonely.child.kill('SIGKILL');
      await lonely.exit();
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('says when nobody listens', async () => {
    const { code, stderr } = await admin('members', ...via);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^actorum admin: nobody listens at \/nowhere\/at\/all\.sock: /);
  });

  it('tells everything about itself', async () => {
    const { code, stdout } = await admin('--help');
    expect(code).toBe(0);
    for (const word of ['members', 'add', 'remove', 'replace', 'transfer', '--via', '--json', 'Examples:']) {
      expect(stdout).toContain(word);
    }
  });
});
