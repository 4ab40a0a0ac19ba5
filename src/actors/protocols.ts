import type { Subject } from 'rxjs';
import type { ClientAnswer, ClientRequest, NodeMessage } from '../../machines/maelstrom/events.ts';
import type { DiskFailure } from './ports.ts';

/** What stands behind the wire of a node that knows who it is: one workload's cells, and all they do. */
export type Protocols = {
  /** What is to be told to clients. */
  readonly answers: Subject<readonly ClientAnswer[]>;
  /**
   * Tells, once, that the disk has failed. What was under way has been answered then, and nothing else ever will be:
   * a node that cannot make its promises durable makes none.
   */
  readonly failures: Subject<DiskFailure>;
  /** Nobody else is in the cluster. */
  readonly isAlone: boolean;
  start(): void;
  /** Takes on what clients ask for. */
  submit(requests: readonly ClientRequest[]): void;
  /** Takes messages of other nodes, in order of arrival. */
  deliver(messages: readonly NodeMessage[]): void;
  /** Sends, once and together, what the events since the last turn made necessary. */
  endTurn(): void;
  /** Calls back when everything is done that can be done without another message. */
  drain(completed: () => void): void;
};
