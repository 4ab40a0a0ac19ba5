import { Dice } from '../../kit/dice.ts';
import type { Script, Step } from '../script.ts';
import { type Story, tell } from '../story.ts';
import type { Strategy, StrategySettings } from '../strategies/strategy.ts';
import {
  type Curve,
  type Experiment,
  type LabOptions,
  namesOf,
  settingsFor,
  type Verdict,
} from './experiment.ts';
import { skewLossScript } from './skew-loss.ts';

/** How many writes follow each other in a chain, each begun after the one before it was acknowledged. */
const LINKS = 60;
/** How many chains there are for every point of a curve. */
const CHAINS = 5;

/** Clocks that are wrong by up to `errorMs` either way, and writes that follow each other all over the cluster. */
export function chainScript(nodes: number, errorMs: number, seed: number): Script {
  const dice = new Dice(seed);
  const names = namesOf(nodes);
  const steps = Array.from({ length: LINKS }, (_, i): Step => {
    const deed = { type: 'write', node: dice.pick(names), client: `c${i + 1}`, id: `w${i + 1}` } as const;
    const ms = 1 + dice.below(10);
    return i === 0 ? { atMs: 0, ...deed } : { atMs: 0, after: { id: `w${i}`, ms }, ...deed };
  });
  const errors = names.map((_, i) =>
    i === 0 ? errorMs : i === 1 ? -errorMs : dice.between(-errorMs, errorMs),
  );
  return {
    nodes: names,
    skewMs: Object.fromEntries(names.map((name, i) => [name, Math.round(errors[i] as number)])),
    latencyMs: 5,
    steps,
  };
}

/** Writes whose timestamp is not above that of a write that was acknowledged before they began. */
export function inversionsIn({ events }: Story): number {
  let highest = Number.NEGATIVE_INFINITY;
  let inversions = 0;
  for (const { happening } of events) {
    if (happening.type !== 'write' || happening.timestampMs === null) continue;
    if (happening.timestampMs <= highest) inversions += 1;
    highest = Math.max(highest, happening.timestampMs);
  }
  return inversions;
}

/** How long acknowledgements took, on average, in milliseconds. */
export function latencyIn({ causality }: Story): number {
  const waits = causality.writes.map(({ beganMs, ackedMs }) => ackedMs - beganMs);
  return waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
}

type Chains = { readonly inversions: number; readonly latencyMs: number };

function runChains(
  strategy: Strategy,
  { nodes, seed, skewMs }: LabOptions,
  errorMs: number,
  uncertaintyMs: number,
): Chains {
  const settings: StrategySettings = { ...settingsFor(skewMs), uncertaintyMs };
  const stories = Array.from({ length: CHAINS }, (_, i) =>
    tell(chainScript(nodes, errorMs, seed + i), strategy, settings),
  );
  return {
    inversions: stories.reduce((sum, story) => sum + inversionsIn(story), 0),
    latencyMs: stories.reduce((sum, story) => sum + latencyIn(story), 0) / CHAINS,
  };
}

/** The uncertainty stays as it is, and the clocks get worse: in parts of the uncertainty. */
const ERRORS = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];
const UNCERTAINTIES_MS = [0, 1, 2, 5, 10, 20, 50, 100, 200];

function verdictOn(strategy: Strategy, options: LabOptions): Verdict {
  const uncertaintyMs = options.skewMs;
  const within = runChains(strategy, options, uncertaintyMs, uncertaintyMs);
  const beyond = runChains(strategy, options, 3 * uncertaintyMs, uncertaintyMs);
  const pairs = CHAINS * LINKS;
  const waits = strategy.name === 'commit-wait';
  return {
    strategy: strategy.name,
    outcome: within.inversions > 0 ? 'lost' : 'kept',
    expected: waits || options.skewMs === 0 ? ['kept'] : ['lost'],
    summary: `${within.inversions} of ${pairs} writes out of order, ${within.latencyMs.toFixed(0)} ms to wait`,
    evidence: [
      `clocks within ±${uncertaintyMs} ms: ${within.inversions} of ${pairs} writes have a timestamp below that of a write that was acknowledged before they began; acknowledged after ${within.latencyMs.toFixed(0)} ms on average`,
      `clocks wrong by up to ±${3 * uncertaintyMs} ms, three times what the nodes believe: ${beyond.inversions} of ${pairs}`,
    ],
  };
}

function curvesOf(strategy: Strategy, options: LabOptions): Curve[] {
  const believed = options.skewMs;
  return [
    {
      name: 'latency',
      title: 'What it costs: time to the acknowledgement',
      x: 'uncertainty ε, ms',
      y: 'milliseconds',
      points: UNCERTAINTIES_MS.map((ms) => ({
        series: strategy.name,
        x: ms,
        y: runChains(strategy, options, ms, ms).latencyMs,
      })),
    },
    {
      name: 'inversions',
      title: 'When it breaks: writes out of order',
      x: `error of the clocks, in ε of ${believed} ms`,
      y: `writes of ${CHAINS * LINKS}`,
      points: ERRORS.map((error) => ({
        series: strategy.name,
        x: error,
        y: runChains(strategy, options, error * believed, believed).inversions,
      })),
    },
  ];
}

/** Those that order writes by time; the others promise no order of time, and cannot break it. */
function keepsTime({ name }: Strategy): boolean {
  return name === 'wall' || name === 'hybrid' || name === 'commit-wait';
}

export const commitWait: Experiment = {
  name: 'commit-wait',
  title: 'Waiting until it is surely past',
  question:
    'A clock that knows how wrong it can be gives an interval instead of a time. A write is stamped with the latest time that it can be, and acknowledged when that time is surely past. What does the waiting buy, and when does it fail?',
  lesson:
    'Whoever begins after an acknowledgement gets a higher timestamp, anywhere in the cluster and without a message in between, as when one user calls another on the telephone: external consistency. The price is twice the uncertainty on every write. It holds for sure as long as no clock is further off than it believes; beyond that it breaks, and nothing warns. And of two writes whose authors knew nothing of each other, one is still dropped: waiting makes the order true, and merges nothing.',
  run(options) {
    const strategies = options.strategies.filter(keepsTime);
    const script = skewLossScript(options);
    const waiting = strategies.filter(({ name }) => name === 'commit-wait');
    const settings = settingsFor(options.skewMs);
    const deluded = { ...settings, uncertaintyMs: Math.floor(options.skewMs / 8) };
    return {
      verdicts: strategies.map((strategy) => verdictOn(strategy, options)),
      stories: waiting.flatMap((strategy) => [
        {
          ...tell(script, strategy, settings),
          strategy: `${strategy.name}, ε = ${settings.uncertaintyMs} ms`,
        },
        { ...tell(script, strategy, deluded), strategy: `${strategy.name}, ε = ${deluded.uncertaintyMs} ms` },
      ]),
      curves: waiting.flatMap((strategy) => curvesOf(strategy, options)),
    };
  },
};
