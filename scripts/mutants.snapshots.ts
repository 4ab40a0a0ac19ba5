import type { Mutant } from './mutants.list.ts';

const PAPER = 'test/paper/7-snapshots.test.ts';

/** Faults in checkpoints, compaction and the sending and receiving of snapshots. */
export const SNAPSHOT_MUTANTS: readonly Mutant[] = [
  {
    name: 'snapshot index off by one',
    file: 'machines/raft/checkpoints.ts',
    search: 'const due = checkpointAt(log, memberships, commitIndex);',
    replace: 'const due = checkpointAt(log, memberships, commitIndex - 1);',
    test: PAPER,
    title: 'of exactly what it has applied',
  },
  {
    name: 'compaction beyond what was applied',
    file: 'machines/raft/checkpoints.ts',
    search: 'return from - 1;',
    replace: 'return lastIndex(log);',
    test: PAPER,
    title: 'entries that are not committed stay',
  },
  {
    name: 'compaction that the disk does not hear of',
    file: 'machines/raft/checkpoints.ts',
    search: 'return compactThrough === 0 ? [] : ',
    replace: 'return compactThrough >= 0 ? [] : ',
    test: PAPER,
    title: 'when the snapshot is durable, and not before',
  },
  {
    name: 'snapshot acknowledged before it is written',
    file: 'machines/raft/raft.machine.ts',
    search:
      "'setLeaseTimer',\n                  'persistSnapshot',\n                  'acknowledgeSnapshot',",
    replace:
      "'setLeaseTimer',\n                  'acknowledgeSnapshot',\n                  'persistSnapshot',",
    test: PAPER,
    title: '7 and 8: any other log goes whole',
  },
  {
    name: 'chunks of two snapshots mixed',
    file: 'machines/raft/snapshot.ts',
    search: 'return incoming.index === index && incoming.term === term;',
    replace: 'return incoming.index > 0 && index > 0 && term > 0;',
    test: PAPER,
    title: '5: a later snapshot takes the place',
  },
  {
    name: 'late chunk of an earlier snapshot begins it again',
    file: 'machines/raft/snapshot.ts',
    search: 'return after === null && (checkpoint.index > incoming.index || term > incoming.leaderTerm);',
    replace: 'return after === null && term > 0;',
    test: PAPER,
    title: '5: a later snapshot takes the place',
  },
  {
    name: 'snapshot installed under a checkpoint that is being written',
    file: 'machines/raft/snapshot.ts',
    search:
      'return event.next === null && context.snapshots.checkpointing === null && isExpected(context, event);',
    replace: 'return event.next === null && isExpected(context, event);',
    test: PAPER,
    title: 'waits while a checkpoint of the state that it replaces',
  },
  {
    name: 'log cut away under a snapshot that is being sent',
    file: 'machines/raft/checkpoints.ts',
    search: 'if (lacks >= earliest) from = lacks;',
    replace: 'if (lacks < earliest) from = lacks;',
    test: PAPER,
    title: 'keeps the log from the snapshot on its way on',
  },
  {
    name: 'every copy of an answer sends another chunk',
    file: 'machines/raft/transfer.ts',
    search: 'if (!isOfThis || transfer.after === answer.next) return alive;',
    replace: 'if (!isOfThis) return alive;',
    test: PAPER,
    title: 'one chunk at a time',
  },
  {
    name: 'place in the log off by its base',
    file: 'machines/raft/log.ts',
    search: 'return log.entries.slice(from - index - 1, to - index);',
    replace: 'return log.entries.slice(from - 1, to);',
    test: 'test/properties/log.test.ts',
    title: 'holds what an array would',
  },
];
