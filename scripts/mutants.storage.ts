import type { Mutant } from './mutants.list.ts';

const CRASHES = 'test/storage/crash-points.test.ts';
const CHECKPOINTS = 'test/storage/checkpoints.test.ts';
const MODEL = 'test/storage/durable-disk.model.test.ts';
const DAMAGE = 'test/storage/damage.test.ts';
const FAILURES = 'test/storage/failures.test.ts';
const JOURNAL = 'test/storage/journal.test.ts';
const JOURNALED = 'test/host/journaled-engine.test.ts';

const ANY_CRASH = 'leaves what was acknowledged before the batch';
const ANYTHING = 'holds after any crash what was durable';

/** Faults in what makes state survive. */
export const STORAGE_MUTANTS: readonly Mutant[] = [
  {
    name: 'disk: superblock written before what it speaks of',
    file: 'src/storage/contents.ts',
    search: 'puts: [...draft.puts(head.base.index), ...removals, ...superblock],',
    replace: 'puts: [...superblock, ...draft.puts(head.base.index), ...removals],',
    test: CRASHES,
    title: ANY_CRASH,
  },
  {
    name: 'disk: garbage removed in the batch that makes it garbage',
    file: 'src/storage/durable-disk.ts',
    search: 'const removals = Array.from(',
    replace: 'this.#garbage.add(draft.settledGarbage);\n    const removals = Array.from(',
    test: CRASHES,
    title: ANY_CRASH,
  },
  {
    name: 'disk: checksum of a record not compared',
    file: 'src/storage/records.ts',
    search: 'if (crc32c(value, HEAD_BYTES, value.length, crc32cOfKey(key)) !== this.fingerprint(value)) {',
    replace: 'if (crc32c(value, HEAD_BYTES, value.length, crc32cOfKey(key)) < 0) {',
    test: DAMAGE,
    title: 'a flipped bit in any byte of any record',
  },
  {
    name: 'disk: checksum of a record that leaves out its key',
    file: 'src/storage/records.ts',
    search: 'if (crc32c(value, HEAD_BYTES, value.length, crc32cOfKey(key)) !== this.fingerprint(value)) {',
    replace: 'if (typeof JSON.parse(new TextDecoder().decode(value.subarray(HEAD_BYTES))) === "undefined") {',
    test: DAMAGE,
    title: 'a record in the place of another',
  },
  {
    name: 'disk: items not counted when they are read',
    file: 'src/storage/versions.ts',
    search: 'if (count === this.#count && sum === this.#sum) return;',
    replace: 'if (count >= 0 && sum >= 0) return;',
    test: DAMAGE,
    title: 'a record that is missing',
  },
  {
    name: 'disk: a failed sync taken for a good one',
    file: 'src/storage/durable-disk.ts',
    search: 'else this.#fail(failure);',
    replace: 'else this.#settle(draft, head);',
    test: FAILURES,
    title: 'is told to everyone who waits',
  },
  {
    name: 'disk: a failed sync forgotten by the next one',
    file: 'src/storage/durable-disk.ts',
    search: '    this.#failure = failure;\n',
    replace: '',
    test: FAILURES,
    title: 'is told to everyone who waits',
  },
  {
    name: 'disk: records of a batch that never happened accepted',
    file: 'src/storage/recovery.ts',
    search: 'if (batchOf(key) > batch) torn.push(key);',
    replace: 'if (batchOf(key) > batch + 1) torn.push(key);',
    test: CRASHES,
    title: ANY_CRASH,
  },
  {
    name: 'disk: slices of a checkpoint that was never whole kept',
    file: 'src/storage/recovery.ts',
    search: 'if (batchOf(key) > (isState ? state.batch : batch)) torn.push(key);',
    replace: 'if (batchOf(key) > batch) torn.push(key);',
    test: CHECKPOINTS,
    title: 'that a crash has cut off leaves nothing for the next one',
  },
  {
    name: 'disk: a generation used again that a crash left half-made',
    file: 'src/storage/recovery.ts',
    search: 'nextGeneration = Math.max(nextGeneration, generation + 1);',
    replace: '',
    test: CHECKPOINTS,
    title: 'in its first chunk leaves nothing',
  },
  {
    name: 'disk: incarnation not raised above the one before',
    file: 'src/storage/open.ts',
    search: 'Math.max(superblock.incarnation + 1, Math.floor(nowMs))',
    replace: 'Math.max(superblock.incarnation, Math.floor(nowMs))',
    test: MODEL,
    title: ANYTHING,
  },
  {
    name: 'disk: a reader that is shown what was written after its checkpoint',
    file: 'src/storage/versions.ts',
    search: 'if (batchOf(key) <= batch) latest = record;',
    replace: 'latest = record;',
    test: CHECKPOINTS,
    title: 'is not there before all of it is',
  },
  {
    name: 'disk: state removed that somebody still reads',
    file: 'src/storage/durable-disk.ts',
    search: 'next !== undefined && next.batch <= oldest',
    replace: 'next !== undefined && (next.batch <= oldest || oldest > 0)',
    test: CHECKPOINTS,
    title: 'hides nothing of the one before',
  },
  {
    name: 'disk: log compacted beyond the durable checkpoint',
    file: 'src/storage/contents.ts',
    search: 'through > base.index && through <= (checkpoint?.index ?? 0),',
    replace: 'through > base.index,',
    test: FAILURES,
    title: 'drops no log',
  },
  {
    name: 'disk: a damaged last batch of the journal taken for one that was never finished',
    file: 'src/storage/journal.ts',
    search: 'if (!isUnfinished(bytes, view, place, end)) throw',
    replace: 'if (!isUnfinished(bytes, view, place, bytes.length + 1)) throw',
    test: JOURNAL,
    title: 'a flipped bit in any byte of any frame',
  },
  {
    name: 'disk: batches that are missing between database and journal passed over',
    file: 'src/host/journaled-engine.ts',
    search: 'if (frame.number > number + 1) {',
    replace: 'if (frame.number > number + 1000) {',
    test: JOURNALED,
    title: 'misses batches',
  },
  {
    name: 'disk: a journal begun anew before its batches are folded',
    file: 'src/host/journaled-engine.ts',
    search: 'const failure = await fold(inner, layer, number);',
    replace: 'const failure = await fold(inner, new Layer(), number);',
    test: JOURNALED,
    title: 'is a sorted map',
  },
];
