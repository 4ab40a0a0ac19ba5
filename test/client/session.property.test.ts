import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, ReadFrom, Session } from '../../src/client/index.ts';
import { createSession, RequestFailed } from '../../src/client/index.ts';
import type { HistoryEvent } from '../../src/verify/index.ts';
import {
  checkIndices,
  checkLinearizability,
  checkSessions,
  KEY_DOES_NOT_EXIST,
  linearizableEvents,
  PRECONDITION_FAILED,
} from '../../src/verify/index.ts';
import { randomFrom } from '../verify/simulated-registers.ts';
import type { Faults } from './model-cluster.ts';
import { ModelCluster } from './model-cluster.ts';
import { settle, VirtualTime } from './scripted-network.ts';

/** Fixed, so that a run says the same today and tomorrow; fast-check prints it, and the path, on failure. */
const SEED = 20240607;
const NODES = ['n1', 'n2', 'n3'];

type Run = {
  readonly seed: number;
  readonly sessions: number;
  readonly operations: number;
  readonly faults: Faults;
};
type Asked = { readonly f: string; readonly key: Json; readonly value?: Json };

/** Sessions at work on a model cluster, and the history of what they did and learned. */
class Scene {
  readonly events: HistoryEvent[] = [];
  readonly time = new VirtualTime();
  readonly cluster: ModelCluster;
  readonly #random: () => number;
  readonly #run: Run;
  #processes = 0;
  #values = 0;

  constructor(run: Run) {
    this.#run = run;
    this.#random = randomFrom(run.seed);
    this.cluster = new ModelCluster(NODES, this.#random, this.time, run.faults);
  }

  async play(): Promise<void> {
    let working = this.#run.sessions;
    for (let i = 0; i < this.#run.sessions; i += 1) {
      const { setTimer } = this.time;
      const clientId = `c${i}`;
      const nodes = [...NODES.slice(i % 3), ...NODES.slice(0, i % 3)];
      const session = createSession({ transport: this.cluster, nodes, clientId, setTimer, timeoutMs: 300 });
      void this.#work(session, clientId).finally(() => {
        working -= 1;
      });
    }
    while (working > 0) await this.time.pass(10_000);
    await settle();
  }

  async #work(session: Session, name: string): Promise<void> {
    let process = this.#processes++;
    let token = 0;
    for (let i = 0; i < this.#run.operations; i += 1) {
      const type = await this.#one(session, name, process);
      if (type === 'info') process = this.#processes++;
      expect(session.token).toBeGreaterThanOrEqual(token);
      token = session.token;
    }
  }

  async #one(session: Session, name: string, process: number): Promise<HistoryEvent['type']> {
    const key = this.#pick(['x', 'y']);
    const from = this.#pick<ReadFrom>(['leader', 'follower', 'any', 'any']);
    const f = this.#pick([from === 'leader' ? 'read' : 'ryw_read', 'write', 'cas']);
    this.#values += 1;
    const written = this.#values;
    const expected = this.cluster.log.findLast((entry) => entry.key === JSON.stringify(key))?.value ?? 0;
    const value = f === 'write' ? { value: written } : f === 'cas' ? { value: [expected, written] } : {};
    const asked = { f, key, ...value };
    this.#record(process, 'invoke', asked, {
      session: name,
      ...(f === 'ryw_read' ? { token: session.token } : {}),
    });
    try {
      const { index, ...rest } =
        f === 'write'
          ? await session.write(key, written)
          : f === 'cas'
            ? await session.cas(key, expected, written)
            : await session.read(key, { from });
      const seen = 'value' in rest ? { value: rest.value as Json } : {};
      this.#record(process, 'ok', { ...asked, ...seen }, index === undefined ? {} : { shownIndex: index });
      return 'ok';
    } catch (failure) {
      if (!(failure instanceof RequestFailed)) throw failure;
      const refusals = new Map([
        [20, KEY_DOES_NOT_EXIST],
        [22, PRECONDITION_FAILED],
      ]);
      const error = refusals.get(failure.code ?? -1) ?? failure.message;
      const type = failure.definite ? 'fail' : 'info';
      this.#record(process, type, asked, { error });
      return type;
    }
  }

  #record(process: number, type: HistoryEvent['type'], asked: Asked, more: Partial<HistoryEvent>): void {
    this.events.push({
      index: this.events.length,
      timeMs: this.time.nowMs,
      process,
      type,
      ...asked,
      ...more,
    });
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)] as T;
  }
}

const runs: fc.Arbitrary<Run> = fc.record({
  seed: fc.integer(),
  sessions: fc.integer({ min: 1, max: 4 }),
  operations: fc.integer({ min: 5, max: 20 }),
  faults: fc.record({
    lost: fc.constantFrom(0, 0.05, 0.2),
    doubled: fc.constantFrom(0, 0.2),
    refused: fc.constantFrom(0, 0.1, 0.4),
    gaveUp: fc.constantFrom(0, 0.1),
  }),
});

test('whatever the network does, sessions keep their guarantees, and what failed for sure never happened', async () => {
  const seen = { ok: 0, fail: 0, info: 0, checked: 0 };
  await fc.assert(
    fc.asyncProperty(runs, async (run) => {
      const scene = new Scene(run);
      await scene.play();
      const { events, cluster } = scene;
      const sessions = checkSessions(events);
      expect(sessions.violations.map(({ text }) => text)).toEqual([]);
      expect(checkIndices(events).violations.map(({ text }) => text)).toEqual([]);
      expect(checkLinearizability(linearizableEvents(events)).verdict).not.toBe('illegal');
      const log = cluster.log.map(({ value }) => value);
      expect(new Set(log).size, 'nothing is written twice').toBe(log.length);
      for (const { type, f, value } of events) {
        if (type !== 'invoke') seen[type] += 1;
        if (type !== 'fail' || f === 'ryw_read' || f === 'read') continue;
        expect(log).not.toContain(f === 'cas' ? (value as Json[])[1] : value);
      }
      seen.checked += Object.values(sessions.guarantees).reduce((sum, { checked }) => sum + checked, 0);
    }),
    { seed: SEED, numRuns: 150 },
  );
  // The runs were worth their while: all kinds of outcomes, and thousands of obligations.
  expect(Math.min(seen.ok, seen.fail, seen.info)).toBeGreaterThan(100);
  expect(seen.checked).toBeGreaterThan(3000);
});
