import type { SnapshotFrom } from 'xstate';
import type { Json } from '../../machines/json.ts';
import { WORKLOADS } from '../../machines/operations.ts';
import { DEFAULT_LIMITS } from '../../machines/raft/context.ts';
import type { raftMachine } from '../../machines/raft/raft.machine.ts';
import { MODES } from '../../machines/store/operations.ts';
import { listen } from '../actors/bus.ts';
import { Node } from '../actors/node.ts';
import type { Disk } from '../actors/ports.ts';
import { stepWithStockXState } from '../actors/step.ts';
import { monotonicMs, monotonicOriginMs, NamedTimers, wallMs } from '../host/clock.ts';
import { freshLife, freshSeed } from '../host/entropy.ts';
import { ADDRESS_RULE, type Address } from '../host/line-server.ts';
import { createLogger, LOG_LEVELS, type Logger } from '../host/log.ts';

import { serveStdio } from '../host/stdio.ts';
import { encode } from '../maelstrom/codec.ts';
import { createReceiver, LINE_LIMIT_BYTES, type Line } from '../maelstrom/receiver.ts';
import { Tracer } from '../trace/tracer.ts';
import { addressOption } from './address.ts';
import { FaultDoor } from './fault-door.ts';
import { traceHeader } from './header.ts';
import { directoryMemory, isStorageError, type NodeMemory, passingMemory } from './memory.ts';
import { NodeTracer } from './node-tracer.ts';
import {
  OBSERVER_OPTIONS,
  observerHelp,
  openObservers,
  readObservers,
  type Watched,
  withInspectValue,
} from './observers.ts';
import { Operators } from './operators.ts';
import { SlowDisk } from './slow-disk.ts';
import { numberOption, oneOf, parseOptions, UsageError } from './usage.ts';

export const NODE_HELP = `Usage: actorum node [options]

One node of a cluster, as Maelstrom runs it: JSON messages on stdin and stdout, one a line; diagnostics on stderr.

Options:
  --workload KIND             lin-kv: a linearizable key-value store through Raft (default)
                              ryw-kv: the same, and replies tell the index of the log, so that a client can
                              read its own writes from any follower (ryw_read)
                              lww-kv: a store in which every node takes every write at once, and gossips
  --data-dir DIR              keep everything that was promised in this directory, which is made when it is not there:
                              the node comes back with it after any crash (default: nothing outlives the process)
  --sync-delay-ms N           every sync of the disk takes so much longer, for experiments (default 0)
  --listen ADDRESS            take requests by a socket of this machine, too, as actorum admin sends them: the path
                              of a unix socket, or a host on loopback and a port
  --seed N                    seeds the waits (default: random; shown with --log-level info)
  --allow-faults              obey inject messages, which set clock and disk wrong: for experiments only
  --no-accelerate             step the charts with XState itself: the same answers, more slowly
  --log-level LEVEL           ${LOG_LEVELS.join(', ')}: what goes to stderr (default warn)
${observerHelp(30)}
  -h, --help                  this text

lin-kv and ryw-kv:
  --join                      belong to no cluster, whatever init says, until the leader of one adds this node
                              (actorum admin add): for nodes that come later; also when they are started again
  --ryw-wait-ms N             how long a follower that is behind a ryw_read waits before the leader serves it
                              (default 100)
  --election-timeout-ms N     the shortest time without a leader before a campaign; the longest is twice that
                              (default 400)
  --heartbeat-ms N            how often a leader makes itself heard (default 80)
  --checkpoint-entries N      how many entries of the log are applied before the state is written down, and the log
                              before that is dropped (default 10000)
  --checkpoint-bytes N        the same by the length of the entries, in bytes (default 4194304)
  --trailing-entries N        how many entries before that stay all the same, for followers that are nearly there
                              (default 1000)

lww-kv:
  --mode MODE                 what plain writes and reads mean until set_mode says otherwise
                              lww: the write with the latest timestamp wins, the others are lost (default)
                              vv: version vectors tell which writes a write replaces, the others stay beside it
  --clock-offset-ms N         skews this node's wall clock, for experiments; may be negative (default 0)
  --gossip-interval-ms N      how often a node compares what it has with each other node (default 500)
  --tombstone-grace-ms N      how long a deletion is remembered at least; it is forgotten when every node is known
                              to have it (default 3600000)

Examples:
  maelstrom test -w lin-kv --bin dist/actorum.js --time-limit 30 --nemesis partition
  actorum node --data-dir /var/lib/actorum/n1
  actorum node --join --listen /run/actorum/n4.sock --data-dir /var/lib/actorum/n4
  actorum node --workload lww-kv --mode vv
  actorum node --workload lww-kv --clock-offset-ms -250
  echo '{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}' | actorum node
`;

