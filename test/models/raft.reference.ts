import assert from 'node:assert/strict';
import type { RaftInput } from '../../machines/raft/context.ts';
import type { RaftEffect, TimerName } from '../../machines/raft/events.ts';
import type { raftMachine } from '../../machines/raft/raft.machine.ts';
import type { Reference } from '../../src/testing/index.ts';
import { takingCheckpoints } from './raft.checkpoints.ts';
import { ReferenceDisk } from './raft.disk.ts';
import { entriesBetween, isGranted, type Part, partAfter, partOf, votes } from './raft.parts.ts';
import { RULES, type Seen } from './raft.rules.ts';

/**
 * What Raft says of one node, in plain code: which part it plays (raft.parts.ts), what it must do in any one step
 * (raft.rules.ts), and here what only a memory of its life can tell. None of it looks at how the chart is made.
 */
export const raftReference: Reference<typeof raftMachine> = (input, first) => {
  assert.equal(partOf(first.snapshot), 'follower.waiting');
  const rules = [
    ...RULES,
    writing(input),
    applying(input),
    takingCheckpoints(input),
    waiting(first.effects),
    telling(),
  ];
  return (look) => {
    const to = partOf(look.after);
    assert.equal(to, partAfter(look.before, look.event, look.after.context));
    const seen = { ...look, from: partOf(look.before), to };
    for (const rule of rules) obey(rule, seen);
  };
};

/** A broken rule is called by its name. */
function obey(rule: Remembering, seen: Seen): void {
  try {
    rule(seen);
  } catch (cause) {
    throw new Error(`${rule.name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

type Remembering = (seen: Seen) => void;

/** Paper figure 2, "updated on stable storage before responding": nothing is said that a crash could take back. */
function writing(input: RaftInput): Remembering {
  const disk = new ReferenceDisk(input.restored);
  return function writesBeforeItSpeaks({ effects, after, to }) {
    for (const effect of effects) {
      if (effect.type === 'send') isDurable(effect, disk, input.id);
      else disk.write(effect);
    }
    const { term, votedFor, log, stableIndex, snapshots } = after.context;
    // Between turns a leader alone may have more than it has written.
    const written = to.startsWith('leader') ? stableIndex : log.length;
    assert.deepEqual(
      [disk.term, disk.votedFor, disk.base, disk.lastIndex],
      [term, votedFor, log.base, written],
    );
    assert.ok(disk.entries.every((entry, i) => entry === log.entries[i]));
    if (disk.installed !== null) assert.ok(disk.installed <= (snapshots.checkpoint?.index ?? 0));
  };
}

function isDurable(
  { to, message }: Extract<RaftEffect, { type: 'send' }>,
  disk: ReferenceDisk,
  id: string,
): void {
  assert.equal(message.term, disk.term);
  if (message.type === 'vote.response' && message.granted) assert.equal(disk.votedFor, to);
  if (message.type === 'vote.request') assert.equal(disk.votedFor, id);
  if (message.type === 'append.response' && message.success) assert.ok(disk.lastIndex >= message.index);
  if (message.type === 'snapshot.response') {
    if (message.done) assert.ok(disk.lastIndex >= message.index);
    else if (message.next !== null)
      assert.deepEqual([disk.staged?.index, disk.staged?.after], [message.index, message.next]);
  }
}

/** Every index once, in order, up to what is committed: by entries, or with the state that another node had there. */
function applying({ restored }: RaftInput): Remembering {
  let applied = restored?.checkpoint?.index ?? 0;
  return function appliesInOrder({ effects, after: { context } }) {
    for (const effect of effects) {
      if (effect.type === 'checkpoint') assert.equal(effect.checkpoint.index, applied);
      if (effect.type === 'state.restore') {
        assert.ok(effect.checkpoint.index > applied, 'state never goes back');
        applied = effect.checkpoint.index;
      }
      if (effect.type !== 'apply') continue;
      assert.equal(effect.firstIndex, applied + 1);
      const last = applied + effect.entries.length;
      assert.deepEqual(effect.entries, entriesBetween(context, applied + 1, last));
      applied = last;
    }
    assert.equal(applied, context.commitIndex);
  };
}

/** Which timers run in each part: a node without the right one would wait for ever. */
export function timersOf(part: Part): readonly TimerName[] {
  if (part === 'leader.transferring') return ['heartbeat', 'quorum', 'transfer'];
  return part.startsWith('leader') ? ['heartbeat', 'quorum'] : ['election'];
}

function waiting(first: readonly RaftEffect[]): Remembering {
  const running = new Set<TimerName>();
  const follow = (effects: readonly RaftEffect[]) => {
    for (const effect of effects) {
      if (effect.type === 'timer.set') running.add(effect.timer);
      if (effect.type === 'timer.clear') running.delete(effect.timer);
    }
  };
  follow(first);
  return function waitsForSomething(seen) {
    const { event, effects, to } = seen;
    if (event.type.endsWith('.timeout')) running.delete(event.type.replace('.timeout', '') as TimerName);
    follow(effects);
    const awaited = timersOf(to);
    // Who has no say may wait for a word without a limit.
    if (votes(seen.after.context)) assert.deepEqual([...running].sort(), awaited);
    else assert.ok([...running].every((timer) => awaited.includes(timer)));
    const set = effects.flatMap((effect) => (effect.type === 'timer.set' ? [effect.timer] : []));
    assert.deepEqual(set, [...new Set(set)], 'no timer is set twice');
    if (beginsAnew(seen)) {
      assert.ok(effects.some((effect) => effect.type === 'timer.set' && effect.timer === 'election'));
    }
  };
}

/** Paper 5.2: word from the leader, a vote given and a new campaign each begin the wait anew. */
function beginsAnew({ before, event, from, to }: Seen): boolean {
  if (to.startsWith('leader')) return false;
  if (event.type === 'append.request' || event.type === 'snapshot.request' || from !== to) return true;
  return (
    event.type === 'vote.request' && from === 'follower.waiting' && isGranted(from, before.context, event)
  );
}

/** The node's clients are sent to whoever leads: each change is told, at once, and once. */
function telling(): Remembering {
  let told: { leader: string | null; term: number } = { leader: null, term: 0 };
  return function tellsWhoLeads({ effects, after: { context } }) {
    for (const effect of effects) {
      if (effect.type !== 'leader.changed') continue;
      assert.notDeepEqual([effect.leader, effect.term], [told.leader, told.term], 'nothing is told twice');
      told = effect;
    }
    assert.equal(told.leader, context.leader);
    if (told.leader !== null) assert.equal(told.term, context.term);
  };
}
