import type { AnyStateMachine, EventObject, StateValue } from 'xstate';
import { maelstromIoMachine } from '../../machines/maelstrom/maelstrom-io.machine.ts';
import type { Log } from '../../machines/raft/log.ts';
import { raftMachine } from '../../machines/raft/raft.machine.ts';
import { linearRegisterMachine } from '../../machines/register/linear.machine.ts';
import { requestsMachine } from '../../machines/requests/requests.machine.ts';
import { rywReadMachine } from '../../machines/session/ryw-read.machine.ts';
import { sessionMachine } from '../../machines/session/session.machine.ts';
import { type Recorded, recordCluster } from './recording.ts';
import { reduceMaelstromIo } from './reducers/maelstrom-io.ts';
import { reduceRaft } from './reducers/raft.ts';
import type { Reducer } from './reducers/reducer.ts';
import { reduceRequests } from './reducers/requests.ts';
import { reduceRegister, reduceRywRead, reduceSession } from './reducers/stores.ts';
import * as toys from './reducers/toys.ts';

/** One event, and what it finds a chart in. */
export type Moment = {
  readonly value: StateValue;
  readonly context: object;
  readonly event: EventObject;
  /** The step that led there; null when the moment is made up. */
  readonly before: Moment | null;
};

/** A reducer of whatever chart: the case that holds it gives it only what is its own. */
export type AnyReducer = (
  value: StateValue,
  context: object,
  event: EventObject,
) => { readonly value: StateValue; readonly context: object; readonly effects: readonly EventObject[] };

/** A kind of event that is worth measuring, and moments at which it happens. */
export type Case = {
  readonly name: string;
  readonly machine: AnyStateMachine;
  readonly reduce: AnyReducer;
  readonly moments: readonly Moment[];
};

/** The hot events of the charts that a cluster runs: where, which, with how many things in it. */
type Hot = readonly [name: string, state: string, type: string, size?: number];

const CHARTS = {
  raft: {
    machine: raftMachine,
    reduce: widen(reduceRaft),
    hot: [
      ['raft: follower, append.request, nothing in it', 'following', 'append.request', 0],
      ['raft: follower, append.request, 1 entry', 'following', 'append.request', 1],
      ['raft: follower, append.request, 64 entries', 'following', 'append.request', 64],
      ['raft: follower, turn.ended', 'following', 'turn.ended'],
      ['raft: leader, requests.proposed, 1', 'serving', 'requests.proposed', 1],
      ['raft: leader, requests.proposed, 64', 'serving', 'requests.proposed', 64],
      ['raft: leader, append.response', 'serving', 'append.response'],
      ['raft: leader, turn.ended', 'serving', 'turn.ended'],
      ['raft: leader, heartbeat.timeout', 'serving', 'heartbeat.timeout'],
    ],
  },
  requests: {
    machine: requestsMachine,
    reduce: widen(reduceRequests),
    hot: [
      ['requests: leader, requests.arrived, 1', 'leading', 'requests.arrived', 1],
      ['requests: leader, requests.arrived, 64', 'leading', 'requests.arrived', 64],
      ['requests: leader, results.ready, 1', 'leading', 'results.ready', 1],
      ['requests: leader, results.ready, 64', 'leading', 'results.ready', 64],
      ['requests: follower, requests.arrived, 1', 'following', 'requests.arrived', 1],
      ['requests: follower, forward.response, 1', 'following', 'forward.response', 1],
      ['requests: follower, results.ready, 1', 'following', 'results.ready', 1],
    ],
  },
  io: {
    machine: maelstromIoMachine,
    reduce: widen(reduceMaelstromIo),
    hot: [
      ['maelstrom-io: requests.received, 1', 'serving', 'requests.received', 1],
      ['maelstrom-io: answers.ready, 1', 'serving', 'answers.ready', 1],
      ['maelstrom-io: answers.ready, 64', 'serving', 'answers.ready', 64],
      ['maelstrom-io: peers.received, 1', 'serving', 'peers.received', 1],
    ],
  },
} as const satisfies {
  readonly [chart: string]: {
    readonly machine: AnyStateMachine;
    readonly reduce: AnyReducer;
    readonly hot: readonly Hot[];
  };
};

/** So few that what they hold stays in the processor's caches, as a node's one state does. */
const MOMENTS = 16;

/** The names of all cases, in the order of a table. */
export function caseNames(): string[] {
  const hot = Object.values(CHARTS).flatMap(({ hot }) => (hot as readonly Hot[]).map(([name]) => name));
  return [...toyCases().map(({ name }) => name), ...hot, ...storeCases().map(({ name }) => name)];
}

