/**
 * Faults that a tired engineer could make, one line each, and for each the test that must notice. A test that cannot
 * fail proves nothing: this is how we know that ours can.
 */
export type Mutant = {
  readonly name: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly search: string;
  readonly replace: string;
  /** The test file that notices. */
  readonly test: string;
  /** Part of the name of the test that notices; empty for whichever test of the file. */
  readonly title: string;
};

const RAFT_WALKS = 'test/properties/raft-walks.test.ts';
const PROGRESS = 'test/properties/progress.test.ts';
const RYW_READ = 'test/models/ryw-read.model.test.ts';
const READERS = 'test/properties/readers.test.ts';
const SESSIONS = 'test/properties/sessions.test.ts';
const BUDGET = 'test/verify/budget.test.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'vote not persisted',
    file: 'machines/raft/raft.machine.ts',
    search: "actions: ['recordVote', 'setElectionTimer', 'persistHardState', 'grant'],",
    replace: "actions: ['recordVote', 'setElectionTimer', 'grant'],",
    test: RAFT_WALKS,
    title: 'says nothing that is not durable yet',
  },
  {
    name: 'entries acknowledged before they are written',
    file: 'machines/raft/raft.machine.ts',
    search: "actions: ['acceptEntries', 'announceLeader', 'persistLog', 'acknowledge', 'applyCommitted'],",
    replace: "actions: ['acceptEntries', 'announceLeader', 'acknowledge', 'persistLog', 'applyCommitted'],",
    test: RAFT_WALKS,
    title: 'says nothing that is not durable yet',
  },
  {
    name: 'entry of an old term committed by count',
    file: 'machines/raft/replication.ts',
    search: 'return candidate > commitIndex && termAt(log, candidate) === term ? candidate : commitIndex;',
    replace: 'return candidate > commitIndex && termAt(log, candidate) <= term ? candidate : commitIndex;',
    test: RAFT_WALKS,
    title: 'of its own term, no sooner and no later',
  },
  {
    name: 'quorum off by one',
    file: 'machines/raft/quorum.ts',
    search: 'return Math.floor(size / 2) + 1;',
    replace: 'return Math.ceil(size / 2);',
    test: 'test/properties/quorum.test.ts',
    title: 'the smallest sets of which any two share a member',
  },
  {
    name: 'read without confirmation',
    file: 'machines/raft/reads.ts',
    search: 'const confirmed = reads.pending.filter(({ round }) => round <= reached);',
    replace: 'const confirmed = reads.pending.filter(({ round }) => round <= reached + 1);',
    test: RAFT_WALKS,
    title: 'confirms reads only when a majority has acknowledged their round',
  },
  {
    name: 'round of an answer not compared',
    file: 'machines/raft/progress.ts',
    search: 'ackedRound: Math.max(progress.ackedRound, answer.round),',
    replace: 'ackedRound: progress.sentRound,',
    test: PROGRESS,
    title: 'never taken back, never ahead of the truth',
  },
  {
    name: 'stale append truncates',
    file: 'machines/raft/replication.ts',
    search: 'const newLog = kept.length === 0 ? log : append(keepThrough(log, from - 1), kept);',
    replace: 'const newLog = append(keepThrough(log, from - 1), kept);',
    test: RAFT_WALKS,
    title: 'cuts only what disagrees',
  },
  {
    name: 'acknowledgement credited to another peer',
    file: 'machines/raft/replication.ts',
    search: 'const progress = { ...context.progress, [event.from]: learn(context.log, before, event) };',
    replace:
      "const progress = { ...context.progress, [context.settings.peers[0] ?? '']: learn(context.log, before, event) };",
    test: RAFT_WALKS,
    title: 'of its own term, no sooner and no later',
  },
  {
    name: 'a request that stands in the log twice is applied twice',
    file: 'src/actors/origins.ts',
    search: 'if (number < life.floor || life.applied.has(number)) return false;',
    replace: 'if (number < life.floor) return false;',
    test: 'test/properties/register.test.ts',
    title: 'to which every request is applied once',
  },
  {
    name: 'PreVote resets the timer',
    file: 'machines/raft/raft.machine.ts',
    search: "'prevote.request': [{ guard: 'isUpToDate', actions: 'grant' }, { actions: 'refuse' }],",
    replace:
      "'prevote.request': [{ guard: 'isUpToDate', actions: ['setElectionTimer', 'grant'] }, { actions: 'refuse' }],",
    test: RAFT_WALKS,
    title: 'answers a PreVote and is otherwise as before',
  },
  {
    name: 'vote given to a log that is behind',
    file: 'machines/raft/election.ts',
    search: 'return free && isCandidateUpToDate(context, event);',
    replace: 'return free;',
    test: RAFT_WALKS,
    title: 'votes once a term, and only for logs that hold at least its own',
  },
  {
    name: 'two votes a term',
    file: 'machines/raft/election.ts',
    search: 'const free = votedFor === event.from || (votedFor === null && leader === null);',
    replace: "const free = votedFor !== '' && leader === null;",
    test: RAFT_WALKS,
    title: 'votes once a term, and only for logs that hold at least its own',
  },
  {
    name: 'effects let out before the write is durable',
    file: 'src/actors/outlet.ts',
    search: 'if (!item.durable) break;',
    replace: 'if (!item.durable) item.durable = true;',
    test: 'test/properties/outlet.test.ts',
    title: 'none before the writes that came before it are durable',
  },
  {
    name: 'next not clamped above match',
    file: 'machines/raft/progress.ts',
    search: 'const next = Math.max(progress.match + 1, Math.min(rejected, nextToTry(log, conflict)));',
    replace: 'const next = Math.min(rejected, nextToTry(log, conflict));',
    test: PROGRESS,
    title: 'next stays above what is known to match',
  },
  {
    name: 'commit beyond the verified prefix',
    file: 'machines/raft/replication.ts',
    search: 'const newCommit = Math.max(commitIndex, Math.min(event.commitIndex, verified));',
    replace: 'const newCommit = Math.max(commitIndex, Math.min(event.commitIndex, lastIndex(newLog)));',
    test: RAFT_WALKS,
    title: 'commits only what the leader verified',
  },
  {
    name: 'definite error after a request was handed over',
    file: 'machines/requests/pending.ts',
    search: "if (request.handedMs !== null && request.op.type !== 'read') {",
    replace: "if (request.handedMs === null && request.op.type !== 'read') {",
    test: 'test/regressions/refused-copy-denies-appended-write.test.ts',
    title: 'never called undone',
  },
  {
    name: 'lease ignored',
    file: 'machines/raft/raft.machine.ts',
    search: "isDisruptive: guard('term.seen', election.isDisruptive),",
    replace: "isDisruptive: guard('term.seen', () => false),",
    test: RAFT_WALKS,
    title: 'defends a live leader',
  },
  {
    name: 'log shared by two branches',
    file: 'machines/raft/log.ts',
    search:
      'const array = log.entries.length === log.length ? log.entries : log.entries.slice(0, log.length);',
    replace: 'const array = log.entries;',
    test: 'test/properties/log.test.ts',
    title: 'two branches of one log do not write into each other',
  },
  {
    name: 'a leader serves a waiting read without confirmation',
    file: 'machines/session/ryw-read.machine.ts',
    search: 'leads || !preferFollower || !remembers),',
    replace: '!preferFollower || !remembers),',
    test: RYW_READ,
    title: 'is never older than its token',
  },
  {
    name: 'token not advanced by a read',
    file: 'src/actors/readers.ts',
    search: "const index = outcome.type === 'ryw_read_ok' ? outcome.index : null;",
    replace: 'const index = null;',
    test: READERS,
    title: 'end once each, never older than their token',
  },
  {
    name: 'served one entry too early',
    file: 'machines/session/ryw-read.machine.ts',
    search: 'hasApplied: guard(({ appliedIndex, token }) => appliedIndex >= token),',
    replace: 'hasApplied: guard(({ appliedIndex, token }) => appliedIndex + 1 >= token),',
    test: RYW_READ,
    title: 'is never older than its token',
  },
  {
    name: 'woken one entry too early',
    file: 'machines/session/ryw-read.machine.ts',
    search: "reachesToken: guard('applied', ({ token }, { index }) => index >= token),",
    replace: "reachesToken: guard('applied', ({ token }, { index }) => index + 1 >= token),",
    test: RYW_READ,
    title: 'is never older than its token',
  },
  {
    name: 'a leader that is behind answers a waiting read',
    file: 'machines/requests/pending.ts',
    search: 'else if (found.index < request.minIndex) pending.push(keepAsking(request, found.index));',
    replace: 'else if (found.index < 0) pending.push(keepAsking(request, found.index));',
    test: 'test/models/requests.model.test.ts',
    title: 'keeps count of who waits',
  },
  {
    name: 'timer of a waiting read not cancelled',
    file: 'machines/session/ryw-read.machine.ts',
    search: "exit: 'clearWaitTimer',",
    replace: '',
    test: READERS,
    title: 'are dropped at the end of input',
  },
  {
    name: 'waiting read not forgotten',
    file: 'src/actors/readers.ts',
    search: "if (this.#waiting.get(number)?.cell.snapshot.status === 'done') this.#waiting.delete(number);",
    replace: "if (this.#waiting.get(number)?.cell.snapshot.status === 'error') this.#waiting.delete(number);",
    test: READERS,
    title: 'end once each, never older than their token',
  },
  {
    name: 'session shared between clients',
    file: 'src/actors/sessions.ts',
    search: 'this.#shown.set(client, snapshot.context.shownIndex);',
    replace: "this.#shown.set('everyone', snapshot.context.shownIndex);",
    test: SESSIONS,
    title: 'keep each client apart',
  },
  {
    name: 'a forgotten client starts from nothing',
    file: 'src/actors/sessions.ts',
    search: 'return this.#shown.get(client) ?? this.#forgottenIndex;',
    replace: 'return this.#shown.get(client) ?? 0;',
    test: SESSIONS,
    title: 'whoever was forgotten',
  },
  {
    name: 'judge: a failed comparison proves nothing',
    file: 'src/verify/register.ts',
    search: 'if (error === PRECONDITION_FAILED) return step(operation, NEED.presentButNot, from, undefined);',
    replace: 'if (error === PRECONDITION_FAILED) return undefined;',
    test: 'test/verify/linearizability.test.ts',
    title: '',
  },
  {
    name: 'judge: an empty history is judged',
    file: 'src/verify/linearizability.ts',
    search: 'if (keys.length === 0) {',
    replace: 'if (keys.length < 0) {',
    test: BUDGET,
    title: '',
  },
  {
    name: 'judge: a spent budget counts as a proof',
    file: 'src/verify/search.ts',
    search: "if (states > maxStates) return this.#stop('budget');",
    replace: "if (states > maxStates) return this.#result('ok', order.placed);",
    test: BUDGET,
    title: '',
  },
  {
    name: 'charts: a diagram that is not the chart',
    file: 'machines/raft/raft.machine.ts',
    search: "target: '.follower.waiting',",
    replace: "target: '.follower.following',",
    test: 'test/charts/pages.test.ts',
    title: 'is what the charts are',
  },
  {
    name: 'charts: a payload that is not the type',
    file: 'machines/raft/events.ts',
    search: "readonly type: 'transfer.requested'; readonly to: string",
    replace: "readonly type: 'transfer.requested'; readonly target: string; readonly to: string",
    test: 'test/charts/pages.test.ts',
    title: 'says what the types of events and effects say',
  },
  {
    name: 'charts: labels without room',
    file: 'src/charts/draw/graph.ts',
    search: 'width: label.width, height: label.height, layoutOptions',
    replace: 'width: 4, height: 4, layoutOptions',
    test: 'test/charts/draw.test.ts',
    title: 'lays no label over a box',
  },
  {
    name: 'charts: a dropped jog takes a bend with it',
    file: 'src/charts/draw/geometry.ts',
    search: 'const JOG = 3;',
    replace: 'const JOG = 300;',
    test: 'test/charts/draw.test.ts',
    title: '',
  },
  {
    name: 'charts: an arrow drawn from its tip',
    file: 'src/charts/draw/layout.ts',
    search: 'back.has(id) ? line.toReversed() : line',
    replace: 'line',
    test: 'test/charts/draw.test.ts',
    title: 'has arrows of right angles',
  },
  {
    name: 'charts: an event that no state handles',
    file: 'src/charts/faults.ts',
    search: 'if (!events.includes(type)) faults.push',
    replace: 'if (events.includes(type)) faults.push',
    test: 'test/charts/faults.test.ts',
    title: 'with an event that no state handles',
  },
  {
    name: 'charts: a source without the order of actions',
    file: 'src/charts/formats/xstate.ts',
    search: '? value.map((part) => literal(part, inner))',
    replace: '? value.toReversed().map((part) => literal(part, inner))',
    test: 'test/charts/xstate.test.ts',
    title: 'is the same chart to plain XState',
  },
];
