import type { Loss } from '../causality.ts';
import type { Script } from '../script.ts';
import { type Story, tell } from '../story.ts';
import type { Strategy, StrategySettings, Version } from '../strategies/strategy.ts';

/** A question to all strategies, a schedule that asks it, and what has to come of it. */
export type Experiment = {
  /** As it is called on the command line. */
  readonly name: string;
  readonly title: string;
  /** What the experiment asks, in a sentence that a class would understand. */
  readonly question: string;
  /** What its outcome teaches. */
  readonly lesson: string;
  run(options: LabOptions): Finding;
};

export type LabOptions = {
  readonly strategies: readonly Strategy[];
  /** How far the fast clock is ahead, in milliseconds. */
  readonly skewMs: number;
  readonly nodes: number;
  readonly seed: number;
};

export type Finding = {
  /** One a strategy, in the order of the strategies. */
  readonly verdicts: readonly Verdict[];
  /** The same script under each strategy, to be drawn side by side. */
  readonly stories: readonly Story[];
  readonly curves: readonly Curve[];
};

/**
 * What became of the writes, from good to bad:
 * `kept` every write is there, or was overwritten by somebody who had seen it; `siblings` the same, and concurrent
 * writes stand side by side; `refused` the harmful write was turned down with a reason; `dropped` one of two
 * concurrent writes is gone in silence, and the later one stayed; `lost` a later write, or one that had seen the
 * other, is gone in silence; `diverged` the replicas show different things and never will agree; `explodes` nothing is
 * lost, but versions pile up that nobody can clear away; `confused` versions stand beside those that replaced them.
 */
export type Outcome =
  | 'kept'
  | 'siblings'
  | 'refused'
  | 'dropped'
  | 'lost'
  | 'diverged'
  | 'explodes'
  | 'confused';

export type Verdict = {
  readonly strategy: string;
  readonly outcome: Outcome;
  /** What theory says must come out; a verdict that differs fails the lab. */
  readonly expected: readonly Outcome[];
  /** A few words for the table. */
  readonly summary: string;
  /** What was seen, line by line: the dropped write and its acknowledgement among them. */
  readonly evidence: readonly string[];
};

export type Curve = {
  readonly name: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** The y axis is; then no value may be 0. */
  readonly logarithmic?: true;
  readonly points: readonly { readonly series: string; readonly x: number; readonly y: number }[];
};

/** A verdict on a story whose outcome can be read from what is left. */
export function verdictOf(story: Story, expected: readonly Outcome[]): Verdict {
  const outcome = outcomeOf(story);
  return {
    strategy: story.strategy,
    outcome,
    expected,
    summary: summaryOf(story, outcome),
    evidence: evidenceOf(story, outcome),
  };
}

function outcomeOf({ judgement, shown, events, converged }: Story): Outcome {
  if (!converged) return 'diverged';
  if (judgement.lost.some(({ toOlder, toItsPast }) => toOlder || toItsPast)) return 'lost';
  if (judgement.lost.length > 0) return 'dropped';
  if (judgement.falseSiblings.length > 0) return 'confused';
  if (events.some(({ happening }) => happening.type === 'refused')) return 'refused';
  return Object.values(shown).some((versions) => versions.length > 1) ? 'siblings' : 'kept';
}

function summaryOf({ judgement, shown, script }: Story, outcome: Outcome): string {
  const versions = shown[script.nodes[0] as string] ?? [];
  const ids = versions.map(({ id }) => id).join(' and ');
  switch (outcome) {
    case 'lost':
    case 'dropped':
      return judgement.lost.map((loss) => `${loss.id} ${outcome}`).join(', ');
    case 'diverged':
      return 'the replicas disagree for ever';
    case 'siblings':
      return `concurrent: ${ids}`;
    case 'refused':
      return `refused; ${ids === '' ? 'nothing' : ids} stays`;
    case 'kept':
    case 'explodes':
    case 'confused':
      return ids === '' ? 'nothing is left, as it should be' : `${ids} stays`;
  }
}

function evidenceOf(story: Story, outcome: Outcome): string[] {
  const lines = story.judgement.lost.flatMap((loss) => lossLines(story, loss));
  const { happening: refusal } =
    story.events.find(({ happening }) => happening.type === 'refused') ?? ({} as never);
  if (refusal?.type === 'refused')
    lines.push(`${refusal.id} by ${refusal.client}: refused: ${refusal.reason}`);
  if (outcome === 'diverged') {
    return [
      ...lines,
      ...story.script.nodes.map((node) => `${node} shows ${listed(story.shown[node] ?? [])}`),
    ];
  }
  const left = listed(story.shown[story.script.nodes[0] as string] ?? []);
  lines.push(
    outcome === 'siblings' ? `concurrent: all are returned: ${left}` : `every replica shows ${left}`,
  );
  return lines;
}

/** More versions than these are counted. */
const LISTED = 6;

function listed(versions: readonly Version[]): string {
  if (versions.length === 0) return 'nothing';
  const some = versions.slice(0, LISTED).map(({ id, stamp }) => `${id} ${stamp}`);
  const more = versions.length - some.length;
  return `${some.join(', ')}${more === 0 ? '' : `, and ${more} more`}`;
}

function lossLines({ events }: Story, { id, survivors }: Loss): string[] {
  const lines: string[] = [];
  for (const { atMs, clockMs, node, happening } of events) {
    const clock = `at ${atMs} ms (clock of ${node}: ${clockMs} ms)`;
    if (happening.type === 'write' && happening.id === id) {
      lines.push(
        `dropped write: ${id} by ${happening.client} at ${node}, ${clock}, stamp ${happening.stamp}`,
      );
    }
    if (happening.type === 'ack' && happening.id === id) {
      lines.push(`its acknowledgement: write_ok to ${happening.client} ${clock}`);
    }
  }
  lines.push(`what stands in its place: ${survivors.length === 0 ? 'nothing' : survivors.join(', ')}`);
  return lines;
}

/** The settings of a strategy where an experiment does not care. */
export function settingsFor(skewMs: number): StrategySettings {
  return {
    maxDriftMs: Math.max(1000, 2 * skewMs),
    maxEntries: 3,
    uncertaintyMs: skewMs,
  };
}

export function namesOf(nodes: number): string[] {
  return Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
}

/** An experiment that runs one script under every strategy, and reads its verdicts from what is left. */
export function scripted(
  about: Pick<Experiment, 'name' | 'title' | 'question' | 'lesson'>,
  scriptOf: (options: LabOptions) => Script,
  expected: (strategy: string, options: LabOptions) => readonly Outcome[],
  settingsOf: (options: LabOptions) => StrategySettings = ({ skewMs }) => settingsFor(skewMs),
): Experiment {
  return {
    ...about,
    run(options) {
      const script = scriptOf(options);
      const stories = options.strategies.map((strategy) => tell(script, strategy, settingsOf(options)));
      const verdicts = stories.map((story) => verdictOf(story, expected(story.strategy, options)));
      return { stories, verdicts, curves: [] };
    },
  };
}
