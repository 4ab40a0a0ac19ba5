import { UsageError } from '../../cli/usage.ts';
import type { FaultName } from './fault.ts';

/** What nodes have to be able to do for the faults that are asked for. */

const NEEDS_DISK: readonly FaultName[] = ['kill', 'kill-all'];
const NEEDS_OURS: readonly FaultName[] = ['slow-disk', 'clock-skew', 'membership'];

export type NeedsOptions = {
  /** The program of `--bin`; undefined for our own node. */
  readonly bin: string | undefined;
  /** What `--durable-args` says. */
  readonly durableArgs: string | undefined;
  /** What `--data-dir` says. */
  readonly dataDir: string | undefined;
};

export type NodeNeeds = {
  /** Arguments that make a node durable, with `{dir}` and `{node}`; null when it lives in memory. */
  readonly durableArgs: readonly string[] | null;
  /** Arguments that let a node be told to break itself. */
  readonly faultArgs: readonly string[];
};

/**
 * The arguments that nodes need for the faults.
 * @throws UsageError when a foreign program cannot be made to take them
 */
export function nodeNeeds(given: NeedsOptions, faults: readonly FaultName[]): NodeNeeds {
  const { bin, durableArgs, dataDir } = given;
  if (bin === undefined) {
    if (durableArgs !== undefined) {
      throw new UsageError(
        `--durable-args is "${durableArgs}", but the nodes are Actorum's own`,
        'it goes with --bin',
      );
    }
    const isDurable = dataDir !== undefined || faults.some((fault) => NEEDS_DISK.includes(fault));
    const isTold = faults.some((fault) => fault === 'slow-disk' || fault === 'clock-skew');
    return {
      durableArgs: isDurable ? ['--data-dir', '{dir}'] : null,
      faultArgs: isTold ? ['--allow-faults'] : [],
    };
  }
  const ours = faults.find((fault) => NEEDS_OURS.includes(fault));
  if (ours !== undefined) {
    throw new UsageError(
      `--nemesis ${ours} asks the node to do it, by messages of Actorum's own, which ${bin} does not know`,
      'leave out --bin, or that fault',
    );
  }
  const killing = faults.find((fault) => NEEDS_DISK.includes(fault));
  if (durableArgs === undefined && (killing !== undefined || dataDir !== undefined)) {
    const wish = killing === undefined ? `--data-dir is "${dataDir}"` : `--nemesis ${killing}`;
    throw new UsageError(
      `${wish} needs nodes that keep their state on disk, and nothing says how ${bin} does that`,
      'add its arguments, with {dir} for a directory of the node: --durable-args "--data {dir}"',
    );
  }
  const args = durableArgs?.split(/\s+/).filter((arg) => arg !== '') ?? null;
  return { durableArgs: args, faultArgs: [] };
}

/** `--durable-args "--db {dir}"` means what `--durable-args=--db {dir}` does: what follows begins with a dash, mostly. */
export function bindDurableArgs(args: readonly string[]): string[] {
  const place = args.indexOf('--durable-args');
  const value = args[place + 1];
  if (place < 0 || value === undefined) return args.slice();
  return [...args.slice(0, place), `--durable-args=${value}`, ...args.slice(place + 2)];
}
