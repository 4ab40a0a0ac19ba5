import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Body, NodeProcess } from './node-process.ts';

/** What came of a request: the reply's body, or null when the node was killed before it answered. */
export type Reply = Body | null;

type Waiting = { readonly node: string; readonly settle: (reply: Reply) => void };

/** Real nodes with directories of their own, which outlive them; killed at any moment, and started again. */
export class DurableCluster {
  readonly names: readonly string[];
  readonly #root = mkdtempSync(join(tmpdir(), 'actorum-durable-'));
  readonly #args: readonly string[];
  readonly #nodes = new Map<string, NodeProcess>();
  readonly #waiting = new Map<number, Waiting>();
  /** How many messages of each type nodes have sent each other. */
  readonly sent = new Map<string, number>();
  #nextMsgId = 1;

  constructor(names: readonly string[], args: readonly string[]) {
    this.names = names;
    this.#args = args;
  }

  directory(name: string): string {
    return join(this.#root, name);
  }

  isUp(name: string): boolean {
    return this.#nodes.has(name);
  }

  /** What the node has written to stderr. */
  log(name: string): string {
    return this.#nodes.get(name)?.log ?? '';
  }

  /** @returns the reply to init; null when the node was killed before it came */
  start(name: string, wrapper: readonly string[] = []): Promise<Reply> {
    const node = new NodeProcess([...this.#args, '--data-dir', this.directory(name)], wrapper);
    this.#nodes.set(name, node);
    createInterface({ input: node.child.stdout }).on('line', (line) => this.#carry(name, line));
    return this.ask(name, { type: 'init', node_id: name, node_ids: this.names }, 'c0');
  }

  async startAll(): Promise<void> {
    await Promise.all(this.names.map((name) => this.start(name)));
  }

  ask(name: string, request: Body, client = 'c1'): Promise<Reply> {
    const node = this.#nodes.get(name);
    if (node === undefined) return Promise.resolve(null);
    const msgId = this.#nextMsgId;
    this.#nextMsgId += 1;
    node.sendLines(JSON.stringify({ src: client, dest: name, body: { ...request, msg_id: msgId } }));
    return new Promise((settle) => this.#waiting.set(msgId, { node: name, settle }));
  }

  /** Asks any node that runs until it answers without an error; the test's own patience ends it. */
  async until(request: Body, isDone = (body: Body) => body.type !== 'error'): Promise<Body> {
    for (;;) {
      for (const name of this.names) {
        const reply = await this.ask(name, request);
        if (reply !== null && isDone(reply)) return reply;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** kill -9, all in one moment. */
  async kill(...names: readonly string[]): Promise<void> {
    const nodes = names.flatMap((name) => this.#nodes.get(name) ?? []);
    for (const node of nodes) node.child.kill('SIGKILL');
    for (const name of names) this.#forget(name);
    await Promise.all(nodes.map((node) => node.exit()));
  }

  /** Ends a node's input, and waits for it to leave. @returns its exit code */
  async end(name: string): Promise<number | null> {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`${name} does not run`);
    const code = await node.end();
    this.#forget(name);
    return code;
  }

  /** Kills what still runs, and removes the directories. */
  async destroy(): Promise<void> {
    await this.kill(...this.#nodes.keys());
    rmSync(this.#root, { recursive: true, force: true });
  }

  #carry(from: string, line: string): void {
    const { dest, body } = JSON.parse(line) as { dest: string; body: Body };
    if (this.names.includes(dest)) {
      this.sent.set(body.type, (this.sent.get(body.type) ?? 0) + 1);
      this.#nodes.get(dest)?.sendLines(line);
      return;
    }
    const { in_reply_to, msg_id: _, ...reply } = body;
    const waiting = this.#waiting.get(in_reply_to as number);
    this.#waiting.delete(in_reply_to as number);
    if (waiting?.node === from) waiting.settle(reply as Body);
  }

  #forget(name: string): void {
    this.#nodes.delete(name);
    for (const [msgId, { node, settle }] of this.#waiting) {
      if (node !== name) continue;
      this.#waiting.delete(msgId);
      settle(null);
    }
  }
}
