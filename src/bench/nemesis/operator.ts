import { AdminError, type Body, changeMembers, fetchMembers, type Transport } from '../../admin/index.ts';
import type { Ask } from './injector.ts';
import type { Operator } from './membership.ts';

export type OperatorOptions = {
  /** A node's answer to a request, or why there is none. */
  readonly ask: Ask;
  /** Whom to ask at present, the most promising first; another is asked when one does not answer. */
  readonly askable: () => readonly string[];
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Whether it is still worth going on. */
  readonly goesOn: () => boolean;
  /** How long a change may take, with all that is repeated. */
  readonly patienceMs: number;
};

/** What `actorum admin` does, through the bench's network. */
export function nodeOperator(options: OperatorOptions): Operator {
  const transport = transportOf(options);
  return {
    async change(add, remove) {
      try {
        await changeMembers(transport, { add, remove }, { deadlineMs: options.patienceMs });
        return null;
      } catch (error) {
        if (!(error instanceof AdminError)) throw error;
        return error.message;
      }
    },
    async members() {
      const now = await fetchMembers(transport);
      // Between two memberships nobody knows which of them it will be.
      return typeof now === 'string' || now.outgoing.length > 0 ? null : now.voters;
    },
  };
}

function transportOf({ ask, askable, nowMs, sleep, goesOn }: OperatorOptions): Transport {
  /** The first answer that is no error; else the last error: whoever was removed has nothing better to say. */
  async function first(nodes: readonly string[], body: Body): Promise<Body | null> {
    let error: Body | null = null;
    for (const node of nodes) {
      if (!goesOn()) break;
      const reply = await ask(node, body);
      if (typeof reply === 'string') continue;
      if (reply.type !== 'error') return reply;
      error = reply;
    }
    return error;
  }
  return {
    request: (to, body) => first(to === null ? askable() : [to], body),
    nowMs,
    async sleep(ms) {
      if (!goesOn()) throw new AdminError(0, 'the run was cut short');
      await sleep(ms);
    },
  };
}
