import { Dice } from '../../kit/dice.ts';
import { exchange, type Script } from '../script.ts';
import { tell } from '../story.ts';
import type { Strategy } from '../strategies/strategy.ts';
import {
  type Experiment,
  type LabOptions,
  namesOf,
  type Outcome,
  settingsFor,
  verdictOf,
} from './experiment.ts';

export function amnesiaScript({ nodes: count, seed }: LabOptions): Script {
  const nodes = namesOf(count);
  const [forgetful, other] = new Dice(seed).shuffled(nodes) as [string, string];
  return {
    nodes,
    skewMs: {},
    latencyMs: 40,
    steps: [
      { type: 'write', atMs: 100, node: forgetful, client: 'alice', id: 'w1' },
      { type: 'send', atMs: 0, after: { id: 'w1', ms: 10 }, from: forgetful, to: other },
      { type: 'forget', atMs: 0, after: { id: 'w1', ms: 100 }, node: forgetful },
      // Alice's program was started again with the machine, and knows no more than the node does.
      {
        type: 'write',
        atMs: 0,
        after: { id: 'w1', ms: 200 },
        node: forgetful,
        client: 'alice',
        id: 'w2',
        restarted: true,
      },
      ...exchange(nodes, 0, { id: 'w2', ms: 100 }),
    ],
  };
}

/** The same strategy at a node that does not count its lives: it takes up its old name and counts from the start. */
function namelessly(strategy: Strategy): Strategy {
  return {
    ...strategy,
    name: `${strategy.name}, lives not counted`,
    title: `${strategy.title}, lives not counted`,
    createReplica: (setup) => strategy.createReplica({ ...setup, life: 1 }),
  };
}

function expected(strategy: string): readonly Outcome[] {
  switch (strategy) {
    case 'wall':
    case 'hybrid':
    case 'commit-wait':
      return ['dropped'];
    case 'dotted':
      return ['siblings'];
    default:
      // One event stands for two writes, and no merge can tell them apart.
      return ['diverged'];
  }
}

export const amnesia: Experiment = {
  name: 'amnesia',
  title: 'A node forgets what it counted',
  question:
    'A node takes a write, passes it on, and loses its memory. It starts again and takes another write, which it counts as its first. What do the others make of it?',
  lesson:
    'A counter that starts again gives one event to two writes. Two replicas then hold different values under equal vectors, and no comparison will ever see it. What prevents it is a name that is new with every life without memory: then the old events are somebody else’s. Clocks of time find their way back by themselves, but they drop one of the two writes, as always.',
  run(options) {
    const script = amnesiaScript(options);
    const strategies = options.strategies.flatMap((strategy) =>
      strategy.countsLives ? [namelessly(strategy), strategy] : [strategy],
    );
    const stories = strategies.map((strategy) => tell(script, strategy, settingsFor(options.skewMs)));
    const verdicts = stories.map((story) => verdictOf(story, expected(story.strategy)));
    return { stories, verdicts, curves: [] };
  },
};