/** Well below the time in which every request is answered, so that the leader still has its own. */
const MAX_RYW_WAIT_MS = 700;
const MAX_DELAY_MS = 60_000;
/** A hundred years, either way. */
const MAX_OFFSET_MS = 100 * 365 * 24 * 60 * 60 * 1000;
/** No timer waits for longer than 2^31 milliseconds, which is 24 days. */
const MAX_GRACE_MS = 2 ** 31 - 1;

function readOptions(args: readonly string[]) {
  const given = parseOptions('node', withInspectValue(args), {
    workload: { type: 'string', default: 'lin-kv' },
    'ryw-wait-ms': { type: 'string', default: '100' },
    'election-timeout-ms': { type: 'string', default: '400' },
    'heartbeat-ms': { type: 'string', default: '80' },
    mode: { type: 'string', default: 'lww' },
    'clock-offset-ms': { type: 'string', default: '0' },
    'gossip-interval-ms': { type: 'string', default: '500' },
    'tombstone-grace-ms': { type: 'string', default: '3600000' },
    'data-dir': { type: 'string' },
    'sync-delay-ms': { type: 'string', default: '0' },
    'checkpoint-entries': { type: 'string', default: String(DEFAULT_LIMITS.checkpointEntries) },
    'checkpoint-bytes': { type: 'string', default: String(DEFAULT_LIMITS.checkpointBytes) },
    'trailing-entries': { type: 'string', default: String(DEFAULT_LIMITS.trailingEntries) },
    join: { type: 'boolean', default: false },
    listen: { type: 'string' },
    seed: { type: 'string' },
    'log-level': { type: 'string', default: 'warn' },
    ...OBSERVER_OPTIONS,
    'no-accelerate': { type: 'boolean', default: false },
    'allow-faults': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  const logLevel = oneOf('--log-level', given['log-level'], LOG_LEVELS);
  const delay = { min: 1, max: MAX_DELAY_MS, whole: true };
  const count = { min: 1, max: 2 ** 31 - 1, whole: true };
  if (given.join && given.workload === 'lww-kv') {
    throw new UsageError('--join is not for lww-kv', 'the nodes of the conflict store are those of init');
  }
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
      checkpointEntries: numberOption('--checkpoint-entries', given['checkpoint-entries'], count),
      checkpointBytes: numberOption('--checkpoint-bytes', given['checkpoint-bytes'], count),
      trailingEntries: numberOption('--trailing-entries', given['trailing-entries'], { ...count, min: 0 }),
    },
    dataDir: given['data-dir'] === undefined ? null : namedDirectory(given['data-dir']),
    joins: given.join,
    listen: given.listen === undefined ? null : addressOption('--listen', given.listen),
    syncDelayMs: numberOption('--sync-delay-ms', given['sync-delay-ms'], { ...delay, min: 0 }),
    clockOffsetMs: numberOption('--clock-offset-ms', given['clock-offset-ms'], {
      min: -MAX_OFFSET_MS,
      max: MAX_OFFSET_MS,
    }),
    store: {
      mode: oneOf('--mode', given.mode, MODES),
      gossipIntervalMs: numberOption('--gossip-interval-ms', given['gossip-interval-ms'], delay),
      tombstoneGraceMs: numberOption('--tombstone-grace-ms', given['tombstone-grace-ms'], {
        min: 0,
        max: MAX_GRACE_MS,
        whole: true,
      }),
    },
    seed:
      given.seed === undefined
        ? freshSeed()
        : numberOption('--seed', given.seed, { min: 0, max: 2 ** 32 - 1, whole: true }),
    logLevel,
    watched: readObservers(given),
    isStock: given['no-accelerate'],
    allowsFaults: given['allow-faults'],
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
  return options.watched === null ? serve(options, log, null) : serveWatched(options, options.watched, log);
}

function namedDirectory(name: string): string {
  if (name !== '') return name;
  throw new UsageError('--data-dir is ""', '--data-dir takes the path of a directory');
}

type NodeCommandOptions = ReturnType<typeof readOptions>;

/** The same, and everything that happens is told. */
async function serveWatched(options: NodeCommandOptions, watched: Watched, log: Logger): Promise<number> {
  const { seed, workload } = options;
  const startMs = monotonicMs();
  const command = `actorum node --workload ${workload} --seed ${seed}`;
  const startedAtMs = monotonicOriginMs() + startMs;
  const header = traceHeader({ ran: 'node', command, seed, nodes: [], time: 'real', startedAtMs });
  // Whoever asks for a page needs its address, whatever the level of the log.
  const observers = await openObservers(watched, header, (text) =>
    process.stderr.write(`actorum node: ${text}\n`),
  );
  const tracer = new Tracer(observers.sink, () => monotonicMs() - startMs);
  const code = await serve(options, log, new NodeTracer(tracer, { messages: !watched.carriesMessages }));
  await observers.close();
  return code;
}

async function serve(options: NodeCommandOptions, log: Logger, tracer: NodeTracer | null): Promise<number> {
  const memory = await memoryFor(options, log);
  if (memory === null) return 1;
  let hear: (lines: readonly Line[]) => void = () => {};
  const operators = await operatorsAt(options.listen, (line) => hear([line]), log);
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
    const usual = { clockOffsetMs: options.clockOffsetMs, syncDelayMs: options.syncDelayMs };
    const faults = new FaultDoor(usual, (src, dest, body) => stdio.write(encode(src, dest, body)));
    const node = new Node(
      {
        nowMs: monotonicMs,
        wallMs: () => wallMs() + faults.clockOffsetMs,
        timers,
        wire: { send },
      },
      {
        seed: options.seed,
        workload: options.workload,
        joins: options.joins,
        rywWaitMs: options.rywWaitMs,
        settings: options.settings,
        store: { ...options.store, life: freshLife() },
        open: (nodeId, nodeIds, opened) =>
          memory.open(nodeId, options.joins ? [] : nodeIds, (result) => {
            // Whoever starts nodes by a harness sees their stderr, and hardly ever the answer to init.
            if ('refusal' in result) log.error(`--data-dir ${options.dataDir}: ${result.refusal}`);
            opened('disk' in result ? { ...result, disk: slowed(result.disk) } : result);
          }),
        onFailure({ text }) {
          exitCode = 1;
          log.error(text);
        },
        onExit() {
          timers.clearAll();
          stdio
            .close()
            .then(() => operators?.close())
            .then(() => memory.close())
            .then(() => resolve(exitCode));
        },
      },
    );
    let exitCode = 0;
    hear = take;
    const receiver = createReceiver(log.warn, options.workload);
    if (options.tellsOfLeaders) tellOfLeaders(node, log.info);
    if (tracer !== null) listen(node.steps, (step) => tracer.step(step));

    function slowed(disk: Disk): Disk {
      const later = (delayMs: number, fire: () => void) => timers.set('slow disk', delayMs, fire);
      return new SlowDisk(disk, () => faults.syncDelayMs, later);
    }

    function send(src: string, dest: string, body: { readonly [name: string]: Json }): void {
      tracer?.sent(src, dest, body);
      if (operators === null || !operators.reply(src, dest, body)) stdio.write(encode(src, dest, body));
    }

    function take(arrived: readonly Line[]): void {
      const lines = options.allowsFaults ? faults.take(arrived) : arrived;
      let from = 0;
      while (node.isAlone && from < lines.length) {
        handle(lines.slice(from, from + 1));
        from += 1;
      }
      if (from < lines.length) handle(from === 0 ? lines : lines.slice(from));
    }

    function handle(lines: readonly Line[]): void {
      for (const event of receiver.receive(lines)) {
        tracer?.received(event);
        node.receive(event);
      }
      node.endTurn();
    }
  });
}

/** @throws UsageError when nobody can listen there */
async function operatorsAt(
  address: Address | null,
  take: (line: Line) => void,
  log: Logger,
): Promise<Operators | null> {
  if (address === null) return null;
  try {
    return await Operators.open(address, take, log.warn);
  } catch (error) {
    throw new UsageError(`--listen: ${(error as Error).message}`, `--listen takes ${ADDRESS_RULE}`);
  }
}

/** @returns null when the directory cannot be used; the log says why, and what to do */
async function memoryFor({ dataDir, workload }: NodeCommandOptions, log: Logger): Promise<NodeMemory | null> {
  if (dataDir === null) return passingMemory();
  try {
    return await directoryMemory(dataDir, workload, log.warn);
  } catch (error) {
    if (!isStorageError(error)) throw error;
    log.error(`--data-dir ${dataDir}: ${error.message}`);
    return null;
  }
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
