import type { Workload } from '../../machines/operations.ts';
import type { NodeOptions } from '../actors/node.ts';
import type { Disk, DiskFailure } from '../actors/ports.ts';
import { wallMs } from '../host/clock.ts';
import { openDirectory } from '../host/durable-directory.ts';
import { openDisk } from '../storage/open.ts';
import { PassingDisk } from '../storage/passing-disk.ts';
import { CheckedRecords } from '../storage/records.ts';
import { type Found, recover } from '../storage/recovery.ts';
import { StorageError } from '../storage/storage-error.ts';

/** The memory of a real node: a directory, or nothing that outlives the process. */
export type NodeMemory = {
  readonly open: NonNullable<NodeOptions['open']>;
  /** Makes durable what is still on its way, and lets go of the directory. */
  close(): Promise<void>;
};

/** A memory that ends with the process. */
export function passingMemory(): NodeMemory {
  return {
    open(_node, _cluster, opened) {
      const restored = { incarnation: wallMs(), raft: null, store: null };
      opened({ disk: new PassingDisk(), restored, isDurable: false });
    },
    close: () => Promise.resolve(),
  };
}

/**
 * What a directory holds, for this process alone.
 *
 * @param warn is told of damage that was mended
 * @throws StorageError when it is in use, damaged, or no directory of a node's; it says what to do
 */
export async function directoryMemory(
  path: string,
  workload: Workload,
  warn: (text: string) => void,
): Promise<NodeMemory> {
  const { engine, close } = await openDirectory(path);
  const codec = new CheckedRecords();
  let found: Found;
  try {
    found = recover(engine, codec);
  } catch (error) {
    await close();
    throw error;
  }
  for (const copy of found.repaired) warn(`${path}: ${copy} was damaged; its intact twin stands for it`);
  let disk: Disk | null = null;
  return {
    open(node, cluster, opened) {
      try {
        checkWorkload(found, workload);
        openDisk(engine, codec, found, { identity: { node, cluster }, nowMs: wallMs() }, (result) => {
          if (!('disk' in result)) return opened(result);
          disk = result.disk;
          opened({ disk, restored: result.restored, isDurable: true });
        });
      } catch (error) {
        opened(asRefusal(error));
      }
    },
    async close() {
      if (disk !== null) await synced(disk);
      await close();
    },
  };
}

/** What the other workload has kept would be there and not be seen: a store that looks empty, and is not. */
function checkWorkload({ superblock }: Found, workload: Workload): void {
  if (superblock === null) return;
  const { term, last, store, counters } = superblock;
  const isStore = workload === 'lww-kv';
  const isOther = isStore ? term > 0 || last > 0 : store.count > 0 || Object.keys(counters).length > 0;
  if (!isOther) return;
  throw new StorageError(
    'identity',
    `the directory holds ${isStore ? 'a log (lin-kv, ryw-kv)' : 'a conflict store (lww-kv)'}, and this node was started with --workload ${workload}`,
    'start it with the workload that made it, or give it a directory of its own',
  );
}

function asRefusal(error: unknown): { readonly refusal: string } {
  if (!isStorageError(error)) throw error;
  return { refusal: error.message };
}

/** Whether an error says what is wrong with a directory. Told by its name, because each bundle has a class of its own. */
export function isStorageError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'StorageError';
}

/** Resolves when everything written so far is durable, or never will be. */
function synced(disk: Disk): Promise<DiskFailure | null> {
  return new Promise((resolve) => disk.sync(resolve));
}
