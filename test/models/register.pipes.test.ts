import { describe, expect, it } from 'vitest';
import { linearRegisterMachine, type RegisterEvent } from '../../machines/register/linear.machine.ts';
import { pathsOf, stageOf } from '../../src/testing/index.ts';
import { NodeProcess } from '../process/node-process.ts';
import { registerModel } from './register.model.ts';

/** The operation as a client writes it, on a key of its own. */
function request(op: RegisterEvent, key: number, msgId: number): object {
  const rest =
    op.type === 'cas' ? { from: op.from, to: op.to, create_if_not_exists: op.createIfNotExists } : {};
  return { type: op.type, key, msg_id: msgId, ...rest, ...(op.type === 'write' ? { value: op.value } : {}) };
}

describe('the registers of a real node', () => {
  it('answer on every path what the chart answers, each key for itself', async () => {
    const { paths } = pathsOf(registerModel);
    const node = new NodeProcess();
    try {
      node.init();
      const requests: object[] = [];
      const answers: object[] = [];
      for (const [key, { input, events }] of paths.entries()) {
        const life = stageOf(linearRegisterMachine).start(input);
        for (const event of events) {
          const msgId = 100 + requests.length;
          requests.push(request(event, key, msgId));
          const [answer] = life.step(event).effects;
          answers.push({ ...answer?.outcome, in_reply_to: msgId, msg_id: 1 + answers.length });
        }
      }
      node.send(...requests);
      await node.end();
      expect(
        node
          .messages()
          .slice(1)
          .map(({ body }) => body),
      ).toEqual(answers);
      expect(paths.length).toBeGreaterThan(30);
    } finally {
      node.child.kill('SIGKILL');
    }
  });
});
