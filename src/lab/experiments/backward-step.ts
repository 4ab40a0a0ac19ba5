import { Dice } from '../../kit/dice.ts';
import { exchange, type Script } from '../script.ts';
import { type LabOptions, namesOf, type Outcome, scripted } from './experiment.ts';
import { atSkew, gapOf } from './skew-loss.ts';

export function backwardStepScript(options: LabOptions): Script {
  const nodes = namesOf(options.nodes);
  const [other, stepping] = new Dice(options.seed).shuffled(nodes) as [string, string];
  const gapMs = gapOf(options);
  return {
    nodes,
    skewMs: {},
    latencyMs: 40,
    steps: [
      { type: 'write', atMs: 100, node: other, client: 'alice', id: 'w1' },
      { type: 'send', atMs: 0, after: { id: 'w1', ms: 10 }, from: other, to: stepping },
      { type: 'clock', atMs: 0, after: { id: 'w1', ms: gapMs - 100 }, node: stepping, byMs: -options.skewMs },
      { type: 'read', atMs: 0, after: { id: 'w1', ms: gapMs - 70 }, node: stepping, client: 'bob' },
      {
        type: 'write',
        atMs: 0,
        after: { id: 'w1', ms: gapMs - 40 },
        node: stepping,
        client: 'bob',
        id: 'w2',
      },
      { type: 'read', atMs: 0, after: { id: 'w2', ms: 20 }, node: stepping, client: 'bob' },
      // The node's own timestamps go on, however its clock stands: so far it is safe from itself. This write begins
      // the gap after the first, so a step by more puts it before that one.
      { type: 'write', atMs: 0, after: { id: 'w2', ms: 40 }, node: stepping, client: 'bob', id: 'w3' },
      ...exchange(nodes, 0, { id: 'w3', ms: 100 }),
    ],
  };
}

function expected(strategy: string, options: LabOptions): readonly Outcome[] {
  return strategy === 'wall' ? atSkew(options, 'kept') : ['kept'];
}

export const backwardStep = scripted(
  {
    name: 'backward-step',
    title: 'A clock steps back',
    question:
      'A clock that was right is set back, by an operator or by a time server. Bob has read the latest write there, and replaces it. Is his write there in the end?',
    lesson:
      'A clock that steps back is a clock that was fast, seen from the other side. A node can keep its own timestamps growing, but that saves it from itself only: other nodes have written in the time that it goes through again.',
  },
  backwardStepScript,
  expected,
);
