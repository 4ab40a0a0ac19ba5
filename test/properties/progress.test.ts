import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../machines/raft/context.ts';
import type { AppendResponse, Entry } from '../../machines/raft/events.ts';
import { logOf } from '../../machines/raft/log.ts';
import { describeConflict, freshProgress, learn } from '../../machines/raft/progress.ts';

// The same cases every time; another seed tries others.
fc.configureGlobal({ seed: 4 });

/** A leader's log and a follower's that agree up to some index, as section 5.3 leaves them. */
const pair = fc
  .record({
    common: fc.array(fc.nat({ max: 1 }), { maxLength: 6 }),
    leader: fc.array(fc.nat({ max: 2 }), { maxLength: 6 }),
    follower: fc.array(fc.nat({ max: 2 }), { maxLength: 6 }),
  })
  .map(({ common, leader, follower }) => {
    const start = common.length === 0 ? 1 : 1 + common.reduce((sum, one) => sum + one, 0);
    const rise = (steps: readonly number[], from: number) => {
      let term = from;
      return steps.map((step) => {
        term += step;
        return term;
      });
    };
    const shared = rise(common, 1);
    // They part here: the follower's next entry is of an odd term, the leader's of an even one.
    const even = rise(
      leader.map((step) => 2 * step),
      2 * start,
    );
    const odd = rise(
      follower.map((step) => 2 * step),
      2 * start + 1,
    );
    const log = (terms: readonly number[]) =>
      logOf(terms.map((term): Entry => ({ term, op: null, origin: null, number: 0, bytes: 10 })));
    return {
      agreement: shared.length,
      leader: log([...shared, ...even]),
      follower: log([...shared, ...odd]),
    };
  });

/** What a follower with this log truthfully says to a message that starts after `prevIndex`. */
function answerOf(
  { leader, follower }: { leader: ReturnType<typeof logOf>; follower: ReturnType<typeof logOf> },
  prevIndex: number,
  round: number,
): AppendResponse {
  const own = follower.entries[prevIndex - 1]?.term ?? 0;
  const theirs = leader.entries[prevIndex - 1]?.term ?? 0;
  const success = prevIndex === 0 || (prevIndex <= follower.length && own === theirs);
  const conflict = success ? null : describeConflict(follower, prevIndex, own);
  return { type: 'append.response', from: 'n2', term: 99, success, index: prevIndex, conflict, round };
}

function keepsOrder(before: Progress, after: Progress): void {
  expect(after.match).toBeGreaterThanOrEqual(before.match);
  expect(after.next).toBeGreaterThan(after.match);
  expect(after.ackedRound).toBeGreaterThanOrEqual(before.ackedRound);
}

describe('what a leader learns of a follower', () => {
  it('is never taken back, never ahead of the truth, and the same in any order and however often', () => {
    const script = pair.chain((logs) =>
      fc
        .array(fc.tuple(fc.nat({ max: logs.leader.length }), fc.nat({ max: 5 })), {
          minLength: 1,
          maxLength: 12,
        })
        .chain((asked) => {
          const answers = asked.map(([prevIndex, round]) => answerOf(logs, prevIndex, round));
          const shuffled = fc.shuffledSubarray([...answers, ...answers], {
            minLength: 2 * answers.length,
            maxLength: 2 * answers.length,
          });
          return fc.tuple(fc.constant(logs), fc.constant(answers), shuffled);
        }),
    );
    fc.assert(
      fc.property(script, ([{ agreement, leader }, answers, shuffled]) => {
        const learnAll = (list: readonly AppendResponse[]) => {
          let progress = { ...freshProgress(leader), sentRound: 9 };
          for (const answer of list) {
            const after = learn(leader, progress, answer);
            keepsOrder(progress, after);
            expect(after.match).toBeLessThanOrEqual(agreement);
            progress = after;
          }
          return progress;
        };
        const [first, second] = [learnAll(answers), learnAll(shuffled)];
        const matches = answers.filter(({ success }) => success).map(({ index }) => index);
        expect(first.match).toBe(Math.max(0, ...matches));
        expect(second.match).toBe(first.match);
        expect(first.ackedRound).toBe(Math.max(...answers.map(({ round }) => round)));
        expect(second.ackedRound).toBe(first.ackedRound);
      }),
    );
  });

  it('finds where the logs part, in fewer probes than there are entries in doubt', () => {
    fc.assert(
      fc.property(pair, (logs) => {
        let progress = freshProgress(logs.leader);
        let probes = 0;
        while (progress.probing) {
          probes += 1;
          expect(probes).toBeLessThanOrEqual(logs.leader.length + 2);
          progress = learn(logs.leader, progress, answerOf(logs, progress.next - 1, 0));
        }
        expect(progress.match).toBeLessThanOrEqual(logs.agreement);
        expect(progress.next).toBe(progress.match + 1);
        // All terms but one are skipped as a whole: a probe for every term of either log is more than enough.
        const terms = new Set([...logs.leader.entries, ...logs.follower.entries].map(({ term }) => term));
        expect(probes).toBeLessThanOrEqual(terms.size + 2);
      }),
    );
  });

  it('does not believe an answer that came late: next stays above what is known to match', () => {
    fc.assert(
      fc.property(pair, fc.nat({ max: 12 }), fc.nat({ max: 12 }), (logs, index, claimed) => {
        const known = { ...freshProgress(logs.leader), match: logs.agreement, next: logs.agreement + 1 };
        const prevIndex = Math.min(index, logs.leader.length);
        const conflict = { term: 0, index: Math.min(claimed, prevIndex) };
        const late: AppendResponse = {
          type: 'append.response',
          from: 'n2',
          term: 99,
          success: false,
          index: prevIndex,
          conflict,
          round: 0,
        };
        for (const probing of [true, false]) {
          const progress = { ...known, probing, next: probing ? prevIndex + 1 : logs.leader.length + 1 };
          if (progress.next > progress.match) keepsOrder(progress, learn(logs.leader, progress, late));
        }
      }),
    );
  });
});
