import { addressOption } from '../cli/address.ts';
import { numberOption, parseOptionsAndNames, UsageError } from '../cli/usage.ts';
import { type Change, type ChangeOptions, changeMembers, transferLeadership } from './changes.ts';
import { everyone, fetchMembers, type Members } from './members.ts';
import { openTransport, type SocketTransport } from './socket-transport.ts';
import { AdminError } from './transport.ts';

export const ADMIN_HELP = `Usage: actorum admin <action> [names] --via ADDRESS [options]

Who belongs to a running cluster, and who leads it. The cluster serves its clients meanwhile.

Actions:
  members                     who votes, who learns, who leads, and how far each has the log
  add NODE...                 nodes become learners, catch up, and then vote; several become voters in one change.
                              They have to run already: actorum node --join
  remove NODE...              nodes stop voting and receive nothing more; also the leader. Stop them afterwards
  replace OLD[,OLD...] NEW[,NEW...]
                              the new ones catch up, and then all change places in one change
  transfer NODE               a voter leads, after it has caught up

Options:
  --via ADDRESS               where a node or a bench listens (its --listen): the path of a unix socket, or a host on
                              loopback and a port
  --node NAME                 whom to ask, when several are behind the address (default: whoever is there)
  --learner                   add: as learners, which receive the log and do not vote
  --local                     members: what the asked node itself knows, whether or not there is a leader
  --timeout-s N               when to give up, in seconds (default 60); a change may still happen then
  --json                      the members in the end as one line of JSON, or {"error": {code, text}}
  -h, --help                  this text

The exit code is 0 when it is done, 1 when it is not, 2 when the command line is wrong. To give the same command again
does no harm: what is done already is not done twice.

Examples:
  actorum admin members --via /run/actorum/n1.sock
  actorum admin add n4 n5 --via /run/actorum/n1.sock
  actorum admin replace n1,n2 n6,n7 --via 127.0.0.1:7001
  actorum admin remove n3 --via 127.0.0.1:7001 --json
  actorum admin transfer n2 --via 127.0.0.1:7001
`;

const ACTIONS = ['members', 'add', 'remove', 'replace', 'transfer'] as const;
type Action = (typeof ACTIONS)[number];

const HINT = 'try: actorum admin --help';

