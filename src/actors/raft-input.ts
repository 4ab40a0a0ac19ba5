import type { RaftInput, RestoredState } from '../../machines/raft/context.ts';

/** What a node is told of its raft chart. */
type Told = Pick<RaftInput, 'seed'> & {
  readonly restored?: RaftInput['restored'] | undefined;
  readonly settings?: RaftInput['settings'] | undefined;
};

/** With what a node's raft chart begins. @param seed one for all nodes will do: the node's name is mixed in */
export function raftInput(
  id: string,
  voters: readonly string[],
  { seed, restored, settings }: Told,
): RaftInput {
  return {
    id,
    voters,
    seed: mix(seed, id),
    ...(restored === undefined ? {} : { restored }),
    ...(settings === undefined ? {} : { settings }),
  };
}

/** Whether the node may have shown something to a client in an earlier life: there is something in its log or state. */
export function hasEarlierLife(restored: RestoredState | undefined): boolean {
  return restored !== undefined && restored.base.index + restored.entries.length > 0;
}

/** Another seed for every name (FNV-1a), so that the nodes of a cluster wait for different times. */
function mix(seed: number, name: string): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
