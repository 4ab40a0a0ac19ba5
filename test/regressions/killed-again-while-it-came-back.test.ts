// Two faults may kill one node: `kill` starts it again, and `kill-all` strikes before it has answered `init`. The
// bench waited for the answer, saw the process end, and called it a node that does not come back after kill -9.
// An end that somebody wanted is no finding, also while the node is coming up; an end of its own is one as before.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Member, StartError } from '../../src/bench/member.ts';
import { Network } from '../../src/bench/network.ts';
import { Dice } from '../../src/kit/dice.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'actorum-member-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function memberThat(does: string): Member {
  const network = new Network({
    latency: { kind: 'constant', meanMs: 0 },
    dice: new Dice(1),
    nowMs: () => performance.now(),
    onViolation: (_, problem) => {
      throw new Error(problem);
    },
  });
  return new Member({
    id: 'n1',
    program: { name: 'test', file: process.execPath, args: ['-e', does] },
    logFile: join(root, 'n1.log'),
    nodes: ['n1'],
    network,
    initTimeoutMs: 5000,
    nextClient: () => 'c1',
    onViolation: () => {},
    onExit: (_, how) => {
      throw new Error(how);
    },
  });
}

test('a node that is killed while it comes back is not blamed for it', async () => {
  const member = memberThat('setInterval(() => {}, 1000)');
  member.launch();
  const introduced = member.introduce();
  await member.crash();
  await expect(introduced).resolves.toBeUndefined();
  expect(member.isRunning).toBe(false);
});

test('a node that ends by itself while it comes back is', async () => {
  const member = memberThat('process.exit(4)');
  member.launch();
  await expect(member.introduce()).rejects.toThrow(StartError);
});
