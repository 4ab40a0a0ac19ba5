import { createInterface } from 'node:readline';
import { type Body, NodeProcess } from './node-process.ts';

/** Real nodes, with a network between them that a test can cut. */
export class ProcessCluster {
  readonly #nodes = new Map<string, NodeProcess>();
  readonly #names: readonly string[];
  readonly #argsOf: (name: string) => readonly string[];
  readonly #cut = new Set<string>();
  /** The types of the messages that nodes have sent each other. */
  readonly sent = new Set<string>();
  #nextMsgId = 1;

  /**
   * @param names those whom `init` names, besides the node itself
   * @param argsOf arguments that only this node gets
   */
  constructor(
    names: readonly string[],
    args: readonly string[],
    argsOf: (name: string) => readonly string[] = () => [],
  ) {
    this.#names = names;
    this.#argsOf = (name) => [...args, ...argsOf(name)];
  }

  /** Starts a node, or starts it again, and waits until it has answered init. */
  async start(name: string): Promise<void> {
    const node = new NodeProcess(this.#argsOf(name));
    this.#nodes.set(name, node);
    createInterface({ input: node.child.stdout }).on('line', (line) => {
      const { src, dest, body } = JSON.parse(line) as { src: string; dest: string; body: Body };
      if (this.#names.includes(dest)) this.sent.add(body.type);
      if (!this.#cut.has(`${src} ${dest}`)) this.#nodes.get(dest)?.sendLines(line);
    });
    await this.ask('c0', name, {
      type: 'init',
      node_id: name,
      node_ids: [...new Set([...this.#names, name])],
    });
  }

  async startAll(): Promise<void> {
    await Promise.all(this.#names.map((name) => this.start(name)));
  }

  /** Asks a node in the name of a client. @returns the reply's body without its numbers */
  async ask(client: string, name: string, request: Body): Promise<Body> {
    const msgId = this.#nextMsgId;
    this.#nextMsgId += 1;
    const node = this.#node(name);
    node.sendLines(JSON.stringify({ src: client, dest: name, body: { ...request, msg_id: msgId } }));
    const { in_reply_to: _in, msg_id: _id, ...body } = (await node.reply(msgId)).body;
    return body as Body;
  }

  /** Asks again and again until the reply is as it should be; the test's own patience ends it. */
  async until(client: string, name: string, request: Body, isDone: (body: Body) => boolean): Promise<Body> {
    for (;;) {
      const body = await this.ask(client, name, request);
      if (isDone(body)) return body;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Nothing passes between these two any more. */
  cut(a: string, b: string): void {
    this.#cut.add(`${a} ${b}`).add(`${b} ${a}`);
  }

  heal(): void {
    this.#cut.clear();
  }

  /** Takes a node's memory and life, at once. */
  async kill(name: string): Promise<void> {
    const node = this.#node(name);
    this.#nodes.delete(name);
    node.child.kill('SIGKILL');
    await node.exit();
  }

  /** Ends a node's input, and waits for it to leave. */
  async end(name: string): Promise<number | null> {
    const node = this.#node(name);
    this.#nodes.delete(name);
    return node.end();
  }

  killAll(): void {
    for (const node of this.#nodes.values()) node.child.kill('SIGKILL');
  }

  #node(name: string): NodeProcess {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`${name} does not run`);
    return node;
  }
}
