import fc from 'fast-check';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ClientAnswer } from '../../machines/maelstrom/events.ts';
import type { Submission } from '../../machines/requests/events.ts';
import { Readers } from '../../src/actors/readers.ts';
import { Sessions } from '../../src/actors/sessions.ts';

// The same cases every time; another seed tries others.
fc.configureGlobal({ seed: 8 });

/** A node around the waiting reads: it applies, leads or not, and writes down what is said. */
function node(maxReaders: number) {
  const sessions = new Sessions(10);
  const state = { applied: 0, leads: false, nowMs: 0 };
  const timers = new Map<string, () => void>();
  const answers: ClientAnswer[] = [];
  const redirects: Submission[] = [];
  const readers = new Readers(
    {
      id: 'n1',
      waitMs: 50,
      maxReaders,
      timers: {
        set: (name, _ms, fire) => void timers.set(name, fire),
        clear: (name) => void timers.delete(name),
      },
      nowMs: () => state.nowMs,
      appliedIndex: () => state.applied,
      leads: () => state.leads,
      serve: () => state.applied,
      redirect: (submission) => void redirects.push(submission),
      endTurn: () => {},
      answer: (answer) => {
        answers.push(answer);
        if (answer.index !== null) sessions.show(answer.client, answer.index);
      },
    },
    new Subject(),
  );
  return { readers, sessions, state, timers, answers, redirects };
}

const happenings = fc.array(
  fc.oneof(
    fc.record({ what: fc.constant('read' as const), token: fc.nat({ max: 6 }), prefer: fc.boolean() }),
    fc.record({ what: fc.constant('apply' as const) }),
    fc.record({ what: fc.constant('lead' as const), leads: fc.boolean() }),
    fc.record({ what: fc.constant('timeout' as const) }),
    fc.record({ what: fc.constant('leader answers' as const), fails: fc.boolean() }),
  ),
  { maxLength: 40 },
);

describe('waiting reads', () => {
  it('end once each, never older than their token, and leave neither a cell nor a timer behind', () => {
    fc.assert(
      fc.property(happenings, (list) => {
        const { readers, sessions, state, timers, answers, redirects } = node(8);
        const tokens: number[] = [];
        const fire = () => {
          const [first] = timers;
          if (first === undefined) return;
          timers.delete(first[0]);
          first[1]();
        };
        const answerOne = (fails: boolean) => {
          const asked = redirects.shift();
          if (asked === undefined) return;
          const { reader, minIndex } = asked;
          if (reader === null) return expect.fail('only waiting reads ask here');
          const settled = fails
            ? { outcome: { type: 'error', code: 11, text: 'no' } as const, index: null, servedBy: null }
            : { outcome: { type: 'read_ok', value: 1 } as const, index: minIndex, servedBy: 'n2' };
          readers.settle({ reader, ...settled });
        };
        for (const one of list) {
          state.nowMs += 1;
          if (one.what === 'read') {
            tokens.push(one.token);
            const op = {
              type: 'ryw_read',
              key: 'x',
              lastWriteIndex: one.token,
              preferFollower: one.prefer,
            } as const;
            readers.begin({ client: 'c1', msgId: tokens.length - 1, op, bytes: 50 }, one.token, true);
          } else if (one.what === 'apply') {
            state.applied += 1;
            readers.applied(state.applied);
          } else if (one.what === 'lead') {
            state.leads = one.leads;
            readers.leaderChanged(one.leads);
          } else if (one.what === 'timeout') fire();
          else answerOne(one.fails);
        }
        while (timers.size > 0) fire();
        while (redirects.length > 0) answerOne(false);
        expect(readers.size).toBe(0);
        expect(timers.size).toBe(0);
        expect(answers.map(({ msgId }) => msgId).sort((a, b) => Number(a) - Number(b))).toEqual(
          tokens.map((_, i) => i),
        );
        for (const { msgId, index, outcome } of answers) {
          if (outcome.type !== 'ryw_read_ok') continue;
          expect(index).toBeGreaterThanOrEqual(tokens[Number(msgId)] ?? 0);
          // What a reply shows, the node remembers of its client.
          expect(index).toBe(outcome.index);
          expect(sessions.tokenOf('c1')).toBeGreaterThanOrEqual(outcome.index);
        }
      }),
    );
  });

  it('are dropped at the end of input', () => {
    const { readers, timers, answers } = node(8);
    const op = { type: 'ryw_read', key: 'x', lastWriteIndex: 9, preferFollower: true } as const;
    readers.begin({ client: 'c1', msgId: 1, op, bytes: 50 }, 9, true);
    expect([readers.size, timers.size]).toEqual([1, 1]);
    readers.end();
    expect([readers.size, timers.size, answers.length]).toEqual([0, 0, 0]);
  });

  it('are turned away when there are too many, without a word about the store', () => {
    const { readers, answers } = node(1);
    const op = { type: 'ryw_read', key: 'x', lastWriteIndex: 9, preferFollower: true } as const;
    for (const msgId of [1, 2]) readers.begin({ client: 'c1', msgId, op, bytes: 50 }, 9, true);
    expect(answers).toMatchObject([{ msgId: 2, index: null, outcome: { type: 'error', code: 11 } }]);
  });
});
