import { expect, it } from 'vitest';
import { requestsMachine } from '../../machines/requests/requests.machine.ts';
import { createGate } from '../../src/actors/step.ts';

/**
 * Found by the simulator (seed 58 of its day). A node forwarded a write to the leader, which appended it. The answer
 * was late, so the write was forwarded again; the copy reached the same node after it had stepped down, and was
 * refused. The refusal was taken as proof that the write stood in no log of that term: the client was told error 11
 * ("it did not happen"), and another client read the value a second later.
 *
 * Cause: a refusal speaks of one copy of a message, and a network may carry two. Since then nothing that happens
 * after a request was handed over can make its failure definite.
 */
it('a write that was handed over once is never called undone, whatever leaders come and go', () => {
  const gate = createGate(requestsMachine);
  const op = { type: 'write', key: 'x', value: 26 } as const;
  const write = { client: 'c1', msgId: 1, op, bytes: 60, reader: null, sinceMs: 10, minIndex: 0 };
  const events = [
    { type: 'leader.changed', leader: 'n5', term: 5, nowMs: 0 },
    { type: 'requests.arrived', requests: [write], nowMs: 10 },
    { type: 'leader.changed', leader: null, term: 5, nowMs: 200 },
    { type: 'leader.changed', leader: 'n5', term: 6, nowMs: 400 },
    { type: 'leader.changed', leader: null, term: 7, nowMs: 500 },
    { type: 'patrol.timeout', nowMs: 900 },
  ] as const;
  let { snapshot } = gate.start({ id: 'n2', incarnation: 1 });
  const answers = [];
  for (const event of events) {
    const step = gate.step(snapshot, event);
    snapshot = step.snapshot;
    for (const effect of step.effects) if (effect.type === 'answer') answers.push(...effect.answers);
  }
  expect(answers).toHaveLength(1);
  expect(answers[0]).toMatchObject({ client: 'c1', msgId: 1, outcome: { type: 'error', code: 0 } });
});
