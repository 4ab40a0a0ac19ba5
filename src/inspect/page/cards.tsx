import { type ActorView, activeIds, type NodeView, type World } from '../../trace/world.ts';
import { type StateNode, statesOf } from './charts.ts';
import { CLIENTS_WIDTH, GUTTER } from './layout.ts';
import type { SetView, View } from './view.ts';

/** Of registers, sessions and waiting reads a card shows only the latest; all can be chosen above the chart. */
const MAX_MANY = 2;

/** A card for each node: what it is, its chart in small with the active states lit, and its other actors. */
export function Cards({ world, nodes, view, setView }: CardsProps) {
  const template = `${GUTTER}px ${CLIENTS_WIDTH}px repeat(${Math.max(1, nodes.length)}, minmax(0, 1fr))`;
  const latestTerm = Math.max(0, ...nodes.map((name) => termOf(world.nodes.get(name)) ?? 0));
  return (
    <div class="cards" style={{ gridTemplateColumns: template }}>
      <div class="corner">time</div>
      <div class="corner">clients</div>
      {nodes.map((name) => (
        <Card
          key={name}
          name={name}
          node={world.nodes.get(name)}
          latestTerm={latestTerm}
          isolated={isIsolated(world, name)}
          selected={view.node === name}
          actor={view.actor ?? mainActorOf(world.nodes.get(name))?.[0] ?? ''}
          setView={setView}
        />
      ))}
    </div>
  );
}

type CardsProps = {
  readonly world: World;
  readonly nodes: readonly string[];
  readonly view: View;
  readonly setView: SetView;
};

type CardProps = {
  readonly name: string;
  readonly node: NodeView | undefined;
  readonly latestTerm: number;
  readonly isolated: boolean;
  readonly selected: boolean;
  readonly actor: string;
  readonly setView: SetView;
};

function Card({ name, node, latestTerm, isolated, selected, actor, setView }: CardProps) {
  const main = mainActorOf(node);
  const active = main === null ? [] : activeIds(main[1].chart, main[1].state);
  const role = roleOf(node, main?.[1], active, latestTerm);
  const choose = (chosen: string | null) => setView({ node: name, actor: chosen });
  return (
    <section class={`node ${role.look} ${selected ? 'selected' : ''}`} data-node={name} data-role={role.look}>
      <button type="button" class="title" onClick={() => choose(main?.[0] ?? null)}>
        <b>{name}</b>
        <span class="badge">{role.text}</span>
        {isolated ? <span class="badge cut">cut off</span> : null}
      </button>
      {main === null ? <p class="facts">{silenceOf(node)}</p> : <Facts actor={main[1]} />}
      {main === null ? null : (
        <ul class="states">
          {statesOf(main[1].chart).map((state) => (
            <StateBox key={state.id} state={state} active={active} />
          ))}
        </ul>
      )}
      <div class="actors">
        {othersOf(node, main?.[0]).map(([other, { state, chart }]) => (
          <button
            key={other}
            type="button"
            class={`actor ${selected && actor === other ? 'selected' : ''}`}
            title={`chart ${chart}`}
            onClick={() => choose(other)}
          >
            {other} <i>{leafOf(chart, state)}</i>
          </button>
        ))}
      </div>
    </section>
  );
}

function StateBox({ state, active }: { readonly state: StateNode; readonly active: readonly string[] }) {
  return (
    <li class={`state ${active.includes(state.id) ? 'active' : ''}`} data-state={state.id}>
      <span>{state.key}</span>
      {state.children.length === 0 ? null : (
        <ul>
          {state.children.map((child) => (
            <StateBox key={child.id} state={child} active={active} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Facts({ actor }: { readonly actor: ActorView }) {
  const { term, commitIndex, log } = actor.context;
  const length = (log as { readonly length?: number } | undefined)?.length;
  const facts: [string, unknown][] = [
    ['term', term],
    ['log', length],
    ['commit', commitIndex],
  ];
  return (
    <p class="facts">
      {facts.map(([label, value]) =>
        typeof value === 'number' ? (
          <span key={label} data-fact={label}>
            {label} <b>{value}</b>
          </span>
        ) : null,
      )}
    </p>
  );
}

/** The actor that makes a node what it is: the one that takes part in the protocol between nodes. */
export function mainActorOf(node: NodeView | undefined): readonly [string, ActorView] | null {
  if (node === undefined) return null;
  const raft = node.actors.get('raft');
  if (raft !== undefined) return ['raft', raft];
  const others = [...node.actors].filter(([name]) => !name.includes(' '));
  return others.find(([name]) => name !== 'io') ?? others[0] ?? null;
}

function othersOf(node: NodeView | undefined, main: string | undefined): (readonly [string, ActorView])[] {
  const all = [...(node?.actors ?? [])].filter(([name]) => name !== main);
  const [single, many] = [
    all.filter(([name]) => !name.includes(' ')).sort(([a], [b]) => (a < b ? -1 : 1)),
    all.filter(([name]) => name.includes(' ')).reverse(),
  ];
  return [...single, ...many.slice(0, MAX_MANY)];
}

/** Why nothing can be said of a node. */
function silenceOf(node: NodeView | undefined): string {
  return node?.up === false ? 'it is not running' : 'nothing was heard of it yet';
}

function leafOf(chart: string, state: ActorView['state']): string {
  return (activeIds(chart, state).at(-1) ?? chart).slice(chart.length + 1);
}

/** Who leads in the latest term that anybody leads in. */
export function leaderIn(world: World): string | null {
  const leaders = [...world.nodes].filter(([, { actors }]) => {
    const raft = actors.get('raft');
    return raft !== undefined && activeIds(raft.chart, raft.state).includes('raft.leader');
  });
  leaders.sort(([, a], [, b]) => (termOf(b) ?? 0) - (termOf(a) ?? 0));
  return leaders[0]?.[0] ?? null;
}

function termOf(node: NodeView | undefined): number | null {
  const term = node?.actors.get('raft')?.context.term;
  return typeof term === 'number' ? term : null;
}

function roleOf(
  node: NodeView | undefined,
  actor: ActorView | undefined,
  active: readonly string[],
  latestTerm: number,
): { readonly look: string; readonly text: string } {
  if (node?.up === false) return { look: 'down', text: 'down' };
  if (node?.paused === true) return { look: 'paused', text: 'stands still' };
  const role = active[1]?.split('.').at(-1);
  if (actor === undefined || role === undefined) return { look: 'other', text: '–' };
  if (role !== 'leader') return { look: role, text: role };
  const isOld = Number(actor.context.term) < latestTerm;
  return isOld ? { look: 'old-leader', text: 'leader of an old term' } : { look: 'leader', text: 'leader' };
}

/** No other node is reached by it, and none reaches it. */
function isIsolated(world: World, name: string): boolean {
  const others = [...world.nodes.keys()].filter((other) => other !== name);
  const isCut = (src: string, dest: string) => world.cut.some(([a, b]) => a === src && b === dest);
  return others.length > 0 && others.every((other) => isCut(name, other) && isCut(other, name));
}
