import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import type { SnapshotFrom } from 'xstate';
import type { RywReadEffect, RywReadEvent, RywReadInput } from '../../machines/session/ryw-read.machine.ts';
import { rywReadMachine } from '../../machines/session/ryw-read.machine.ts';
import type { CellStep } from '../../src/actors/cell.ts';
import type { Body } from '../../src/sim/network.ts';
import { type Model, type Path, pathsOf, stageOf } from '../../src/testing/index.ts';
import { ScriptedCluster } from '../golden/cluster.ts';
import { RYW_READ_INPUTS, rywReadReference } from './ryw-read.model.ts';

type Machine = typeof rywReadMachine;

const TOKEN = 2;
const answered = { type: 'leader.answered', nowMs: 0 } as const;
const value = { ...answered, outcome: { type: 'read_ok', value: 7 }, index: TOKEN, servedBy: 'n1' } as const;
const error = {
  ...answered,
  outcome: { type: 'error', code: 11, text: '' },
  index: null,
  servedBy: null,
} as const;

/** What a cluster can be brought to do to a read in each of its states. */
const STIMULI: { readonly [state: string]: readonly RywReadEvent[] } = {
  checking: [{ type: 'read.began' }],
  waitingForApply: [
    { type: 'applied', index: TOKEN, nowMs: 0 },
    { type: 'wait.timeout' },
    { type: 'leader.changed', leads: true },
    { type: 'leader.changed', leads: false },
    { type: 'input.ended' },
  ],
  redirecting: [value, error, { type: 'input.ended' }],
};

const model: Model<Machine> = {
  machine: rywReadMachine,
  inputs: RYW_READ_INPUTS,
  events: (snapshot) => STIMULI[String(snapshot.value)] ?? [],
  serialize: (snapshot) => JSON.stringify([snapshot.value, snapshot.context.outcome]),
};

/** A cluster with one read in it, whose cell is watched. */
class OneRead {
  readonly seen: RywReadEvent[] = [];
  readonly replies: Body[] = [];
  /** What the cell emitted, in order. */
  readonly effects: RywReadEffect[] = [];
  snapshot: SnapshotFrom<Machine> | null = null;
  readonly #node: string;
  readonly #preferFollower: boolean;
  readonly #cluster: ScriptedCluster;
  #watch: ((step: CellStep) => void) | null = null;
  #lastIndex = 1;
  readonly #written: { readonly index: number; readonly value: string }[] = [];

