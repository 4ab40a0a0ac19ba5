import type { TraceRecord } from '../../trace/format.ts';
import { activeIds } from '../../trace/world.ts';
import type { Arrow, Picture } from './picture.ts';
import type { Store } from './store.ts';
import { type Filter, momentOf, type Props } from './view.ts';

/** The most rows that are shown, and the most records that are looked through for them. */
const MAX_ROWS = 250;
const MAX_SEARCHED = 50_000;

/** The stream of events up to the moment that is shown, the latest first. A click goes back to one of them. */
export function Events(props: Props) {
  const { store, view, setView } = props;
  const { filter } = view;
  const moment = momentOf(props);
  const { rows, searchedAll } = find(store, moment, filter);
  const set = (patch: Partial<Filter>) => setView({ filter: { ...filter, ...patch } });
  const choice = (name: 'steps' | 'messages' | 'faults' | 'all', label: string) => (
    <label key={name}>
      <input type="checkbox" checked={filter[name]} onChange={() => set({ [name]: !filter[name] })} /> {label}
    </label>
  );
  return (
    <section class="panel events-panel">
      <header>
        <h2>Events</h2>
        <input
          type="search"
          placeholder="filter: n2 vote …"
          value={filter.text}
          onInput={(event) => set({ text: event.currentTarget.value })}
        />
        {choice('steps', 'steps')}
        {choice('messages', 'messages')}
        {choice('faults', 'faults')}
        {choice('all', 'routine')}
      </header>
      <ol>
        {rows.map((at) => (
          <Row
            key={at}
            record={store.recordAt(at) as TraceRecord}
            picture={store.picture}
            shown={at === view.moment}
            go={() => setView({ moment: at, ...selection(store.recordAt(at)) })}
          />
        ))}
        {rows.length === 0 ? (
          <li class="empty">
            nothing like that{' '}
            {searchedAll ? 'before this moment' : `among the latest ${MAX_SEARCHED} records`}
          </li>
        ) : null}
      </ol>
    </section>
  );
}

/** Going to a step shows its actor, too. */
function selection(record: TraceRecord | undefined): { node?: string; actor?: string } {
  return record?.kind === 'step' ? { node: record.node, actor: record.actor } : {};
}

type RowProps = {
  readonly record: TraceRecord;
  readonly picture: Picture;
  readonly shown: boolean;
  readonly go: () => void;
};

function Row({ record, picture, shown, go }: RowProps) {
  const { who, what, more, look } = describe(record, picture);
  return (
    <li class={`${look} ${shown ? 'shown' : ''}`}>
      <button type="button" onClick={go}>
        <time>{(record.t / 1000).toFixed(3)}</time>
        <b>{who}</b>
        <span>{what}</span>
        <i>{more}</i>
      </button>
    </li>
  );
}

type Described = {
  readonly who: string;
  readonly what: string;
  readonly more: string;
  readonly look: string;
};

function wayOf(arrow: Arrow | undefined, id: number): string {
  return arrow === undefined ? `message ${id}` : `${arrow.from} → ${arrow.to}`;
}

function describe(record: TraceRecord, picture: Picture): Described {
  switch (record.kind) {
    case 'step': {
      const { node, actor, chart, state, event, effects = [] } = record;
      const where = (activeIds(chart, state).at(-1) ?? chart).slice(chart.length + 1);
      const does = effects.map(({ type }) => type).join(', ');
      return {
        who: `${node} ${actor}`,
        what: event.type,
        more: `→ ${where}${does === '' ? '' : ` · ${does}`}`,
        look: 'step',
      };
    }
    case 'send':
      return { who: `${record.from} → ${record.to}`, what: record.body.type, more: 'sent', look: 'message' };
    case 'receive':
      return {
        who: record.to === undefined ? `message ${record.id}` : `${record.from} → ${record.to}`,
        what: record.body?.type ?? '',
        more: 'arrived',
        look: 'message',
      };
    case 'lost':
      return {
        who: wayOf(picture.arrowOf(record.id), record.id),
        what: `${picture.arrowOf(record.id)?.type ?? ''} lost`,
        more: record.why,
        look: 'lost',
      };
    case 'fault':
      return {
        who: (record.nodes ?? ['network']).join(' '),
        what: record.fault,
        more: record.text,
        look: 'fault',
      };
    case 'cluster':
      return { who: 'cluster', what: record.nodes.join(' '), more: '', look: 'step' };
    case 'verdict':
      return {
        who: 'verdict',
        what: record.verdict,
        more: record.text,
        look: record.verdict === 'ok' ? 'good' : 'fault',
      };
    case 'dropped':
      return {
        who: record.node ?? 'trace',
        what: `${record.count} records are missing here`,
        more: '',
        look: 'fault',
      };
  }
}

function find(store: Store, moment: number, filter: Filter): { rows: number[]; searchedAll: boolean } {
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const rows: number[] = [];
  const last = Math.max(store.before, moment - MAX_SEARCHED);
  for (let at = moment; at > last && rows.length < MAX_ROWS; at -= 1) {
    const record = store.recordAt(at);
    if (record !== undefined && passes(record, store.picture, filter, words)) rows.push(at);
  }
  return { rows, searchedAll: last === store.before };
}

function passes(record: TraceRecord, picture: Picture, filter: Filter, words: readonly string[]): boolean {
  const { kind } = record;
  if (kind === 'step') {
    if (!filter.steps || (!filter.all && isRoutine(record))) return false;
  } else if (kind === 'send' || kind === 'receive') {
    // An arrival without a name of its own is the end of an arrow that has one.
    if (!filter.messages || (kind === 'receive' && record.from === undefined)) return false;
    if (!filter.all && isHeartbeat(record.body)) return false;
  } else if (kind === 'lost') {
    if (!filter.messages) return false;
  } else if (!filter.faults) {
    return false;
  }
  if (words.length === 0) return true;
  const { who, what, more } = describe(record, picture);
  const text = `${kind} ${who} ${what} ${more}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** What happens all the time and changes no state: ends of turns, heartbeats, and what only passes through. */
function isRoutine({ event, effects }: Extract<TraceRecord, { kind: 'step' }>): boolean {
  if (event.type === 'heartbeat.timeout' || event.type === 'append.response') return true;
  if (event.type === 'turn.ended' || event.type === 'peers.received') return true;
  return event.type === 'append.request' && isHeartbeat(event) && (effects?.length ?? 0) < 3;
}

function isHeartbeat(
  body: { readonly type: string; readonly [field: string]: unknown } | undefined,
): boolean {
  if (body?.type === 'append.response') return true;
  return body?.type === 'append.request' && Array.isArray(body.entries) && body.entries.length === 0;
}
