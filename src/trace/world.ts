import type { Json } from '../../machines/json.ts';
import type { FaultRecord, StateValue, StepRecord, TraceRecord } from './format.ts';

/** What a trace says of the cluster at one of its records: every node, every actor's state and context. */
export type World = {
  /** The time of the latest record. */
  t: number;
  readonly nodes: Map<string, NodeView>;
  /** Links that are cut now, as source and destination. */
  cut: readonly (readonly [string, string])[];
  verdict: { readonly verdict: string; readonly text: string } | null;
};

export type NodeView = {
  readonly up: boolean;
  readonly paused: boolean;
  /** In order of their latest record, the least recent first. */
  readonly actors: Map<string, ActorView>;
};

export type ActorView = {
  readonly chart: string;
  readonly state: StateValue;
  /** The state before the latest event. */
  readonly from: StateValue;
  readonly context: { readonly [field: string]: Json };
  /** The latest event, and when it came. */
  readonly event: string;
  readonly t: number;
};

/** More actors of a node than this are not kept: of a million registers, those that were heard of last. */
const MAX_ACTORS = 200;

export function emptyWorld(nodes: readonly string[]): World {
  const world: World = { t: 0, nodes: new Map(), cut: [], verdict: null };
  for (const node of nodes) nodeIn(world, node);
  return world;
}

/** Another world that is the same, and stays so. */
export function copyOf(world: World): World {
  const nodes = new Map(
    [...world.nodes].map(([name, node]) => [name, { ...node, actors: new Map(node.actors) }]),
  );
  return { ...world, nodes };
}

/** Lets one record happen in a world. */
export function apply(world: World, record: TraceRecord): void {
  world.t = record.t;
  switch (record.kind) {
    case 'step':
      return applyStep(world, record);
    case 'fault':
      return applyFault(world, record);
    case 'cluster':
      for (const node of record.nodes) nodeIn(world, node);
      return;
    case 'verdict':
      world.verdict = { verdict: record.verdict, text: record.text };
      return;
  }
}

function applyStep(world: World, record: StepRecord): void {
  const { actors } = nodeIn(world, record.node);
  const { actor, chart, state, event, t, context, changed } = record;
  const known = actors.get(actor);
  actors.delete(actor);
  if (record.ended) return;
  actors.set(actor, {
    chart,
    state,
    from: known?.state ?? state,
    context: context ?? { ...known?.context, ...changed },
    event: event.type,
    t,
  });
  if (actors.size > MAX_ACTORS) forgetOne(actors);
}

/** Registers and sessions are many; the actors that make a node what it is are its first, and are not forgotten. */
function forgetOne(actors: Map<string, ActorView>): void {
  for (const name of actors.keys()) {
    if (!name.includes(' ')) continue;
    actors.delete(name);
    return;
  }
}

function applyFault(world: World, { fault, nodes = [], cut = [] }: FaultRecord): void {
  switch (fault) {
    case 'partition':
      world.cut = cut;
      return;
    case 'heal':
      world.cut = [];
      return;
    case 'recovery':
      world.cut = [];
      for (const name of world.nodes.keys()) change(world, name, { up: true, paused: false });
      return;
    case 'pause':
    case 'resume':
      for (const name of nodes) change(world, name, { paused: fault === 'pause' });
      return;
    case 'crash':
      for (const name of nodes) world.nodes.set(name, { up: false, paused: false, actors: new Map() });
      return;
    case 'restart':
      for (const name of nodes) change(world, name, { up: true, paused: false });
      return;
  }
}

function change(world: World, name: string, patch: Partial<Pick<NodeView, 'up' | 'paused'>>): void {
  world.nodes.set(name, { ...nodeIn(world, name), ...patch });
}

function nodeIn(world: World, name: string): NodeView {
  const known = world.nodes.get(name);
  if (known !== undefined) return known;
  const node: NodeView = { up: true, paused: false, actors: new Map() };
  world.nodes.set(name, node);
  return node;
}

/** A world as JSON: maps become lists of pairs. */
export type WorldJson = {
  readonly t: number;
  readonly nodes: readonly (readonly [
    string,
    { up: boolean; paused: boolean; actors: readonly (readonly [string, ActorView])[] },
  ])[];
  readonly cut: World['cut'];
  readonly verdict: World['verdict'];
};

export function worldToJson({ t, nodes, cut, verdict }: World): WorldJson {
  return {
    t,
    nodes: [...nodes].map(([name, { up, paused, actors }]) => [name, { up, paused, actors: [...actors] }]),
    cut,
    verdict,
  };
}

export function worldFromJson({ t, nodes, cut, verdict }: WorldJson): World {
  const entries = nodes.map(
    ([name, { up, paused, actors }]) => [name, { up, paused, actors: new Map(actors) }] as const,
  );
  return { t, nodes: new Map(entries), cut, verdict };
}

/** The ids of all states that a value is in, outermost first, by the chart's id: `raft`, `raft.leader`, … */
export function activeIds(chart: string, state: StateValue): string[] {
  const ids = [chart];
  const walk = (prefix: string, value: StateValue | undefined) => {
    if (value === undefined) return;
    if (typeof value === 'string') {
      if (value !== '') ids.push(`${prefix}.${value}`);
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      ids.push(`${prefix}.${key}`);
      walk(`${prefix}.${key}`, inner);
    }
  };
  walk(chart, state);
  return ids;
}
