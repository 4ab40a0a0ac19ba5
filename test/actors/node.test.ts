import { beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../machines/json.ts';
import type { Workload } from '../../machines/operations.ts';
import { Node, type NodeSetup } from '../../src/actors/node.ts';
import type { DiskFailure } from '../../src/actors/ports.ts';
import { createReceiver } from '../../src/maelstrom/receiver.ts';
import type { Engine } from '../../src/storage/engine.ts';
import { MemoryEngine } from '../../src/storage/memory-engine.ts';
import { openDisk } from '../../src/storage/open.ts';
import { CheckedRecords } from '../../src/storage/records.ts';
import { recover } from '../../src/storage/recovery.ts';
import { StorageError } from '../../src/storage/storage-error.ts';

type Body = { readonly [name: string]: Json };

/** A drive that ends a commit when the test says so, and outlives every node that it is in. */
class Drive implements Engine<Uint8Array> {
  readonly #records = new MemoryEngine<Uint8Array>();
  #pending: (() => void)[] = [];
  isInstant = true;
  commits = 0;
  failure: DiskFailure | null = null;

  get: Engine<Uint8Array>['get'] = (key) => this.#records.get(key);
  last: Engine<Uint8Array>['last'] = (from, to) => this.#records.last(from, to);
  range: Engine<Uint8Array>['range'] = (from, to) => this.#records.range(from, to);
  keys: Engine<Uint8Array>['keys'] = (from, to) => this.#records.keys(from, to);

  commit: Engine<Uint8Array>['commit'] = (batch, done) => {
    this.commits += 1;
    this.#pending.push(() => {
      if (this.failure === null) this.#records.commit(batch, done);
      else done(this.failure);
    });
    if (this.isInstant) this.complete();
  };

  /** Everything that is on its way becomes durable, or fails. */
  complete(): void {
    while (this.#pending.length > 0) for (const run of this.#pending.splice(0)) run();
  }

  /** The power fails: what is on its way is lost. */
  crash(): void {
    this.#pending = [];
  }
}

/** A node in this process, with a drive. */
class Machine {
  readonly drive: Drive;
  readonly said: Body[] = [];
  readonly failures: DiskFailure[] = [];
  exits = 0;
  readonly node: Node;
  readonly #receiver;
  readonly #codec = new CheckedRecords();

  constructor(drive: Drive, workload: Workload = 'ryw-kv', nowMs = 1) {
    this.drive = drive;
    this.#receiver = createReceiver(() => {}, workload);
    const found = recover(drive, this.#codec);
    const setup: NodeSetup = {
      workload,
      seed: 1,
      rywWaitMs: 10,
      store: { mode: 'lww', life: `life${nowMs}`, gossipIntervalMs: 500, tombstoneGraceMs: 1000 },
      open: (node, cluster, opened) => {
        try {
          openDisk(drive, this.#codec, found, { identity: { node, cluster }, nowMs }, (result) =>
            opened('disk' in result ? { ...result, isDurable: true } : result),
          );
        } catch (error) {
          if (!(error instanceof StorageError)) throw error;
          opened({ refusal: error.message });
        }
      },
      onFailure: (failure) => this.failures.push(failure),
      onExit: () => {
        this.exits += 1;
      },
    };
    const timers = { set: () => {}, clear: () => {} };
    const wire = { send: (_src: string, _dest: string, body: Body) => this.said.push(body) };
    this.node = new Node({ nowMs: () => 0, wallMs: () => 0, timers, wire }, setup);
  }

  /** @returns what the node says before it comes to rest */
  send(...bodies: readonly Body[]): Body[] {
    const before = this.said.length;
    for (const turn of this.node.isAlone ? bodies.map((body) => [body]) : [bodies]) this.#take(turn);
    return this.said.slice(before);
  }

  #take(bodies: readonly Body[]): void {
    const lines = bodies.map((body) => JSON.stringify({ src: 'c1', dest: 'n1', body }));
    for (const event of this.#receiver.receive(lines.map((text) => ({ text, bytes: text.length })))) {
      this.node.receive(event);
    }
    this.node.endTurn();
  }

  end(): void {
    this.node.receive({ type: 'input.ended' });
    this.node.endTurn();
  }
}

const init = (...ids: readonly string[]): Body => ({
  type: 'init',
  msg_id: 1,
  node_id: ids[0] as string,
  node_ids: ids,
});
const write = (msgId: number, value: Json): Body => ({ type: 'write', msg_id: msgId, key: 'x', value });
const read = (msgId: number): Body => ({ type: 'read', msg_id: msgId, key: 'x' });
const FULL: DiskFailure = { kind: 'full', text: 'no room is left: make some' };