function readOptions(args: readonly string[]) {
  const { values, names } = parseOptionsAndNames('admin', args, {
    via: { type: 'string' },
    node: { type: 'string', default: '' },
    learner: { type: 'boolean', default: false },
    local: { type: 'boolean', default: false },
    'timeout-s': { type: 'string', default: '60' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return null;
  const [first, ...rest] = names;
  const action = ACTIONS.find((one) => one === first);
  if (action === undefined) {
    const problem = first === undefined ? 'no action is given' : `there is no action "${first}"`;
    throw new UsageError(problem, `the actions are ${ACTIONS.join(', ')}`);
  }
  if (values.via === undefined) throw new UsageError('--via is missing', HINT);
  if (values.learner && action !== 'add') throw new UsageError(`--learner is not for ${action}`, HINT);
  if (values.local && action !== 'members') throw new UsageError(`--local is not for ${action}`, HINT);
  return {
    action,
    change: changeOf(action, rest, values.learner),
    to: action === 'transfer' ? (rest[0] as string) : null,
    address: addressOption('--via', values.via),
    via: values.via,
    node: values.node,
    isLocal: values.local,
    timeoutMs: 1000 * numberOption('--timeout-s', values['timeout-s'], { min: 0.1, max: 86_400 }),
    isJson: values.json,
  };
}

/** What the names mean. @throws UsageError when they are too few, too many, or twice the same */
function changeOf(action: Action, names: readonly string[], asLearners: boolean): Change {
  const expected = {
    members: [0, 0],
    add: [1, 50],
    remove: [1, 50],
    replace: [2, 2],
    transfer: [1, 1],
  } as const;
  const [least, most] = expected[action];
  if (names.length < least || names.length > most) {
    const wanted =
      most === 0
        ? 'no names'
        : most === 50
          ? 'one name or more'
          : `${most === 1 ? 'one name' : 'two lists of names'}`;
    throw new UsageError(`${action} takes ${wanted}, not ${names.length}`, HINT);
  }
  const all = names.flatMap((name) => (action === 'replace' ? name.split(',') : [name]));
  if (all.includes('')) throw new UsageError('a name is empty', HINT);
  const twice = all.find((name, place) => all.indexOf(name) !== place);
  if (twice !== undefined) throw new UsageError(`${twice} is named twice`, HINT);
  switch (action) {
    case 'add':
      return asLearners ? { learners: all } : { add: all };
    case 'remove':
      return { remove: all };
    case 'replace': {
      const [old = '', fresh = ''] = names;
      return { remove: old.split(','), add: fresh.split(',') };
    }
    default:
      return {};
  }
}

type AdminOptions = NonNullable<ReturnType<typeof readOptions>>;

/** Asks a running cluster, or changes it. Resolves with the exit code. */
export async function adminCommand(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === null) {
    process.stdout.write(ADMIN_HELP);
    return 0;
  }
  let transport: SocketTransport;
  try {
    transport = await openTransport(options.address, options.node);
  } catch (error) {
    return fail(options, 0, `nobody listens at ${options.via}: ${(error as Error).message}`);
  }
  try {
    const members = await carryOut(options, transport);
    process.stdout.write(options.isJson ? `${JSON.stringify(asJson(members))}\n` : table(members));
    return 0;
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    return fail(options, error.code, error.message);
  } finally {
    transport.close();
  }
}

async function carryOut(options: AdminOptions, transport: SocketTransport): Promise<Members> {
  const { action, change, to, timeoutMs } = options;
  const how: ChangeOptions = { deadlineMs: timeoutMs, tell: progress() };
  if (action === 'remove' || action === 'replace') await refuseStrangers(transport, change.remove ?? []);
  if (to !== null) await transferLeadership(transport, to, how);
  else if (action !== 'members') return changeMembers(transport, change, how);
  return membersNow(transport, options);
}

/** A slip of the hand would otherwise look like success: who is no member is removed already. */
async function refuseStrangers(transport: SocketTransport, names: readonly string[]): Promise<void> {
  const members = await fetchMembers(transport);
  if (typeof members === 'string') return;
  const all = everyone(members);
  const stranger = names.find((name) => !all.includes(name));
  if (stranger === undefined) return;
  throw new AdminError(14, `${stranger} does not belong to the cluster: ${all.join(', ')} do`);
}

async function membersNow(
  transport: SocketTransport,
  { isLocal, timeoutMs }: AdminOptions,
): Promise<Members> {
  const endMs = transport.nowMs() + timeoutMs;
  for (;;) {
    const members = await fetchMembers(transport, [null], isLocal);
    if (typeof members !== 'string') return members;
    if (transport.nowMs() >= endMs) {
      throw new AdminError(0, `${members} (--local tells what the node itself knows)`);
    }
    await transport.sleep(100);
  }
}

/** Says each thing once, on a terminal. */
function progress(): (text: string) => void {
  let last = '';
  return (text) => {
    if (text === last || !process.stderr.isTTY) return;
    last = text;
    process.stderr.write(`actorum admin: ${text}\n`);
  };
}

function fail({ isJson }: AdminOptions, code: number, text: string): number {
  if (isJson) process.stdout.write(`${JSON.stringify({ error: { code, text } })}\n`);
  process.stderr.write(`actorum admin: ${text}\n`);
  return 1;
}

function asJson({ isConfirmed, ...members }: Members): object {
  return { ...members, confirmed: isConfirmed };
}

function table(members: Members): string {
  const { leader, index, match, voters, outgoing, learners, isConfirmed } = members;
  const width = Math.max(4, ...everyone(members).map((name) => name.length));
  const rows = everyone(members).map((name) => {
    const isVoter = voters.includes(name);
    const role = learners.includes(name) ? 'learner' : isVoter ? 'voter' : 'leaving';
    const note =
      name === leader
        ? ', leads'
        : isVoter && outgoing.length > 0 && !outgoing.includes(name)
          ? ', coming'
          : '';
    const held = Object.hasOwn(match, name) ? `log up to ${match[name]}` : '';
    return `${name.padEnd(width)}  ${`${role}${note}`.padEnd(15)}  ${held}`.trimEnd();
  });
  const doubt = isConfirmed ? '' : '; as the asked node knows it, not confirmed by a leader';
  return `${rows.join('\n')}\nsince index ${index}${doubt}\n`;
}
