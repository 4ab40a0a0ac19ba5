import { BENCH_HELP, benchCommand } from './bench/command.ts';
import { CHARTS_HELP, chartsCommand } from './charts/command.ts';
import { NODE_HELP, nodeCommand } from './cli/node.ts';
import { UsageError } from './cli/usage.ts';
import { SIM_HELP, simCommand } from './sim/command.ts';

const HELP = `actorum: a distributed key-value system whose protocols are statecharts

Usage: actorum <command> [options]

Commands:
  node      one node of a cluster on stdin and stdout (the default when stdin is not a terminal)
  sim       a whole cluster in one process, in virtual time, under every fault; one seed, one run
  bench     a cluster of real processes under load and partitions, judged at the end
  charts    the statecharts as diagrams, definitions and pages
  help      this text, or "actorum help <command>"

actorum <command> --help tells everything about a command.
`;

const COMMANDS: {
  readonly [name: string]: {
    readonly run: (args: readonly string[]) => Promise<number>;
    readonly help: string;
  };
} = {
  node: { run: nodeCommand, help: NODE_HELP },
  sim: { run: simCommand, help: SIM_HELP },
  bench: { run: benchCommand, help: BENCH_HELP },
  charts: { run: chartsCommand, help: CHARTS_HELP },
};

async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined && !process.stdin.isTTY) return nodeCommand([]);
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    const topic = COMMANDS[rest[0] ?? ''];
    process.stdout.write(topic?.help ?? HELP);
    return 0;
  }
  // Maelstrom and people who try things out start a node with options alone.
  if (first.startsWith('-')) return nodeCommand(args);
  const command = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  if (command === undefined) {
    throw new UsageError(
      `there is no command "${first}"`,
      `the commands are ${Object.keys(COMMANDS).join(', ')}`,
    );
  }
  return command.run(rest);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (error instanceof UsageError) {
      process.stderr.write(`actorum: ${error.message}; ${error.hint}\n`);
      process.exitCode = 2;
    } else {
      throw error;
    }
  },
);