describe('a node with a memory', () => {
  let drive: Drive;
  beforeEach(() => {
    drive = new Drive();
  });

  it('is not heard of before its memory is open, and then answers what came meanwhile', () => {
    drive.isInstant = false;
    const machine = new Machine(drive);
    expect(machine.send(init('n1'), write(2, 'a'))).toEqual([]);
    drive.complete();
    expect(machine.said.map(({ type }) => type)).toEqual(['init_ok', 'write_ok']);
  });

  it('answers nothing that is not durable yet', () => {
    const machine = new Machine(drive);
    machine.send(init('n1'));
    drive.isInstant = false;
    expect(machine.send(write(2, 'a'), read(3))).toEqual([]);
    drive.complete();
    expect(machine.said.slice(1).map(({ type }) => type)).toEqual(['write_ok', 'read_ok']);
  });

  it('of its own takes together what arrived together, and what comes while a commit is on its way shares the next', () => {
    const machine = new Machine(drive);
    machine.send(init('n1'));
    // Without a disk each message would be a turn of its own.
    expect(machine.node.isAlone).toBe(false);
    drive.isInstant = false;
    const before = drive.commits;
    const many = (from: number) => Array.from({ length: 20 }, (_, i) => write(from + i, i));
    machine.send(...many(2));
    // What comes while that is on its way shares the next.
    machine.send(...many(22));
    machine.send(...many(42));
    drive.complete();
    expect(machine.said.filter(({ type }) => type === 'write_ok')).toHaveLength(60);
    expect(drive.commits - before).toBe(2);
  });

  it('in its next life tells its requests from those of this one, which bear the same numbers', () => {
    const first = new Machine(drive);
    expect(first.send(init('n1'), write(2, 'a')).at(-1)?.type).toBe('write_ok');
    const second = new Machine(drive);
    expect(second.send(init('n1'), write(2, 'b')).at(-1)?.type).toBe('write_ok');
    expect(second.send(read(3)).at(-1)).toMatchObject({ type: 'read_ok', value: 'b' });
  });

  it('serves in its next life what it acknowledged, and nobody is shown an older index', () => {
    const first = new Machine(drive);
    const [, written] = first.send(init('n1'), write(2, 'a'));
    drive.crash();
    const second = new Machine(drive);
    const index = written?.commit_index as number;
    const [, answer] = second.send(init('n1'), {
      type: 'ryw_read',
      msg_id: 2,
      key: 'x',
      last_write_index: index,
    });
    expect(answer).toMatchObject({ type: 'ryw_read_ok', value: 'a', served_by: 'n1' });
    expect(answer?.follower_applied_index).toBeGreaterThanOrEqual(index);
  });

  it('whose disk fails answers what was under way, then refuses everything with the reason, and ends when told to', () => {
    const machine = new Machine(drive);
    machine.send(init('n1'));
    drive.isInstant = false;
    machine.send(write(2, 'a'));
    drive.failure = FULL;
    drive.complete();
    expect(machine.said.at(-1)).toMatchObject({ type: 'error', code: 13, in_reply_to: 2 });
    expect(machine.said.at(-1)?.text).toContain(FULL.text);
    const refused = machine.send(write(3, 'b'), read(4), { type: 'echo', msg_id: 5, echo: 1 });
    expect(refused.map(({ code, in_reply_to }) => [in_reply_to, code]).sort()).toEqual([
      [3, 11],
      [4, 11],
      [5, 11],
    ]);
    for (const { text } of refused) expect(text).toContain(FULL.text);
    expect(machine.failures).toEqual([FULL]);
    machine.end();
    expect(machine.exits).toBe(1);
  });

  it('whose disk fails while it is ending ends at once', () => {
    const machine = new Machine(drive);
    machine.send(init('n1'));
    drive.isInstant = false;
    machine.send(write(2, 'a'));
    machine.end();
    expect(machine.exits).toBe(0);
    drive.failure = FULL;
    drive.complete();
    expect(machine.said.at(-1)).toMatchObject({ type: 'error', code: 13, in_reply_to: 2 });
    expect(machine.exits).toBe(1);
  });

  it('whose disk cannot take its first write says so, and ends', () => {
    drive.failure = FULL;
    const machine = new Machine(drive);
    expect(machine.send(init('n1'))).toEqual([]);
    expect([machine.failures, machine.exits]).toEqual([[FULL], 1]);
  });

  it('ends when everything that it has been asked for is durable', () => {
    for (const workload of ['lin-kv', 'lww-kv'] as const) {
      const own = new Drive();
      const machine = new Machine(own, workload);
      machine.send(init('n1'));
      own.isInstant = false;
      machine.send(write(2, 'a'));
      machine.end();
      expect([workload, machine.exits]).toEqual([workload, 0]);
      own.complete();
      expect([workload, machine.exits, machine.said.at(-1)?.type]).toEqual([workload, 1, 'write_ok']);
    }
  });

  it('does not take the name of another, says what to do, and waits for its own', () => {
    new Machine(drive).send(init('n1'));
    const machine = new Machine(drive);
    for (const wrong of [init('n2'), init('n1', 'n2')]) {
      const [answer] = machine.send(wrong);
      expect(answer).toMatchObject({ type: 'error', code: 12 });
      expect(answer?.text).toContain('give each node a directory of its own');
    }
    expect(machine.send(init('n1')).map(({ type }) => type)).toEqual(['init_ok']);
  });

  it('of the conflict store goes on counting where it was', () => {
    const vv = (msgId: number): Body => ({
      type: 'vv_write',
      msg_id: msgId,
      key: 'x',
      value: msgId,
      context: {},
    });
    const first = new Machine(drive, 'lww-kv', 1);
    const [, one] = first.send(init('n1'), vv(2));
    const second = new Machine(drive, 'lww-kv', 2);
    const [, two] = second.send(init('n1'), vv(3));
    expect([one?.vc, two?.vc]).toEqual([{ c1: 1 }, { n1: 1 }]);
    expect(second.send({ type: 'vv_read', msg_id: 4, key: 'x' })[0]?.values).toHaveLength(2);
  });
});
