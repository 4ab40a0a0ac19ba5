import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The program that users run. */
export const BUNDLE = fileURLToPath(new URL('../../dist/actorum.js', import.meta.url));

export type Body = { readonly type: string; readonly [name: string]: unknown };
export type Message = { readonly src: string; readonly dest: string; readonly body: Body };

/** A node as a real process, seen through its three pipes. */
export class NodeProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** Every line of stdout so far. */
  readonly output: string[] = [];
  /** All of stderr so far. */
  log = '';
  private waiters: (() => void)[] = [];
  private readonly closed: Promise<unknown>;

  /** @param wrapper a program that starts the node, with its first arguments */
  constructor(args: readonly string[] = [], wrapper: readonly string[] = []) {
    const [program, ...rest] = [...wrapper, process.execPath, BUNDLE, ...args] as [string, ...string[]];
    this.child = spawn(program, rest);
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.output.push(line);
      for (const wake of this.waiters.splice(0)) wake();
    });
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.log += chunk.toString();
    });
    // A node that has ended no longer reads; what is still sent to it is lost, as on a network.
    this.child.stdin.on('error', () => {});
    this.closed = once(this.child, 'close').finally(() => {
      for (const wake of this.waiters.splice(0)) wake();
    });
  }

  /** Sends lines as they are. */
  sendLines(...lines: readonly string[]): void {
    this.child.stdin.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** Sends one client's requests. */
  send(...bodies: readonly object[]): void {
    this.sendLines(...bodies.map((body) => JSON.stringify({ src: 'c1', dest: 'n1', body })));
  }

  init(nodeIds: readonly string[] = ['n1']): void {
    this.send({ type: 'init', msg_id: 1, node_id: 'n1', node_ids: nodeIds });
  }

  messages(): Message[] {
    return this.output.map((line) => JSON.parse(line) as Message);
  }

  /** Waits for the reply to a request. */
  async reply(msgId: number | string, limitMs = 10_000): Promise<Message> {
    const deadline = Date.now() + limitMs;
    for (;;) {
      const found = this.messages().find((message) => message.body.in_reply_to === msgId);
      if (found !== undefined) return found;
      const leftMs = deadline - Date.now();
      if (leftMs <= 0 || this.child.exitCode !== null) {
        throw new Error(
          `no reply to ${msgId}; stdout: ${this.output.join(' ').slice(0, 500)}; stderr: ${this.log}`,
        );
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Closes stdin and waits for the process to end. */
  end(): Promise<number | null> {
    this.child.stdin.end();
    return this.exit();
  }

  /** Waits for the process to end, and gives its exit code (null when a signal killed it). */
  async exit(): Promise<number | null> {
    await this.closed;
    return this.child.exitCode;
  }
}
