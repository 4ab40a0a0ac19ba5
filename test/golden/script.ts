import type { Mode } from '../../machines/store/operations.ts';
import type { Workload } from '../../src/actors/node.ts';
import type { Body } from '../../src/sim/network.ts';
import { ScriptedCluster } from './cluster.ts';

/**
 * Scripts with their transcripts, in the manner of etcd's testdata: a command, a line `----`, and what came of it, up
 * to an empty line. Lines that begin with `# ` say what it is about.
 *
 *   cluster n1 n2 n3 [workload=ryw-kv] [wait=100]   starts nodes; of lww-kv with [mode=lww] [interval=500] [grace=3600000];
 *                                [join=n3] are to join later
 *   lead n1                      lets n1 lead, and everybody catch up
 *   send c1 n2 {"type": ...}     a client's request, without msg_id; its number is told
 *   advance 100                  lets so many milliseconds pass
 *   lag n3 50                    the log takes so much longer to reach n3; other messages do not
 *   skew n3 -500                 sets the wall clock of n3 so far off the right time
 *   cut n1 n3 | isolate n1 | heal       links; heal also ends every lag
 *   crash n1 | restart n1 | transfer n1 n2 | end n1
 *   state                        every node in one line
 */
export function rewrite(script: string): string {
  let cluster: ScriptedCluster | null = null;
  return `${script
    .trimEnd()
    .split('\n\n')
    .map((block) => {
      const lines = block.split('\n');
      const about = lines.filter((line) => line.startsWith('# '));
      const rest = lines.filter((line) => !line.startsWith('# '));
      const end = rest.indexOf('----');
      const commands = end === -1 ? rest : rest.slice(0, end);
      if (commands.length === 0) return block;
      const told: string[] = [];
      for (const command of commands) cluster = run(cluster, command, (line) => told.push(line), told);
      return [...about, ...commands, '----', ...told].join('\n');
    })
    .join('\n\n')}\n`;
}

/** Lines told by a cluster go to whichever command runs at the time. */
let tellNow: (line: string) => void = () => {};

function run(
  cluster: ScriptedCluster | null,
  command: string,
  tell: (line: string) => void,
  told: string[],
): ScriptedCluster {
  tellNow = tell;
  const [verb = '', ...words] = command.split(' ');
  if (verb === 'cluster') return start(words);
  if (cluster === null) throw new Error(`"${command}" comes before "cluster"`);
  perform(cluster, verb, words, command, told);
  return cluster;
}

function start(words: readonly string[]): ScriptedCluster {
  const settings = new Map(
    words.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]),
  );
  const options = {
    nodes: words.filter((word) => !word.includes('=')),
    joins: settings.get('join')?.split(',') ?? [],
    workload: (settings.get('workload') ?? 'ryw-kv') as Workload,
    rywWaitMs: Number(settings.get('wait') ?? 100),
    store: {
      mode: (settings.get('mode') ?? 'lww') as Mode,
      gossipIntervalMs: Number(settings.get('interval') ?? 500),
      tombstoneGraceMs: Number(settings.get('grace') ?? 3_600_000),
    },
  };
  return new ScriptedCluster(options, (line) => tellNow(line));
}

function perform(
  cluster: ScriptedCluster,
  verb: string,
  words: readonly string[],
  command: string,
  told: string[],
): void {
  const [first = '', second = ''] = words;
  switch (verb) {
    case 'lead':
      return cluster.lead(first);
    case 'send': {
      const body = JSON.parse(words.slice(2).join(' ')) as Body;
      told.push(`#${cluster.request(first, second, body)}`);
      return;
    }
    case 'advance':
      return cluster.advance(Number(first));
    case 'lag':
      return cluster.lag(first, Number(second));
    case 'skew':
      return cluster.skew(first, Number(second));
    case 'cut':
      return cluster.cut(first, second);
    case 'isolate':
      return cluster.isolate(first);
    case 'heal':
      return cluster.heal();
    case 'crash':
      cluster.host(first).crash();
      return;
    case 'restart':
      return cluster.host(first).start();
    case 'transfer':
      return cluster.host(first).node?.peer?.transfer(second);
    case 'end':
      return cluster.host(first).endInput();
    case 'state':
      told.push(...cluster.state());
      return;
    default:
      throw new Error(`there is no command "${command}": see test/golden/script.ts`);
  }
}
