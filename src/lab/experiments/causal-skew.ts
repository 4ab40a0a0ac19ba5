import { Dice } from '../../kit/dice.ts';
import { exchange, type Script } from '../script.ts';
import { type LabOptions, namesOf, type Outcome, scripted } from './experiment.ts';
import { atSkew, gapOf } from './skew-loss.ts';

export function causalSkewScript(options: LabOptions): Script {
  const nodes = namesOf(options.nodes);
  const [fast, right] = new Dice(options.seed).shuffled(nodes) as [string, string];
  const gapMs = gapOf(options);
  return {
    nodes,
    skewMs: { [fast]: options.skewMs },
    latencyMs: 40,
    steps: [
      { type: 'write', atMs: 100, node: fast, client: 'alice', id: 'w1' },
      { type: 'send', atMs: 0, after: { id: 'w1', ms: 10 }, from: fast, to: right },
      { type: 'read', atMs: 0, after: { id: 'w1', ms: gapMs - 20 }, node: right, client: 'bob' },
      { type: 'write', atMs: 0, after: { id: 'w1', ms: gapMs }, node: right, client: 'bob', id: 'w2' },
      ...exchange(nodes, 0, { id: 'w2', ms: 100 }),
    ],
  };
}

function expected(strategy: string, options: LabOptions): readonly Outcome[] {
  // Everything but a bare wall clock carries something of the first write along to the second.
  return strategy === 'wall' ? atSkew(options, 'kept') : ['kept'];
}

export const causalSkew = scripted(
  {
    name: 'causal-skew',
    title: 'An answer is older than its question',
    question:
      'Alice writes at a node whose clock is fast. Bob reads her write at another node and replaces it. He knows what he replaces. Is his write there in the end?',
    lesson:
      'A wall clock knows nothing of what a writer has read, so a correction can lose to what it corrects. Lamport and hybrid clocks move past every timestamp that they see, and vectors count what has been seen: cause comes before effect with all of them. A clock that waits has it for another reason: nobody sees a write before its timestamp is past.',
  },
  causalSkewScript,
  expected,
);
