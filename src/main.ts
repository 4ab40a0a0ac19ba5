import { ADMIN_HELP, adminCommand } from './admin/command.ts';
import { BENCH_HELP, benchCommand } from './bench/command.ts';
import { INSPECT_DATA_HELP, inspectDataCommand } from './cli/inspect-data.ts';
import { NODE_HELP, nodeCommand } from './cli/node.ts';
import { isUsageError, partOfPackage, UsageError } from './cli/usage.ts';
import { packageVersion } from './host/package.ts';
import { INSPECT_HELP, inspectCommand } from './inspect/command.ts';
import { SIM_HELP, simCommand } from './sim/command.ts';

const HELP = `actorum: a distributed key-value system whose protocols are statecharts

Usage: actorum <command> [options]

Commands:
  node      one node of a cluster on stdin and stdout (the default when stdin is not a terminal)
  sim       a whole cluster in one process, in virtual time, under every fault; one seed, one run
  bench     a cluster of real processes under load and partitions, judged at the end
  lab       watch a write disappear under clock skew, and then make it impossible
  admin     who belongs to a running cluster: add, remove and replace members, let another lead
  inspect   a trace of a run, on a page of this machine
  inspect-data
            what the directory of a node holds, verified
  charts    the statecharts as diagrams, definitions and pages
  help      this text, or "actorum help <command>"
  version   the version of actorum

actorum <command> --help tells everything about a command.
`;

type Command = {
  readonly run: (args: readonly string[]) => Promise<number>;
  readonly help: () => string | Promise<string>;
};

/** Not before they are asked for: see docs/decisions/0010-chart-layout.md and 0015-lab-report.md. */
const charts = () => partOfPackage(() => import('./charts/index.ts'));
const lab = () => partOfPackage(() => import('./lab/index.ts'));

const COMMANDS: { readonly [name: string]: Command } = {
  node: { run: nodeCommand, help: () => NODE_HELP },
  sim: { run: simCommand, help: () => SIM_HELP },
  bench: { run: benchCommand, help: () => BENCH_HELP },
  lab: {
    run: async (args) => (await lab()).labCommand(args),
    help: async () => (await lab()).LAB_HELP,
  },
  admin: { run: adminCommand, help: () => ADMIN_HELP },
  inspect: { run: inspectCommand, help: () => INSPECT_HELP },
  'inspect-data': { run: inspectDataCommand, help: () => INSPECT_DATA_HELP },
  charts: {
    run: async (args) => (await charts()).chartsCommand(args),
    help: async () => (await charts()).CHARTS_HELP,
  },
};

async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined && !process.stdin.isTTY) return nodeCommand([]);
  if (first === 'version' || first === '--version') return print(`${packageVersion()}\n`);
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    return print(rest[0] === undefined ? HELP : await commandNamed(rest[0]).help());
  }
  // Maelstrom and people who try things out start a node with options alone.
  if (first.startsWith('-')) return nodeCommand(args);
  return commandNamed(first).run(rest);
}

function commandNamed(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command;
  throw new UsageError(
    `there is no command "${name}"`,
    `the commands are ${Object.keys(COMMANDS).join(', ')}`,
  );
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** What went wrong, on stderr: one line for a mistake of the user's, and everything for one of ours. */
function explain(error: unknown): string {
  if (isUsageError(error)) return `${error.message}; ${error.hint}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

// Whoever reads the output may stop reading (`| head`); that is no error. A node minds its own output.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`actorum: ${explain(error)}\n`);
    // 1 is a verdict: a property that does not hold. Whatever kept a command from reaching one is 2.
    process.exitCode = 2;
  },
);
