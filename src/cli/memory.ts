import type { NodeOptions } from '../actors/node.ts';
import type { Disk, DiskFailure } from '../actors/ports.ts';
import { wallMs } from '../host/clock.ts';
import type { Engine } from '../storage/engine.ts';
import { memoryDisk, openDisk } from '../storage/open.ts';
import { PassingDisk } from '../storage/passing-disk.ts';
import type { Codec } from '../storage/records.ts';
import { recover } from '../storage/recovery.ts';

/** The memory of a real node: a directory, or nothing that outlives the process. */
export type NodeMemory = {
  readonly open: NonNullable<NodeOptions['open']>;
  /** Makes durable what is still on its way, and lets go of the directory. */
  close(): Promise<void>;
};

/** A memory that ends with the process. */
export function passingMemory(): NodeMemory {
  return {
    open(node, cluster, opened) {
      const { disk, restored } = memoryDisk({ node, cluster }, wallMs());
      opened({ disk: new PassingDisk(disk), restored, isDurable: false });
    },
    close: () => Promise.resolve(),
  };
}

/**
 * The memory that stands on an engine.
 *
 * @param close lets go of the engine
 * @throws StorageError when what is there cannot be trusted
 */
export function memoryOn<V>(engine: Engine<V>, codec: Codec<V>, close: () => Promise<void>): NodeMemory {
  const found = recover(engine, codec);
  let disk: Disk | null = null;
  return {
    open(node, cluster, opened) {
      try {
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

/** A directory's memory. */
export function directoryMemory(directory: string, _warn: (text: string) => void): Promise<NodeMemory> {
  return Promise.reject(new Error(directory));
}
