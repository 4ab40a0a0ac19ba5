import type { TraceSink, VerdictRecord } from '../trace/format.ts';
import { Tracer } from '../trace/tracer.ts';
import type { FaultName } from './nemesis/fault.ts';
import { NodeTraces } from './node-traces.ts';
import type { CutLink } from './partition.ts';
import { TraceOrder } from './trace-order.ts';

/** Who takes the records of a run. */
export type TraceHost = {
  readonly sink: TraceSink;
  /** When the run's clock was 0, in milliseconds since 1970. */
  readonly originMs: number;
};

/** One trace of a whole run: what the network and the nemesis do, and what the nodes tell of themselves. */
export class RunTrace {
  readonly tracer: Tracer;
  readonly #order: TraceOrder;
  readonly #nodes: NodeTraces;

  /** @param startMs when the run began, by its clock */
  constructor({ sink, originMs }: TraceHost, startMs: number, sinceStartMs: () => number) {
    this.#order = new TraceOrder(sink, sinceStartMs);
    this.tracer = new Tracer((record) => this.#order.take(record), sinceStartMs);
    this.#nodes = new NodeTraces((record) => this.#order.take(record), originMs + startMs);
  }

  /** A line that a node wrote about itself. */
  readonly takeLine = (node: string, line: string): void => this.#nodes.take(node, line);

  /** A process of the node is about to start: what it writes about itself begins anew. */
  readonly started = (node: string): void => this.#nodes.forget(node);

  /**
   * The nemesis has begun something.
   * @param cut every link that is cut from now on
   */
  faultBegan(fault: FaultName, nodes: readonly string[], cut: readonly CutLink[], text: string): void {
    switch (fault) {
      case 'partition':
      case 'one-way-partition':
        return this.#cut(cut, text);
      case 'kill':
      case 'kill-all':
        return this.tracer.fault({ fault: 'crash', nodes, text });
      case 'loss':
      case 'duplicate':
      case 'reorder':
        return this.tracer.fault({ fault, text });
      default:
        return this.tracer.fault({ fault, nodes, text });
    }
  }

  /** The nemesis has undone it. */
  faultEnded(fault: FaultName, nodes: readonly string[], cut: readonly CutLink[], text: string): void {
    switch (fault) {
      case 'partition':
      case 'one-way-partition':
        if (cut.length > 0) return this.#cut(cut, text);
        return this.tracer.fault({ fault: 'heal', text });
      case 'kill':
      case 'kill-all':
        return this.tracer.fault({ fault: 'restart', nodes, text });
      case 'pause':
        return this.tracer.fault({ fault: 'resume', nodes, text });
      case 'loss':
      case 'duplicate':
      case 'reorder':
        return this.tracer.fault({ fault: `${fault}-end`, text });
      default:
        return this.tracer.fault({ fault: `${fault}-end`, nodes, text });
    }
  }

  /** Everything is undone. */
  recovered(): void {
    this.tracer.fault({ fault: 'recovery', text: 'everything is mended, and every node runs' });
  }

  #cut(links: readonly CutLink[], text: string): void {
    this.tracer.fault({ fault: 'partition', cut: links.map(({ src, dest }) => [src, dest] as const), text });
  }

  /** A node has ended on its own. */
  crashed(node: string, how: string): void {
    this.tracer.fault({ fault: 'crash', nodes: [node], text: `${node} ${how}` });
  }

  /** The run is over, and was found to be this. */
  close(verdict: VerdictRecord['verdict'], text: string): void {
    this.#order.flush();
    this.tracer.verdict(verdict, text);
    this.#order.flush();
  }
}