  constructor({ leads, appliedIndex, preferFollower }: RywReadInput) {
    this.#node = leads ? 'n1' : 'n3';
    this.#preferFollower = preferFollower;
    this.#cluster = new ScriptedCluster(
      {
        nodes: ['n1', 'n2', 'n3'],
        rywWaitMs: 50,
        onStep: (name, step) => {
          if (name === this.#node && step.chart === 'ryw-read') this.#watch?.(step);
        },
      },
      () => {},
    );
    this.#cluster.lead('n1');
    while (this.#lastIndex < appliedIndex) this.#write();
    this.#cluster.advance(500);
    this.#watch = (step) => this.#see(step);
  }

  /** Brings about what the path says, and lets time pass until the cell has seen it. */
  cause(event: RywReadEvent): void {
    const seenBefore = this.seen.length;
    this.#stimulate(event);
    for (let ms = 0; ms < 1500; ms += 1) {
      if (this.seen.slice(seenBefore).some((one) => isAlike(one, event))) return;
      this.#cluster.advance(1);
    }
    throw new Error(`${JSON.stringify(event)} does not come about; seen: ${JSON.stringify(this.seen)}`);
  }

  /** Lets everything that is under way arrive. */
  settle(): void {
    this.#cluster.advance(2000);
  }

  /** What the store held at an index, as the writers were told. */
  valueAt(index: number): string | null {
    return this.#written.filter((one) => one.index <= index).at(-1)?.value ?? null;
  }

  #stimulate(event: RywReadEvent): void {
    const cluster = this.#cluster;
    switch (event.type) {
      case 'read.began': {
        const body = {
          type: 'ryw_read',
          key: 'x',
          last_write_index: TOKEN,
          prefer_follower: this.#preferFollower,
        };
        cluster.request('c1', this.#node, body, (reply) => this.replies.push(reply));
        return;
      }
      case 'applied':
        return this.#write();
      case 'leader.changed':
        // The log reaches n3 later than the news of an election, so that a wait is not over at once.
        cluster.lag('n3', event.leads ? 0 : 40);
        cluster.host('n1').node?.peer?.transfer(event.leads ? 'n3' : 'n2');
        return;
      case 'leader.answered':
        if (event.outcome.type === 'error') cluster.isolate(this.#node);
        else if (this.#lastIndex < TOKEN) this.#write();
        return;
      case 'input.ended':
        return cluster.host(this.#node).endInput();
      case 'wait.timeout':
        // It comes by itself.
        return;
    }
  }

  #write(): void {
    this.#lastIndex += 1;
    const value = `value ${this.#lastIndex}`;
    this.#written.push({ index: this.#lastIndex, value });
    this.#cluster.request('c9', 'n1', { type: 'write', key: 'x', value }, () => {});
    this.#cluster.advance(2);
  }

  #see({ event, snapshot, effects }: CellStep): void {
    this.seen.push(event as RywReadEvent);
    this.effects.push(...(effects as RywReadEffect[]));
    this.snapshot = snapshot as SnapshotFrom<Machine>;
    this.onSeen(event as RywReadEvent, this.snapshot, effects as RywReadEffect[]);
  }

  /** Called with each step of the cell. */
  onSeen: (event: RywReadEvent, after: SnapshotFrom<Machine>, effects: readonly RywReadEffect[]) => void =
    () => {};
}

/** Whether it is what was to be brought about, whatever its times and values. */
function isAlike(seen: RywReadEvent, wanted: RywReadEvent): boolean {
  if (seen.type !== wanted.type) return false;
  if (seen.type === 'leader.changed' && wanted.type === 'leader.changed') return seen.leads === wanted.leads;
  if (seen.type === 'leader.answered' && wanted.type === 'leader.answered') {
    return (seen.outcome.type === 'error') === (wanted.outcome.type === 'error');
  }
  return true;
}

/** Everything of a snapshot that a chart decides. */
const look = ({ value, context, status }: SnapshotFrom<Machine>) => ({ value, context, status });

/** Leads a read through a path, and holds each step of its cell against the chart and against the reference. */
function drive({ input, events }: Path<Machine>): { states: string[]; read: OneRead } {
  const read = new OneRead(input);
  const states: string[] = [];
  let life: ReturnType<ReturnType<typeof stageOf<Machine>>['start']> | null = null;
  let judge = (_: ReturnType<NonNullable<typeof life>['step']>): void => {};
  read.onSeen = (event, after, effects) => {
    if (life === null) {
      const { outcome, waitedMs, remembers, ...began } = after.context;
      expect({ outcome, waitedMs, remembers }).toEqual({ outcome: null, waitedMs: 0, remembers: true });
      expect(began).toMatchObject({ leads: input.leads, appliedIndex: input.appliedIndex });
      life = stageOf(rywReadMachine).start(began);
      judge = rywReadReference(began, life.first);
    }
    const chart = life.step(event);
    judge(chart);
    assert.deepEqual([look(after), effects], [look(chart.after), chart.effects]);
    states.push(String(after.value));
  };
  for (const event of events) read.cause(event);
  read.settle();
  return { states, read };
}

/** What the client hears is what the cell decided: a value it was served, the leader's answer, or nothing at all. */
function expectReply(read: OneRead): void {
  const ends = read.effects.filter(({ type }) => type === 'serve' || type === 'answer');
  expect(read.replies).toHaveLength(ends.length);
  const [[end], [reply]] = [ends, read.replies];
  if (reply === undefined) return;
  const isError = end?.type === 'answer' && end.outcome.type === 'error';
  expect(reply.type).toBe(isError ? 'error' : 'ryw_read_ok');
  if (isError) return;
  const index = Number(reply.follower_applied_index ?? reply.commit_index);
  expect(index).toBeGreaterThanOrEqual(TOKEN);
  expect(reply.value).toBe(read.valueAt(index));
}

describe('a waiting read in a cluster', () => {
  const { paths } = pathsOf(model);
  const visited = new Set<string>();

  it.each(paths.map((path) => ({ path, title: title(path) })))(
    'does what its chart does: $title',
    ({ path }) => {
      const { states, read } = drive(path);
      for (const state of states) visited.add(state);
      expect(read.snapshot?.status).toBe('done');
      expectReply(read);
    },
  );

  it('has been in every state in which a read can rest', () => {
    expect([...visited].sort()).toEqual(['done', 'failed', 'redirecting', 'waitingForApply']);
  });
});

function title({ input, events }: Path<Machine>): string {
  const { leads, appliedIndex, preferFollower } = input;
  const where = `${leads ? 'leader' : 'follower'} at ${appliedIndex}${preferFollower ? ', preferred' : ''}`;
  return `${where}: ${events.map((event) => ('leads' in event ? `${event.type} ${event.leads}` : event.type)).join(', ')}`;
}
