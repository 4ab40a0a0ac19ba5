import { Dice } from '../../kit/dice.ts';
import { exchange, type Script, type Step } from '../script.ts';
import { type Story, tell } from '../story.ts';
import {
  type Experiment,
  type LabOptions,
  namesOf,
  type Outcome,
  settingsFor,
  type Verdict,
  verdictOf,
} from './experiment.ts';

/** How often the two writers take turns in the curve, and in the picture. */
const ROUNDS = 50;
const ROUNDS_DRAWN = 3;

/** Two clients write in turns at one node. Each replaces its own latest write, and has never read the other's. */
export function siblingsScript({ nodes: count, seed }: LabOptions, rounds: number): Script {
  const nodes = namesOf(count);
  const node = new Dice(seed).pick(nodes);
  const steps: Step[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const atMs = round * 100;
    steps.push({ type: 'write', atMs, ...behind('b', round - 1), node, client: 'alice', id: `a${round}` });
    steps.push({
      type: 'write',
      atMs: atMs + 50,
      ...behind('a', round),
      node,
      client: 'bob',
      id: `b${round}`,
    });
  }
  return {
    nodes,
    skewMs: {},
    latencyMs: 40,
    steps: [...steps, ...exchange(nodes, 0, { id: `b${rounds}`, ms: 100 })],
  };
}

/** Turns are kept also where an acknowledgement takes its time. */
function behind(writer: string, round: number): Pick<Step, 'after'> {
  return round === 0 ? {} : { after: { id: `${writer}${round}`, ms: 1 } };
}

function judged(story: Story): Verdict {
  const plain = verdictOf(story, expected(story.strategy));
  const shown = `after ${ROUNDS} rounds; a picture shows ${ROUNDS_DRAWN}`;
  const verdict = { ...plain, evidence: [shown, ...plain.evidence] };
  const most = Math.max(...story.events.map(({ versions }) => versions.length));
  if (most <= 2) return verdict;
  return {
    ...verdict,
    outcome: 'explodes',
    summary: `${most} siblings after ${story.script.steps.filter(({ type }) => type === 'write').length} writes by two clients`,
  };
}

function expected(strategy: string): readonly Outcome[] {
  switch (strategy) {
    case 'server-vectors':
      return ['explodes'];
    case 'client-vectors':
    case 'pruned':
    case 'dotted':
      return ['siblings'];
    case 'lamport':
      return ['dropped', 'lost'];
    default:
      return ['dropped'];
  }
}

export const siblings: Experiment = {
  name: 'siblings',
  title: 'Siblings explode',
  question:
    'Alice and Bob write the same key in turns, through one node. Each has seen only what they wrote themselves, and replaces it. How many versions stand side by side after fifty rounds?',
  lesson:
    'There are two writers, so two versions are current at any time. A vector for the whole key cannot say which of its versions a writer had seen, so it keeps them all, and every write adds one. A dot says which event each version is, and a write takes away exactly what its author had seen. A timestamp keeps one version, and each writer erases the other in every turn.',
  run(options) {
    const settings = settingsFor(options.skewMs);
    const [drawn, long] = [ROUNDS_DRAWN, ROUNDS].map((rounds) => siblingsScript(options, rounds)) as [
      Script,
      Script,
    ];
    const told = options.strategies.map((strategy) => tell(long, strategy, settings));
    return {
      stories: options.strategies.map((strategy) => tell(drawn, strategy, settings)),
      verdicts: told.map(judged),
      curves: [
        {
          name: 'siblings',
          title: 'Versions side by side, with two writers in turns',
          x: 'writes',
          y: 'versions',
          points: told.flatMap(versionsAfterEachWrite),
        },
      ],
    };
  },
};

function versionsAfterEachWrite({ strategy, events }: Story) {
  return events
    .filter(({ happening }) => happening.type === 'write')
    .map(({ versions }, i) => ({ series: strategy, x: i + 1, y: versions.length }));
}
