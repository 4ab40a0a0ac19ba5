import { setMaxListeners } from 'node:events';
import { Client, type Reply } from './client.ts';
import type { Network } from './network.ts';
import { type ClientOperation, type Outcome, outcomeOf, requestOf } from './operation.ts';
import type { Pace } from './pace.ts';
import type { Workload, WorkloadName } from './workload.ts';

/** An operation that a process began and learned the end of. */
export type Observer = {
  /** @param session the session that the client carries on in it, if any */
  began(process: number, operation: ClientOperation, node: string, session?: string): void;
  ended(process: number, operation: ClientOperation, node: string, outcome: Outcome, latencyMs: number): void;
};

/** Maelstrom's limit, which grows with the latency of the network. */
export function timeoutMsFor(meanLatencyMs: number): number {
  return Math.max(1000, 10 * meanLatencyMs);
}

export type ClientFleetOptions = {
  readonly network: Network;
  readonly observer: Observer;
  readonly timeoutMs: number;
  readonly nowMs: () => number;
  readonly onViolation: (node: string, problem: string) => void;
  /** Which replies are in order (default lin-kv). */
  readonly workload?: WorkloadName;
  /** Clients are called `c` and a number from this one on. */
  readonly firstClient: number;
};

/**
 * The client processes of a run. Whoever does operations has a process number, and gets a new one that was never
 * used before whenever the outcome of an operation is unknown: the old process is then for ever in the midst of it.
 */
export class ClientFleet {
  readonly #options: ClientFleetOptions;
  readonly #open = new Set<Client>();
  readonly #over = new AbortController();
  #processes = 0;
  #clients: number;

  constructor(options: ClientFleetOptions) {
    this.#options = options;
    this.#clients = options.firstClient;
    // Every client that carries a session listens.
    setMaxListeners(0, this.#over.signal);
  }

  /**
   * One who does operations, one after the other.
   * @param session the name of the session to which they belong, if any
   */
  worker(session?: string): Worker {
    return new Worker(this.#options, session, {
      nextProcess: () => this.#processes++,
      openClient: () => this.#openClient(),
      closeClient: (client) => this.#closeClient(client),
    });
  }

  /** Aborted when nobody is to ask anything any more. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Stops waiting for all answers. */
  giveUp(): void {
    this.#over.abort();
    for (const client of [...this.#open]) client.giveUp();
  }

  close(): void {
    this.#over.abort();
    for (const client of [...this.#open]) this.#closeClient(client);
  }

  #openClient(): Client {
    const { network, timeoutMs, onViolation, workload } = this.#options;
    const client = new Client(`c${this.#clients}`, network, timeoutMs, onViolation, workload);
    this.#clients += 1;
    this.#open.add(client);
    return client;
  }

  #closeClient(client: Client): void {
    client.close();
    this.#open.delete(client);
  }
}

type Supply = {
  readonly nextProcess: () => number;
  readonly openClient: () => Client;
  readonly closeClient: (client: Client) => void;
};

export class Worker {
  readonly #options: ClientFleetOptions;
  readonly #session: string | undefined;
  readonly #supply: Supply;
  #process: number;
  #client: Client;

  constructor(options: ClientFleetOptions, session: string | undefined, supply: Supply) {
    this.#options = options;
    this.#session = session;
    this.#supply = supply;
    this.#process = supply.nextProcess();
    this.#client = supply.openClient();
  }

  /** Does one operation at `node`, and tells the observer. */
  async do(operation: ClientOperation, node: string): Promise<Outcome> {
    return (await this.exchange(operation, node)).outcome;
  }

  /** The same, for those who want to see the reply. */
  async exchange(operation: ClientOperation, node: string): Promise<Exchange> {
    const { observer, nowMs } = this.#options;
    observer.began(this.#process, operation, node, this.#session);
    const beganMs = nowMs();
    const reply = await this.#client.call(node, requestOf(operation));
    const outcome = outcomeOf(operation.f, reply);
    observer.ended(this.#process, operation, node, outcome, nowMs() - beganMs);
    if (outcome.type === 'info') this.#process = this.#supply.nextProcess();
    if (typeof reply === 'string') {
      this.#supply.closeClient(this.#client);
      this.#client = this.#supply.openClient();
    }
    return { reply, outcome };
  }

  /** Stops waiting for the answer. */
  giveUp(): void {
    this.#client.giveUp();
  }
}

export type Exchange = { readonly reply: Reply; readonly outcome: Outcome };

/** Does a worker's operations at nodes of its choice. */
export type Performer = (operation: ClientOperation) => Promise<Outcome>;

/** Of the operations of a client whose node is no member any more, one in so many still goes there. */
const LOYALTY = 8;

/**
 * Who is bound to one node: worker i to node i modulo their number. When that node is no member any more, its worker
 * goes to one that is, and looks in now and then: what the node says then must not be wrong, either.
 * @param members who belongs to the cluster at present (default: all nodes, always)
 */
export function boundTo(
  nodes: readonly string[],
  fleet: ClientFleet,
  members: () => readonly string[] = () => nodes,
): (number: number) => Performer {
  return (number) => {
    const worker = fleet.worker();
    const own = nodes[number % nodes.length] as string;
    let abroad = 0;
    return (operation) => {
      const present = members();
      if (present.includes(own)) return worker.do(operation, own);
      abroad += 1;
      const other = present[number % present.length] as string;
      return worker.do(operation, abroad % LOYALTY === 0 ? own : other);
    };
  };
}

/**
 * Runs `count` workers side by side until the pace ends, each with a performer of its own.
 * Resolves when all their operations have ended.
 */
export async function runWorkers(
  count: number,
  performerOf: (number: number) => Performer,
  pace: Pace,
  workload: Workload,
): Promise<void> {
  const work = async (number: number): Promise<void> => {
    const perform = performerOf(number);
    while (await pace.turn()) {
      const operation = workload.next(number);
      const outcome = await perform(operation);
      workload.settled?.(operation, outcome);
    }
  };
  await Promise.all(Array.from({ length: count }, (_, number) => work(number)));
}
