import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the programs of others are installed that measurements compare ours with; never by the project's install. */
export const PEERS_DIR = fileURLToPath(new URL('./peers', import.meta.url));

/**
 * Installs the peers, unless they are there already.
 * @param tell is told, in a sentence, when they are not there and cannot be had
 * @returns whether they are there
 */
export function ensurePeers(tell: (text: string) => void): boolean {
  if (existsSync(join(PEERS_DIR, 'node_modules', '@coaty', 'consensus.raft', 'package.json'))) return true;
  const { status, stderr, error } = spawnSync('npm', ['ci', '--prefix', PEERS_DIR], { encoding: 'utf8' });
  if (status === 0) return true;
  const reason = error?.message ?? stderr.split('\n').find((line) => /\berr/i.test(line)) ?? `exit ${status}`;
  tell(
    `the peers could not be installed, so ours is measured alone (npm ci --prefix bench/peers: ${reason})`,
  );
  return false;
}
