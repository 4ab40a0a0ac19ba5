import type { Mutant } from './mutants.list.ts';

const NETWORK = 'test/bench/network.test.ts';
const PROCESS = 'test/bench/node-process.test.ts';
const SCHEDULER = 'test/bench/nemesis/scheduler.test.ts';
const ATTENDANCE = 'test/bench/nemesis/attendance.test.ts';
const KILL = 'test/bench/nemesis/kill.test.ts';
const MEMBERSHIP = 'test/bench/nemesis/membership.test.ts';
const OPERATOR = 'test/bench/nemesis/operator.test.ts';
const FAULTS = 'test/cli/faults.test.ts';

/** Faults in the bench and its nemesis: one that does less than it says would make every run look better. */
export const BENCH_MUTANTS: readonly Mutant[] = [
  {
    name: 'bench: what a node said before it was killed is not heard',
    file: 'src/bench/node-process.ts',
    search: 'this.#condemned = true;',
    replace: 'this.#stopping = true;',
    test: PROCESS,
    title: 'is read to the end',
  },
  {
    name: 'bench: a crash is taken for the kill that came after it',
    file: 'src/bench/node-process.ts',
    search: "(this.#condemned && signal === 'SIGKILL')",
    replace: 'this.#condemned',
    test: PROCESS,
    title: 'a node that ended by itself just before it was killed has crashed',
  },
  {
    name: 'bench: a node that stands still is waited for',
    file: 'src/bench/node-process.ts',
    search: "if (this.running) this.#child.kill('SIGCONT');",
    replace: '',
    test: PROCESS,
    title: 'goes on where it was',
  },
  {
    name: 'bench: mending one cut mends all',
    file: 'src/bench/network.ts',
    search: 'if (this.#cuts.delete(own)) this.#unite();',
    replace: 'this.heal();',
    test: NETWORK,
    title: 'only when every cut that names it is mended',
  },
  {
    name: 'bench: a request waits for a node that is down',
    file: 'src/bench/network.ts',
    search: 'if (node.running) node.send(line);',
    replace: 'if (node !== undefined) node.send(line);',
    test: NETWORK,
    title: 'to a node that is down are lost',
  },
  {
    name: 'bench: loss loses nothing',
    file: 'src/bench/weather.ts',
    search: 'if (loss > 0 && dice.chance(loss)) return [];',
    replace: 'if (loss > 0 && dice.chance(loss)) return [0];',
    test: NETWORK,
    title: 'are lost by chance at the share',
  },
  {
    name: 'bench: a copy is no copy',
    file: 'src/bench/weather.ts',
    search: 'return [lateMs, lateMs + dice.between(0, spreadMs)];',
    replace: 'return [lateMs + dice.between(0, spreadMs)];',
    test: NETWORK,
    title: 'arrive twice',
  },
  {
    name: 'nemesis: two faults take the majority that each would leave',
    file: 'src/bench/nemesis/attendance.ts',
    search: ': Math.max(0, spare);',
    replace: ': Math.max(0, present - 1);',
    test: ATTENDANCE,
    title: 'a majority stays unless one asks for it',
  },
  {
    name: 'nemesis: the load ends before the faults do',
    file: 'src/bench/nemesis/scheduler.ts',
    search: 'await this.#running;',
    replace: 'void this.#running;',
    test: SCHEDULER,
    title: 'ends everything when it is stopped, waits for that',
  },
  {
    name: 'nemesis: a fault that goes on while the next begins',
    file: 'src/bench/nemesis/scheduler.ts',
    search: 'if (strike !== null) await this.#let(',
    replace: 'if (strike !== null) void this.#let(',
    test: SCHEDULER,
    title: 'waits anew when it has ended',
  },
  {
    name: 'nemesis: the end of a fault is not in the history',
    file: 'src/bench/nemesis/fault-log.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is text of the source.
    search: 'record(`${fault}-end`, strike.nodes);',
    replace: '',
    test: KILL,
    title: 'every strike is in the history with its end',
  },
  {
    name: 'nemesis: a node that does not come back is no finding',
    file: 'src/bench/nemesis/kill.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is text of the source.
    search: "note('crash', error.node, `did not come back after kill -9: it ${error.how}`);",
    replace: 'void note;',
    test: KILL,
    title: 'have crashed when they do not come back',
  },
  {
    name: 'nemesis: members are removed until too few are there to serve',
    file: 'src/bench/nemesis/membership.ts',
    search: 'return present >= majorityOf(after) ? { add, remove } : null;',
    replace: 'return present > 0 ? { add, remove } : null;',
    test: MEMBERSHIP,
    title: 'three members stay, a majority of them present',
  },
  {
    name: 'nemesis: members are what was asked for, not what the cluster says',
    file: 'src/bench/nemesis/membership.ts',
    search: '      if (members !== null) roster.learn(members);\n',
    replace: '      roster.learn([...roster.members.filter((node) => !remove.includes(node)), ...add]);\n',
    test: MEMBERSHIP,
    title: 'the cluster itself says what became of it',
  },
  {
    name: 'nemesis: a removed node has the last word on who belongs to the cluster',
    file: 'src/bench/nemesis/operator.ts',
    search: "if (reply.type !== 'error') return reply;",
    replace: 'return reply;',
    test: OPERATOR,
    title: 'is not the last to be asked',
  },
  {
    name: 'inject: null is zero and not what the node began with',
    file: 'src/cli/fault-door.ts',
    search: 'injection.clockOffsetMs ?? clockOffsetMs',
    replace: 'injection.clockOffsetMs ?? 0 * clockOffsetMs',
    test: FAULTS,
    title: 'null is what it began with',
  },
  {
    name: 'slow disk: a sync passes those that wait',
    file: 'src/cli/slow-disk.ts',
    search: 'if (!this.#busy && this.#delayMs() === 0) {',
    replace: 'if (this.#delayMs() === 0) {',
    test: FAULTS,
    title: 'nothing passes what still waits',
  },
];
