import { dirname, resolve } from 'node:path';
import type { Engine } from '../storage/engine.ts';
import { holdDirectory } from './data-directory.ts';
import { syncDirectory } from './journal-file.ts';
import { JournaledEngine } from './journaled-engine.ts';
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
    const engine = await JournaledEngine.open(directory, await LmdbEngine.open(directory));
    // The names of its files are synced where they are made; this is its own.
    await syncDirectory(dirname(resolve(directory)));
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
