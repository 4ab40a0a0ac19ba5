import type { Disk, DiskFailure, Restored } from '../actors/ports.ts';
import type { Dice } from '../kit/dice.ts';
import { openDisk } from '../storage/open.ts';
import { CheckedRecords, type Codec, PlainRecords } from '../storage/records.ts';
import { recover } from '../storage/recovery.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { Identity } from '../storage/superblock.ts';
import { DAMAGED_BYTES, type Damage, INDESTRUCTIBLE } from './damage.ts';
import { SimulatedDrive } from './drive.ts';

/** What a node begins its life with; or why it cannot. */
export type Opening = { readonly disk: Disk; readonly restored: Restored } | Refusal;
/** `damaged`, say, by the storage's own check, or a drive that failed while the node was starting. */
export type Refusal = { readonly refused: StorageError['kind'] | DiskFailure['kind']; readonly text: string };

/** The disk of a simulated machine: a drive that may fail, and what the node's own recovery makes of it. */
export type SimulatedDisk = {
  readonly drive: Pick<SimulatedDrive<unknown>, 'crash' | 'failNext' | 'flipBit' | 'commits' | 'isFull'>;
  /** Begins a life on what is there, as a real node does. @param opened is called when that is durable, or refused */
  open(identity: Identity, nowMs: number, opened: (opening: Opening) => void): void;
};

export type SimulatedDiskOptions = {
  readonly dice: Dice;
  /** Records carry checksums and can be damaged, as on a real disk; otherwise they are plain values, which is faster. */
  readonly isChecked: boolean;
  /** Runs something when a sync is through; never, if the machine has crashed by then. */
  readonly later: (run: () => void) => void;
  /** Is told of every commit before it begins. @returns whether it never ends, because the machine is about to crash */
  readonly onCommit: (number: number) => boolean;
};

export function simulatedDisk(options: SimulatedDiskOptions): SimulatedDisk {
  return options.isChecked
    ? diskOf(options, new CheckedRecords(), DAMAGED_BYTES)
    : diskOf(options, new PlainRecords(), INDESTRUCTIBLE);
}

function diskOf<V>(
  { dice, later, onCommit }: SimulatedDiskOptions,
  codec: Codec<V>,
  damage: Damage<V>,
): SimulatedDisk {
  const drive = new SimulatedDrive<V>(dice, damage, later, onCommit);
  return {
    drive,
    open(identity, nowMs, opened) {
      try {
        openDisk(drive, codec, recover(drive, codec), { identity, nowMs }, (result) =>
          opened('disk' in result ? result : { refused: result.kind, text: result.text }),
        );
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        opened({ refused: error.kind, text: error.message });
      }
    },
  };
}
