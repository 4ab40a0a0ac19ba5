import type { SnapshotFrom } from 'xstate';
import type { Entry } from '../../machines/raft/events.ts';
import type { raftMachine } from '../../machines/raft/raft.machine.ts';
import { listen } from '../actors/bus.ts';
import { Node } from '../actors/node.ts';
import { stepWithStockXState } from '../actors/step.ts';
import { monotonicMs, NamedTimers, wallMs } from '../host/clock.ts';
import { MemoryDisk } from '../host/disk.ts';
import { freshSeed } from '../host/entropy.ts';
import { createLogger, LOG_LEVELS } from '../host/log.ts';
import { serveStdio } from '../host/stdio.ts';
import { encode } from '../maelstrom/codec.ts';
import { createReceiver, LINE_LIMIT_BYTES, type Line } from '../maelstrom/receiver.ts';
import { numberOption, oneOf, parseOptions } from './usage.ts';

export const NODE_HELP = `Usage: actorum node [options]

One node of a cluster, as Maelstrom runs it: JSON messages on stdin and stdout, one a line; diagnostics on stderr.

Options:
  --workload KIND             lin-kv: a linearizable key-value store through Raft (default)
                              ryw-kv: the same, and replies tell the index of the log, so that a client can
                              read its own writes from any follower (ryw_read)
  --ryw-wait-ms N             how long a follower that is behind a ryw_read waits before the leader serves it
                              (default 100)
  --election-timeout-ms N     the shortest time without a leader before a campaign; the longest is twice that
                              (default 400)
  --heartbeat-ms N            how often a leader makes itself heard (default 80)
  --seed N                    seeds the election timeouts (default: random; shown with --log-level info)
  --no-accelerate             step the charts with XState itself: the same answers, more slowly
  --log-level LEVEL           ${LOG_LEVELS.join(', ')}: what goes to stderr (default warn)
  -h, --help                  this text

Examples:
  maelstrom test -w lin-kv --bin dist/actorum.js --time-limit 30 --nemesis partition
  echo '{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}' | actorum node
`;

const WORKLOADS = ['lin-kv', 'ryw-kv'] as const;
/** Well below the time in which every request is answered, so that the leader still has its own. */
const MAX_RYW_WAIT_MS = 700;
const MAX_DELAY_MS = 60_000;

function readOptions(args: readonly string[]) {
  const given = parseOptions('node', args, {
    workload: { type: 'string', default: 'lin-kv' },
    'ryw-wait-ms': { type: 'string', default: '100' },
    'election-timeout-ms': { type: 'string', default: '400' },
    'heartbeat-ms': { type: 'string', default: '80' },
    seed: { type: 'string' },
    'log-level': { type: 'string', default: 'warn' },
    'no-accelerate': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  const logLevel = oneOf('--log-level', given['log-level'], LOG_LEVELS);
  const delay = { min: 1, max: MAX_DELAY_MS, whole: true };
  const electionTimeoutMs = numberOption('--election-timeout-ms', given['election-timeout-ms'], delay);
  return {
    help: given.help,
    workload: oneOf('--workload', given.workload, WORKLOADS),
    rywWaitMs: numberOption('--ryw-wait-ms', given['ryw-wait-ms'], { min: 0, max: MAX_RYW_WAIT_MS }),
    settings: {
      electionTimeoutMs,
      // A heartbeat as rare as the timeout would end every leadership at once.
      heartbeatMs: numberOption('--heartbeat-ms', given['heartbeat-ms'], {
        ...delay,
        max: Math.max(1, electionTimeoutMs - 1),
      }),
    },
    seed:
      given.seed === undefined
        ? freshSeed()
        : numberOption('--seed', given.seed, { min: 0, max: 2 ** 32 - 1, whole: true }),
    logLevel,
    isStock: given['no-accelerate'],
    tellsOfLeaders: logLevel === 'info' || logLevel === 'debug',
  };
}

/** Runs a node on this process's stdin and stdout until its input ends. Resolves with the exit code. */
export function nodeCommand(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    process.stdout.write(NODE_HELP);
    return Promise.resolve(0);
  }
  const log = createLogger(options.logLevel);
  log.info(`seed ${options.seed}`);
  stepWithStockXState(options.isStock);
  return new Promise((resolve) => {
    const timers = new NamedTimers();
    const stdio = serveStdio({
      input: process.stdin,
      output: process.stdout,
      lineLimitBytes: LINE_LIMIT_BYTES,
      onLines: take,
      onEnd(reason) {
        log.info(`${reason}: finishing`);
        node.receive({ type: 'input.ended' });
      },
      onWarning: log.warn,
    });
    const node = new Node(
      {
        nowMs: monotonicMs,
        timers,
        disk: new MemoryDisk<Entry>(),
        wire: { send: (src, dest, body) => stdio.write(encode(src, dest, body)) },
      },
      {
        seed: options.seed,
        workload: options.workload,
        rywWaitMs: options.rywWaitMs,
        incarnation: wallMs(),
        settings: options.settings,
        onExit() {
          timers.clearAll();
          stdio.close().then(() => resolve(0));
        },
      },
    );
    const receiver = createReceiver(log.warn);
    if (options.tellsOfLeaders) tellOfLeaders(node, log.info);

    function take(lines: readonly Line[]): void {
      let from = 0;
      while (node.isAlone && from < lines.length) {
        handle(lines.slice(from, from + 1));
        from += 1;
      }
      if (from < lines.length) handle(from === 0 ? lines : lines.slice(from));
    }

    function handle(lines: readonly Line[]): void {
      for (const event of receiver.receive(lines)) node.receive(event);
      node.endTurn();
    }
  });
}

/** One line for every change of leader that the node learns of. Watching costs something, so only when asked to. */
function tellOfLeaders(node: Node, tell: (text: string) => void): void {
  listen(node.steps, ({ cell, effects, snapshot }) => {
    if (cell !== 'raft' || !effects.some(({ type }) => type === 'leader.changed')) return;
    const { leader, term, settings } = (snapshot as SnapshotFrom<typeof raftMachine>).context;
    const who = leader === settings.id ? 'this node leads' : `${leader ?? 'nobody'} leads`;
    tell(`${settings.id}: ${who}, term ${term}`);
  });
}
