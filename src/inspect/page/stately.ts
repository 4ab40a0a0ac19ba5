import { createBrowserInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import type { TraceRecord } from '../../trace/format.ts';
import { parseHeader, parseRecord } from '../../trace/reader.ts';
import {
  type ActorView,
  apply,
  emptyWorld,
  type World,
  type WorldJson,
  worldFromJson,
} from '../../trace/world.ts';

/** Passes what the actors do to the inspector of stately.ai, which this page holds in a frame. */

declare const CHART_DEFINITIONS: { readonly [chart: string]: unknown };

const INSPECTOR = 'https://stately.ai/inspect';
/** How the inspector says that it is ready. */
const CONNECTED = '@statelyai.connected';
/** Of a cluster's actors only those that last: thousands of registers would bury them. */
const isShown = (actor: string) => !actor.includes(' ');

const iframe = document.getElementById('inspector') as HTMLIFrameElement;
const status = document.getElementById('status') as HTMLElement;
const inspector = createBrowserInspector({ url: INSPECTOR, iframe, serialize });
let world: World = emptyWorld([]);
/** The actors that the inspector has been told of; null until it is ready. */
let told: Set<string> | null = null;

// The library speaks to the frame only after both: the inspector has said that it is ready, and the frame is loaded.
const waitingFor = new Set(['inspector', 'frame']);
iframe.addEventListener('load', () => arrived('frame'));
addEventListener('message', ({ data, source }) => {
  if (source !== iframe.contentWindow) return;
  if ((data as { type?: unknown } | null)?.type === CONNECTED) arrived('inspector');
});

function arrived(part: string): void {
  waitingFor.delete(part);
  if (waitingFor.size > 0 || told !== null) return;
  status.textContent = 'connected to the inspector of stately.ai';
  told = new Set();
  for (const [node, { actors }] of world.nodes) {
    for (const [name, actor] of actors) introduce(node, name, actor);
  }
}

const events = new EventSource('/events');
const on = (name: string, take: (data: string) => void) =>
  events.addEventListener(name, (event) => take(String((event as MessageEvent).data)));
on('header', (data) => {
  const header = parseHeader(data);
  if ('problem' in header) status.textContent = `the stream ${header.problem}`;
  else world = emptyWorld(header.nodes);
});
on('base', (data) => {
  world = worldFromJson((JSON.parse(data) as { world: WorldJson }).world);
});
on('message', (data) => {
  const record = parseRecord(data);
  if (!('problem' in record)) take(record);
});
on('end', () => events.close());

function take(record: TraceRecord): void {
  apply(world, record);
  if (record.kind !== 'step' || told === null) return;
  const { node, actor: name, event } = record;
  const actor = world.nodes.get(node)?.actors.get(name);
  if (actor === undefined || !isShown(name)) return;
  introduce(node, name, actor);
  const id = `${node} ${name}`;
  inspector.event(id, event);
  inspector.snapshot(id, snapshotOf(actor), { event });
}

function introduce(node: string, name: string, actor: ActorView): void {
  const id = `${node} ${name}`;
  if (told === null || told.has(id) || !isShown(name)) return;
  told.add(id);
  const logic = { config: CHART_DEFINITIONS[actor.chart] };
  // The library asks no more of an actor than to have an id and a definition.
  const like = { sessionId: id, logic } as unknown as Parameters<typeof inspector.actor>[0];
  inspector.actor(like, snapshotOf(actor));
}

function snapshotOf({ state, context }: ActorView) {
  return { status: 'active' as const, value: state, context };
}

/** The library names an actor after its chart, and every node has one of each; and each is a root of its own. */
function serialize(event: StatelyInspectionEvent): StatelyInspectionEvent {
  const own = { ...event, rootId: event.sessionId };
  return own.type === '@xstate.actor' ? { ...own, name: event.sessionId } : own;
}
