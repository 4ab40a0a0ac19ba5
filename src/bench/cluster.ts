import { join } from 'node:path';
import { Client } from './client.ts';
import type { Network } from './network.ts';
import { NodeProcess, type Program } from './node-process.ts';

/** N processes of one program, introduced to each other. */

/** The cluster did not come up; the message says which node, why, and what it wrote to stderr last. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly node: string;
  /** What is wrong with the node, without its name. */
  readonly how: string;

  constructor(node: NodeProcess, problem: string) {
    const how = withTail(node, problem);
    super(`${node.id} ${how}`);
    this.node = node.id;
    this.how = how;
  }
}

function withTail(node: NodeProcess, problem: string): string {
  const tail = node.stderrTail();
  return tail === ''
    ? `${problem} and wrote nothing to stderr`
    : `${problem}; its stderr ends with:\n${tail}`;
}

export type ClusterOptions = {
  readonly program: Program;
  /** Arguments that only this node gets. */
  readonly argsOf?: (node: string) => readonly string[];
  /** `n1`, `n2`, … */
  readonly nodes: readonly string[];
  /** An existing directory for one file of stderr a node. */
  readonly logDir: string;
  readonly network: Network;
  readonly initTimeoutMs: number;
  readonly onViolation: (node: string, problem: string) => void;
  /** A node ended on its own after the cluster came up. */
  readonly onExit: (node: string, how: string) => void;
  /** A node wrote a line of its trace; none is asked for when left out. */
  readonly onTraceLine?: (node: string, line: string) => void;
  /** Gives up while the cluster is coming up. */
  readonly interrupted: AbortSignal;
};

export type Cluster = {
  readonly processes: readonly NodeProcess[];
  /** Ends all nodes. */
  stop(): Promise<void>;
};

/** The names that Maelstrom gives to nodes. */
export function nodeNames(count: number): string[] {
  return Array.from({ length: count }, (_, place) => `n${place + 1}`);
}

/**
 * Starts the processes and sends each its `init`, by the clients `c1` to `cN`.
 * @throws StartError when one ends, or does not answer with `init_ok` in time; none is left running then
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { program, nodes, logDir, network, onViolation, onTraceLine } = options;
  let up = false;
  const exits = new Map<string, string>();
  const processes = nodes.map((id) => {
    const own = { ...program, args: [...program.args, ...(options.argsOf?.(id) ?? [])] };
    const node: NodeProcess = new NodeProcess(id, own, join(logDir, `${id}.log`), {
      onLine: (line) => network.route(id, line),
      onBadOutput: (problem) => onViolation(id, problem),
      ...(onTraceLine === undefined ? {} : { onTraceLine: (line) => onTraceLine(id, line) }),
      onExit: (how) => {
        exits.set(id, how);
        if (up) options.onExit(id, withTail(node, how));
      },
    });
    network.attachNode(node);
    return node;
  });
  // Whatever ends this process takes the nodes along.
  const killAll = (): void => {
    for (const node of processes) node.kill();
  };
  process.once('exit', killAll);
  options.interrupted.addEventListener('abort', killAll);
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((node) => node.stop()));
    process.off('exit', killAll);
  };
  try {
    await Promise.all(processes.map((node, place) => introduce(node, `c${place + 1}`, exits, options)));
  } catch (error) {
    await stop();
    throw error;
  } finally {
    options.interrupted.removeEventListener('abort', killAll);
  }
  up = true;
  return { processes, stop };
}

async function introduce(
  node: NodeProcess,
  clientId: string,
  exits: ReadonlyMap<string, string>,
  { network, nodes, initTimeoutMs, onViolation }: ClusterOptions,
): Promise<void> {
  const client = new Client(clientId, network, initTimeoutMs, onViolation);
  const answered = client.call(node.id, { type: 'init', node_id: node.id, node_ids: nodes });
  const reply = await Promise.race([answered, node.ended]);
  client.close();
  if (reply === undefined) throw new StartError(node, exits.get(node.id) ?? 'ended');
  if (reply === 'no answer')
    throw new StartError(node, `did not answer init within ${initTimeoutMs / 1000} s`);
  if (reply === 'malformed reply')
    throw new StartError(node, 'answered init with something else than init_ok');
  if (reply.type === 'error') throw new StartError(node, `answered init with ${JSON.stringify(reply)}`);
}
