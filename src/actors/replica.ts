import { Subject } from 'rxjs';
import { nextTimestamp } from '../../machines/clocks/wall.ts';
import { canonical, type Json } from '../../machines/json.ts';
import type { ClientAnswer, ClientRequest, NodeMessage } from '../../machines/maelstrom/events.ts';
import { type ClientOperation, type ClientOutcome, ERROR } from '../../machines/operations.ts';
import type { LwwEntry } from '../../machines/register/lww-entry.ts';
import { NO_VERSIONS, type Versions } from '../../machines/register/versions.ts';
import type { Mode, StoreOutcome, VectorPairs } from '../../machines/store/operations.ts';
import type { CellStep } from './cell.ts';
import type { NodeOptions } from './node.ts';
import type { Ports } from './ports.ts';
import type { Protocols } from './protocols.ts';
import { StoreRegisters } from './store-registers.ts';

type Written = Extract<StoreOutcome, { type: 'versioned' }>['reply'];

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
  #lastTs: number | null = null;
  #entries = new Map<string, LwwEntry>();
  #versions = new Map<string, Versions>();

  constructor(
    id: string,
    cluster: readonly string[],
    ports: Ports,
    options: NodeOptions,
    steps: Subject<CellStep>,
  ) {
    const { mode, life } = options.store;
    this.isAlone = cluster.length === 1;
    this.#ports = ports;
    this.#mode = mode;
    const owner = { node: id, cluster, life, floor: 0 };
    this.#registers = new StoreRegisters(
      {
        entry: (name) => this.#entries.get(name) ?? null,
        versions: (name) => this.#versions.get(name) ?? NO_VERSIONS,
        keepEntry: (name, entry) => this.#entries.set(name, entry),
        keepVersions: (name, versions) => this.#versions.set(name, versions),
      },
      owner,
      options.seed,
      steps,
    );
  }

  get tombstones() {
    return 0;
  }
  spelling(): string {
    return '';
  }
  start(): void {}
  deliver(_messages: readonly NodeMessage[]): void {}
  endTurn(): void {}

  /** Everything has been answered: nothing here ever waits for another node. */
  drain(completed: () => void): void {
    completed();
  }

  submit(requests: readonly ClientRequest[]): void {
    this.answers.next(
      requests.map(({ client, msgId, op }) => ({
        client,
        msgId,
        outcome: this.#operate(client, op),
        index: null,
      })),
    );
  }

  #operate(client: string, op: ClientOperation): ClientOutcome {
    switch (op.type) {
      case 'set_mode':
        this.#mode = op.mode;
        return { type: 'mode.set' };
      case 'kv_merge':
        return { type: 'merged', updated: this.#merge(op.entries) };
      case 'kv_write':
        if (this.#mode === 'vv') return this.#write('write_ok', client, op.key, op.value, op.context);
        return this.#put('write_ok', op.key, false, op.value);
      case 'kv_delete':
        if (this.#mode === 'vv') return this.#remove('kv_delete_ok', client, op.key, op.context);
        return this.#put('kv_delete_ok', op.key, true, null);
      case 'kv_read':
        return this.#mode === 'vv' ? this.#siblings('kv_read_ok', op.key) : this.#entry(op.key);
      case 'vv_write':
        return this.#write('vv_write_ok', client, op.key, op.value, op.context);
      case 'vv_delete':
        return this.#remove('vv_delete_ok', client, op.key, op.context);
      case 'vv_read':
        return this.#siblings('vv_read_ok', op.key);
      default:
        throw new Error(`the wire let in a request of another workload: ${op.type}`);
    }
  }

  /** This node's own timestamps follow its clock, and nothing that it merges. */
  #put(reply: 'write_ok' | 'kv_delete_ok', key: Json, deleted: boolean, value: Json): ClientOutcome {
    const ts = nextTimestamp(this.#ports.wallMs(), this.#lastTs);
    this.#lastTs = ts;
    this.#registers.put(canonical(key), { ts, deleted, value });
    return { type: 'stamped', reply, ts };
  }

  #entry(key: Json): ClientOutcome {
    const outcome = this.#registers.readEntry(canonical(key));
    if (outcome.type === 'entry') return { type: 'entry', key, value: outcome.value, ts: outcome.ts };
    return { type: 'error', code: ERROR.keyDoesNotExist, text: 'Key not found' };
  }

  /** @returns how many keys changed */
  #merge(entries: readonly (readonly [key: string, entry: LwwEntry])[]): number {
    return entries.filter(([key, entry]) => this.#registers.mergeEntry(canonical(key), entry)).length;
  }

  #write(reply: Written, client: string, key: Json, value: Json, context: VectorPairs): ClientOutcome {
    const vc = this.#registers.write(canonical(key), value, context, client);
    return { type: 'versioned', reply, vc };
  }

  #remove(reply: Written, client: string, key: Json, context: VectorPairs): ClientOutcome {
    const vc = this.#registers.remove(canonical(key), context, client);
    return { type: 'versioned', reply, vc };
  }

  #siblings(reply: 'kv_read_ok' | 'vv_read_ok', key: Json): ClientOutcome {
    return { type: 'siblings', reply, key, values: this.#registers.readVersions(canonical(key)) };
  }
}
