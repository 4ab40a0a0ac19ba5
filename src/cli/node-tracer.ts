import type { Json } from '../../machines/json.ts';
import type { MaelstromEvent } from '../../machines/maelstrom/events.ts';
import type { CellStep } from '../actors/cell.ts';
import type { Tracer } from '../trace/tracer.ts';

/** Before `init` nobody knows what a node is called. */
const NAMELESS = '?';

/** Tells of one real node: its actors' steps, and the messages as it sees them, which is only its own end of each. */
export class NodeTracer {
  readonly #tracer: Tracer;
  readonly #messages: boolean;
  #name = NAMELESS;

  /** @param messages whether messages are told, too; not where whoever carries them tells of them */
  constructor(tracer: Tracer, { messages }: { readonly messages: boolean }) {
    this.#tracer = tracer;
    this.#messages = messages;
  }

  step(step: CellStep): void {
    this.#tracer.step(this.#name, step);
  }

  sent(src: string, dest: string, body: { readonly [name: string]: Json }): void {
    if (this.#messages) this.#tracer.sent(src, dest, body as typeof body & { readonly type: string });
  }

  /** What came in, before the node is told. */
  received(event: MaelstromEvent): void {
    if (event.type === 'init.received') this.#takeName(event.nodeId, event.nodeIds);
    if (!this.#messages) return;
    switch (event.type) {
      case 'peers.received':
        for (const { from, ...body } of event.messages) this.#tracer.heard(from, this.#name, body);
        return;
      case 'requests.received':
        for (const { client, msgId, op } of event.requests) {
          this.#tracer.heard(client, this.#name, { ...op, ...(msgId === null ? {} : { msg_id: msgId }) });
        }
        return;
      case 'init.received':
        return this.#tracer.heard(event.client, this.#name, { type: 'init' });
    }
  }

  #takeName(name: string, nodes: readonly string[]): void {
    if (this.#name !== NAMELESS) return;
    this.#name = name;
    // Whoever carries the messages knows the cluster.
    if (this.#messages) this.#tracer.cluster(nodes);
  }
}
