import type { Mutant } from './mutants.list.ts';

/** Faults in what the simulator stands on, and in the simulator itself: a judge that is asleep finds every run good. */

const CRASH_POINTS = 'test/sim/crash-points.test.ts';
const STORE = 'test/sim/store.test.ts';
const INVARIANTS = 'test/sim/invariants.test.ts';
const WITNESS = 'test/sim/disk-witness.test.ts';
const DRIVE = 'test/sim/drive.test.ts';
const CREW = 'test/sim/crew.test.ts';

export const SIM_MUTANTS: readonly Mutant[] = [
  {
    name: 'sim: sent before it is synced',
    file: 'src/actors/persist-first.ts',
    search: 'if (this.#queue.length === 0) this.#host.release(item);',
    replace: 'if (this.#queue.length >= 0) this.#host.release(item);',
    test: CRASH_POINTS,
    title: 'is one of many',
  },
  {
    name: 'sim: a node remembers no incarnation',
    file: 'src/storage/open.ts',
    search: 'Math.max(superblock.incarnation + 1, Math.floor(nowMs))',
    replace: 'Math.max(1, superblock.incarnation)',
    test: CRASH_POINTS,
    title: 'loses nothing',
  },
  {
    name: 'sim: a flipped bit is not seen',
    file: 'src/storage/records.ts',
    search: 'if (crc32c(value, HEAD_BYTES, value.length, crc32cOfKey(key)) !== this.fingerprint(value)) {',
    replace: 'if (value.length < HEAD_BYTES) {',
    test: STORE,
    title: '',
  },
  {
    name: 'sim: commits of two memberships need nobody in common',
    file: 'src/sim/membership-invariants.ts',
    search: 'if (decides(a, these) && decides(b, others)) return [these, others];',
    replace: 'if (decides(a, these) && decides(a, others)) return [these, others];',
    test: INVARIANTS,
    title: 'neighbouring memberships that could decide apart',
  },
  {
    name: 'sim: what a snapshot brought is not looked at',
    file: 'src/sim/invariants.ts',
    search: 'if (before === undefined || holder === undefined) {',
    replace: 'if (holder === undefined && before === undefined) {',
    test: INVARIANTS,
    title: 'see a checkpoint that a node starts from',
  },
  {
    name: 'sim: a disk may forget everything',
    file: 'src/sim/disk-witness.ts',
    search: 'const candidates = [this.#durable, ...this.#written];',
    replace: 'const candidates = [NOTHING, this.#durable, ...this.#written];',
    test: WITNESS,
    title: 'sees a disk that forgets',
  },
  {
    name: 'sim: a vote may leave before it is durable',
    file: 'src/sim/disk-witness.ts',
    search: 'if (body.granted === true)',
    replace: 'if (body.granted === null)',
    test: WITNESS,
    title: 'a vote',
  },
  {
    name: 'sim: a crash loses nothing',
    file: 'src/sim/drive.ts',
    search: "if (fate === 'lost') return 0;",
    replace: '',
    test: DRIVE,
    title: 'loses in a crash what was not synced',
  },
  {
    name: 'sim: a majority of disks may be damaged',
    file: 'src/sim/roster.ts',
    search: '.length * 2 < of.length;',
    replace: '.length * 2 <= of.length + 1;',
    test: 'test/sim/roster.test.ts',
    title: 'as many disks be damaged as a cluster can do without',
  },
  {
    name: 'sim: whoever is first is told of first',
    file: 'src/sim/crew.ts',
    search: 'if (listener?.index !== ending.index) {',
    replace: 'if (listener === null) {',
    test: CREW,
    title: 'in the order of the tasks',
  },
  {
    name: 'sim: a seed that failed does not keep others from being run',
    file: 'src/sim/crew.ts',
    search: 'if (decides(this.#work, ending)) this.#isDecided = true;',
    replace: '',
    test: CREW,
    title: 'the lowest task that fails',
  },
  {
    name: 'sim: a process that has died takes its seed with it',
    file: 'src/sim/crew.ts',
    search: 'return crash !== null || work.decides(result);',
    replace: 'return crash === null && work.decides(result);',
    test: CREW,
    title: 'finishes the tasks before a crash',
  },
  {
    name: 'sim: processes go on when all is said',
    file: 'src/sim/crew.ts',
    search: 'for (const { worker } of this.#members) worker.dismiss();',
    replace: '',
    test: CREW,
    title: 'dismisses everybody',
  },
  {
    name: 'sim: the results of all seeds are held in memory',
    file: 'src/sim/crew.ts',
    search: 'if (this.#next - this.#awaited >= MOST_AHEAD) return;',
    replace: '',
    test: CREW,
    title: 'does not run away',
  },
];
