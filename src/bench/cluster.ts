import { join } from 'node:path';
import { Member } from './member.ts';
import type { Network } from './network.ts';
import type { NodeProcess, Program } from './node-process.ts';

/** N processes of one program, introduced to each other. */

export { StartError } from './member.ts';

export type ClusterOptions = {
  readonly program: Program;
  /** Arguments that only this node gets. */
  readonly argsOf?: (node: string) => readonly string[];
  /** `n1`, `n2`, … */
  readonly nodes: readonly string[];
  /** Nodes that run, but belong to the cluster only when they are made members (default: none). */
  readonly spares?: readonly string[];
  /** An existing directory for one file of stderr a node. */
  readonly logDir: string;
  readonly network: Network;
  readonly initTimeoutMs: number;
  readonly onViolation: (node: string, problem: string) => void;
  /** A node ended on its own after the cluster came up. */
  readonly onExit: (node: string, how: string) => void;
  /** A node wrote a line of its trace; none is asked for when left out. */
  readonly onTraceLine?: (node: string, line: string) => void;
  /** A process of the node is about to start, and its trace with it. */
  readonly onStart?: (node: string) => void;
  /** Gives up while the cluster is coming up. */
  readonly interrupted: AbortSignal;
};

export type Cluster = {
  /** Every node in order, the spares last. */
  readonly members: readonly Member[];
  /** What runs for each of them at present, or ran last. */
  readonly processes: readonly NodeProcess[];
  /** @throws Error when there is no such node */
  member(node: string): Member;
  /** Ends all nodes. */
  stop(): Promise<void>;
};

/** The names that Maelstrom gives to nodes. */
export function nodeNames(count: number): string[] {
  return Array.from({ length: count }, (_, place) => `n${place + 1}`);
}

/** Beyond those of any load: the clients that introduce nodes again. */
const LATER_CLIENTS = 1_000_001;

/**
 * Starts the processes and sends each its `init`, by the clients `c1` to `cN`.
 * @throws StartError when one ends, or does not answer with `init_ok` in time; none is left running then
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { nodes, spares = [], interrupted } = options;
  const names = clientNames(nodes.length);
  const members = [...nodes, ...spares].map((id) => memberOf(id, options, names));
  const byName = new Map(members.map((member) => [member.id, member]));
  // Whatever ends this process takes the nodes along.
  const killAll = (): void => {
    for (const member of members) member.kill();
  };
  process.once('exit', killAll);
  interrupted.addEventListener('abort', killAll);
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.stop()));
    process.off('exit', killAll);
  };
  try {
    for (const member of members) member.launch();
    await Promise.all(members.map((member) => member.introduce()));
  } catch (error) {
    await stop();
    throw error;
  } finally {
    interrupted.removeEventListener('abort', killAll);
  }
  return {
    members,
    get processes() {
      return members.map((member) => member.process);
    },
    member(node) {
      const member = byName.get(node);
      if (member === undefined) throw new Error(`there is no node ${node}`);
      return member;
    },
    stop,
  };
}

function memberOf(id: string, options: ClusterOptions, nextClient: () => string): Member {
  const { program, argsOf, spares = [], nodes, logDir, onTraceLine, onStart } = options;
  const { network, initTimeoutMs, onViolation, onExit } = options;
  return new Member({
    id,
    program: { ...program, args: [...program.args, ...(argsOf?.(id) ?? [])] },
    logFile: join(logDir, `${id}.log`),
    // A spare hears of the others, and joins when it is told.
    nodes: spares.includes(id) ? [...nodes, id] : nodes,
    network,
    initTimeoutMs,
    nextClient,
    onViolation,
    onExit,
    ...(onTraceLine === undefined ? {} : { onTraceLine }),
    ...(onStart === undefined ? {} : { onStart }),
  });
}

function clientNames(first: number): () => string {
  let given = 0;
  return () => {
    given += 1;
    return `c${given <= first ? given : LATER_CLIENTS + given}`;
  };
}
