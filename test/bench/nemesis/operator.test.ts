import { expect, test } from 'vitest';
import type { Request } from '../../../src/bench/client.ts';
import { nodeOperator } from '../../../src/bench/nemesis/operator.ts';
import { Dice } from '../../../src/kit/dice.ts';

type Names = readonly string[];

/** A cluster that takes a few looks to bring a learner up to date, and loses some answers. */
function cluster(lost: (asked: number) => boolean = () => false) {
  let voters: Names = ['n1', 'n2', 'n3'];
  let learners: Names = [];
  let outgoing: Names = [];
  let behind = 2;
  let nowMs = 0;
  const asked: Request[] = [];
  const without = (names: Names, gone: Names): Names => names.filter((name) => !gone.includes(name));

  function perform({ type, add = [], learners: more = [], remove = [] }: Request) {
    const names = { add: add as Names, more: more as Names, remove: remove as Names };
    if (type === 'members') {
      behind -= learners.length > 0 ? 1 : 0;
      const told = { type: 'members_ok', voters, outgoing, learners, leader: 'n1', index: 1, match: {} };
      // What was joint is over when somebody looks for the second time.
      outgoing = [];
      return told;
    }
    const same =
      names.add.every((name) => voters.includes(name)) && !names.remove.some((name) => voters.includes(name));
    if (names.more.length > 0) learners = [...without(learners, names.more), ...names.more];
    else if (same) return { type: 'change_members_ok', voters, outgoing, learners, index: 1 };
    else if (learners.length > 0 && behind > 0) return { type: 'error', code: 11, text: 'too far behind' };
    else {
      outgoing = voters;
      voters = [...without(voters, names.remove), ...without(names.add, voters)];
      learners = without(learners, names.add);
    }
    return { type: 'change_members_ok', voters, outgoing, learners, index: 1 };
  }

  const operator = nodeOperator({
    ask: (_, request) => {
      asked.push(request);
      nowMs += 5;
      const reply = perform(request);
      return Promise.resolve(lost(asked.length) ? 'no answer' : reply);
    },
    askable: () => ['n1', 'n2'],
    nowMs: () => nowMs,
    sleep: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
    goesOn: () => true,
    patienceMs: 3000,
  });
  return { operator, asked, voters: () => voters };
}

test('who is new learns first, and takes the place of another when it has caught up', async () => {
  const { operator, asked, voters } = cluster();
  expect(await operator.change(['n4'], ['n1'])).toBeNull();
  expect(voters()).toEqual(['n2', 'n3', 'n4']);
  const changes = asked.filter(({ type }) => type === 'change_members');
  expect(changes[0]).toMatchObject({ type: 'change_members', learners: ['n4'] });
  for (const change of changes.slice(1)) {
    expect(change).toMatchObject({ type: 'change_members', add: ['n4'], remove: ['n1'] });
  }
  expect(await operator.members()).toEqual(['n2', 'n3', 'n4']);
});

test('answers that are lost are asked for again, at another node', async () => {
  const dice = new Dice(5);
  const { operator, voters } = cluster(() => dice.chance(0.4));
  expect(await operator.change([], ['n2'])).toBeNull();
  expect(voters()).toEqual(['n1', 'n3']);
});

test('who has been removed answers with errors, and is not the last to be asked', async () => {
  const members = {
    type: 'members_ok',
    voters: ['n2', 'n3'],
    outgoing: [],
    learners: [],
    leader: 'n2',
    index: 9,
  };
  const operator = nodeOperator({
    ask: (node) => Promise.resolve(node === 'n1' ? { type: 'error', code: 11, text: 'no leader' } : members),
    askable: () => ['n1', 'n2', 'n3'],
    nowMs: () => 0,
    sleep: () => Promise.resolve(),
    goesOn: () => true,
    patienceMs: 1000,
  });
  expect(await operator.members()).toEqual(['n2', 'n3']);
});

test('what does not come about in time is told, with the last that was heard', async () => {
  const { operator } = cluster((asked) => asked > 4);
  expect(await operator.change(['n4'], [])).toContain('not done within 3000 ms');
  const deaf = cluster(() => true);
  expect(await deaf.operator.change(['n4'], [])).toContain('no node answered');
  expect(await deaf.operator.members()).toBeNull();
});