/** These cases, with moments taken from a run of a cluster, or made up where they are as simple as that. */
export function casesOf(names: readonly string[]): Case[] {
  const recorded = recordCluster();
  const hot = Object.entries(CHARTS).flatMap(([chart, { machine, reduce, hot }]) =>
    (hot as readonly Hot[])
      .filter(([name]) => names.includes(name))
      .map((one): Case => {
        const found = recorded.filter((moment) => isMoment(moment, chart, one)).slice(-MOMENTS);
        return { name: one[0], machine, reduce, moments: found.map(withOwnLog) };
      }),
  );
  const all = [...toyCases(), ...hot, ...storeCases()].filter(({ name }) => names.includes(name));
  for (const { name, moments } of all) {
    if (moments.length === 0) throw new Error(`the recorded cluster never came by "${name}"`);
  }
  return all;
}

/** In a cluster many values share a log's array; here each has its own, so that each can be stepped on from again. */
function withOwnLog({
  value,
  context,
  event,
  before = null,
}: Omit<Recorded, 'before'> & Partial<Recorded>): Moment {
  const { log } = context as { readonly log?: Log };
  const own = log && { log: { ...log, entries: log.entries.slice(0, log.length - log.base.index) } };
  return { value, context: { ...context, ...own }, event, before: before && withOwnLog(before) };
}

function isMoment({ chart, value, event }: Recorded, of: string, [, state, type, size]: Hot): boolean {
  if (chart !== of || event.type !== type || sizeOf(event) !== (size ?? sizeOf(event))) return false;
  return value === state || Object.values(value).includes(state);
}

/** How many entries, requests, answers and the like an event carries. */
function sizeOf(event: EventObject): number {
  return Object.values(event).reduce<number>(
    (size, field) => (Array.isArray(field) ? size + field.length : size),
    0,
  );
}

function toyCases(): Case[] {
  const context = { count: 0, limit: 1_000_000 };
  const event = { type: 'go' };
  const region = { a: 'here', b: 'here', c: 'here', d: 'here' };
  const toy = (name: string, machine: AnyStateMachine, reduce: AnyReducer, value: StateValue): Case => ({
    name,
    machine,
    reduce,
    moments: repeat(() => ({ value, context, event })),
  });
  return [
    toy('toy: flat', toys.flatMachine, widen(toys.reduceFlat), 'here'),
    toy('toy: nested', toys.nestedMachine, widen(toys.reduceNested), { a: { b: 'd' } }),
    toy('toy: parallel × 4', toys.parallelMachine, widen(toys.reduceParallel), region),
  ];
}

/** Virtual actors live for one event, from a plain value: there is nothing to record. */
function storeCases(): Case[] {
  const register = (name: string, event: EventObject): Case => ({
    name: `register: ${name}`,
    machine: linearRegisterMachine,
    reduce: widen(reduceRegister),
    moments: repeat((i) => ({ value: 'present', context: { value: i }, event: { ...event, from: i } })),
  });
  return [
    register('read', { type: 'read', key: 7 } as EventObject),
    register('write', { type: 'write', key: 7, value: 1 } as EventObject),
    register('cas', { type: 'cas', key: 7, to: 1, createIfNotExists: false } as EventObject),
    {
      name: 'session: index.shown',
      machine: sessionMachine,
      reduce: widen(reduceSession),
      moments: repeat((i) => ({
        value: 'tracking',
        context: { shownIndex: i },
        event: { type: 'index.shown', index: i + 1 } as EventObject,
      })),
    },
    {
      name: 'ryw-read: read.began, served at once',
      machine: rywReadMachine,
      reduce: widen(reduceRywRead),
      moments: repeat((i) => ({
        value: 'checking',
        context: readingContext(i),
        event: { type: 'read.began' },
      })),
    },
  ];
}

function readingContext(index: number): object {
  return {
    id: 'n2',
    key: 7,
    token: index,
    preferFollower: true,
    sinceMs: index,
    waitMs: 100,
    appliedIndex: index + 1,
    leads: false,
    remembers: true,
    outcome: null,
    waitedMs: 0,
  };
}

function repeat(make: (i: number) => Omit<Moment, 'before'>): Moment[] {
  return Array.from({ length: MOMENTS }, (_, i) => ({ ...make(i), before: null }));
}

function widen<TContext, TEvent, TEffect>(reducer: Reducer<TContext, TEvent, TEffect>): AnyReducer {
  return reducer as unknown as AnyReducer;
}
