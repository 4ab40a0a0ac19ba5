import type { Engine } from '../storage/engine.ts';
import { holdDirectory } from './data-directory.ts';
import { LmdbEngine } from './lmdb-engine.ts';

/** A node's directory, which this process has, and what is in it. */
export type DurableDirectory = {
  readonly engine: Engine<Uint8Array>;
  /** Waits for what is on its way, and gives the directory back. */
  close(): Promise<void>;
};

/**
 * Takes a directory for this process, and opens what is in it. The library that does is loaded only now.
 *
 * @throws StorageError when it is in use, damaged, or no directory of a node's
 */
export async function openDirectory(directory: string): Promise<DurableDirectory> {
  const giveBack = holdDirectory(directory);
  try {
    const engine = await LmdbEngine.open(directory);
    return {
      engine,
      async close() {
        await engine.close();
        giveBack();
      },
    };
  } catch (error) {
    giveBack();
    throw error;
  }
}
