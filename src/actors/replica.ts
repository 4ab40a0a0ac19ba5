import { Subject } from 'rxjs';
import { nextTimestamp } from '../../machines/clocks/wall.ts';
import type { Json } from '../../machines/json.ts';
import type { ClientAnswer, ClientRequest, NodeMessage } from '../../machines/maelstrom/events.ts';
import { type ClientOutcome, ERROR } from '../../machines/operations.ts';
import type { Mode, StoreOperation, VectorPairs } from '../../machines/store/operations.ts';
import type { CellStep } from './cell.ts';
import type { NodeOptions } from './node.ts';
import type { Ports } from './ports.ts';
import type { Protocols } from './protocols.ts';
import { StoreRegisters } from './store-registers.ts';

/**
 * A node's part of the conflict store: every request is answered at once from what this node holds, and what changed
 * is told to the others at the end of the turn.
 */
export class Replica implements Protocols {
  readonly answers = new Subject<readonly ClientAnswer[]>();
  readonly isAlone: boolean;
  readonly #ports: Ports;
  readonly #registers: StoreRegisters;
  /** What plain requests mean. */
  #mode: Mode;
  /** The latest timestamp that this node gave out, in seconds. */
  #lastTs = 0;

  constructor(
    id: string,
    cluster: readonly string[],
    ports: Ports,
    options: NodeOptions,
    steps: Subject<CellStep>,
  ) {
    this.isAlone = cluster.length === 1;
    this.#ports = ports;
    this.#mode = options.store.mode;
    this.#registers = new StoreRegisters();
  }

  submit(requests: readonly ClientRequest[]): void {
    this.answers.next(
      requests.map(({ client, msgId, op }) => ({
        client,
        msgId,
        outcome: this.#operate(client, op as StoreOperation),
        index: null,
      })),
    );
  }

  #operate(client: string, op: StoreOperation): ClientOutcome {
    switch (op.type) {
      case 'set_mode':
        this.#mode = op.mode;
        return { type: 'mode.set' };
      case 'kv_merge':
        return { type: 'merged', updated: this.#registers.mergeEntries(op.entries) };
      case 'kv_write':
        if (this.#mode === 'vv') return this.#write('write_ok', client, op.key, op.value, op.context);
        return this.#put('write_ok', op.key, false, op.value);
      case 'kv_delete':
        if (this.#mode === 'vv') return this.#delete('kv_delete_ok', client, op.key, op.context);
        return this.#put('kv_delete_ok', op.key, true, null);
      case 'kv_read':
        return this.#mode === 'vv' ? this.#siblings('kv_read_ok', op.key) : this.#entry(op.key);
      case 'vv_write':
        return this.#write('vv_write_ok', client, op.key, op.value, op.context);
      case 'vv_delete':
        return this.#delete('vv_delete_ok', client, op.key, op.context);
      case 'vv_read':
        return this.#siblings('vv_read_ok', op.key);
    }
  }
}
