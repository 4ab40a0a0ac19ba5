import type { World } from '../../trace/world.ts';
import { shownMs } from './diagram.tsx';
import type { Store } from './store.ts';
import { momentOf, type Props } from './view.ts';

/** What is shown, where it comes from, and what it was found to be. */
export function Bar({
  store,
  world,
  open,
}: {
  readonly store: Store;
  readonly world: World;
  readonly open: (file: File) => void;
}) {
  const { header, origin, ended } = store;
  const { verdict } = world;
  return (
    <header class="bar">
      <h1>Actorum</h1>
      {header === null ? null : (
        <>
          <span class="chip" title={header.command}>
            {header.ran}
          </span>
          <span class="quiet" title={header.command}>
            seed {header.seed} · {header.time === 'virtual' ? 'virtual time' : 'real time'} · {header.program}
          </span>
          <span class={`status ${ended ? '' : 'on'}`} data-status={ended ? 'ended' : 'live'}>
            {origin !== 'live' ? origin : ended ? 'run ended' : 'live'}
          </span>
        </>
      )}
      <span class="grow" />
      {verdict === null ? null : (
        <span class={`verdict ${verdict.verdict}`} title={verdict.text}>
          {verdict.text}
        </span>
      )}
      <label class="open">
        Open trace…
        <input
          type="file"
          accept=".jsonl,.json,application/jsonl"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file !== undefined) open(file);
          }}
        />
      </label>
    </header>
  );
}

/** What is not there to be seen, and why. */
export function Notices({ store }: { readonly store: Store }) {
  const { before, missed, problems } = store;
  const texts = [
    ...(before > 0
      ? [`${before.toLocaleString('en-US')} older records were dropped: memory is bounded.`]
      : []),
    ...(missed > 0
      ? [`This page was too slow for ${missed.toLocaleString('en-US')} records, and went on after them.`]
      : []),
    ...problems.slice(0, 3),
    ...(problems.length > 3 ? [`and ${problems.length - 3} more such lines`] : []),
  ];
  return texts.length === 0 ? null : (
    <div class="notices" role="status">
      {texts.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
}

const SPANS = [50, 200, 1000, 5000] as const;

/** Stops, steps, goes on; and how much time the diagram shows. */
export function Transport(props: Props) {
  const { store, view, setView } = props;
  const moment = momentOf(props);
  const following = view.moment === null;
  const step = (by: number) => setView({ moment: Math.min(store.end, Math.max(store.before, moment + by)) });
  return (
    <div class="transport">
      <button
        type="button"
        class={`follow ${following ? 'on' : ''}`}
        title="space"
        data-do={following ? 'pause' : 'follow'}
        onClick={() => setView({ moment: following ? store.end : null })}
      >
        {following ? 'Pause' : store.ended ? 'To the end' : 'Follow'}
      </button>
      <button type="button" title="one record back (←)" onClick={() => step(-1)}>
        ←
      </button>
      <button type="button" title="one record on (→)" onClick={() => step(1)}>
        →
      </button>
      <output data-moment={moment}>
        <b>{(shownMs(props) / 1000).toFixed(3)} s</b>
        <span>
          record {moment.toLocaleString('en-US')} of {store.end.toLocaleString('en-US')}
        </span>
      </output>
      <div class="spans">
        {SPANS.map((spanMs) => (
          <button
            key={spanMs}
            type="button"
            class={view.spanMs === spanMs ? 'on' : ''}
            title="how much time the diagram shows"
            onClick={() => setView({ spanMs })}
          >
            {spanMs < 1000 ? `${spanMs} ms` : `${spanMs / 1000} s`}
          </button>
        ))}
      </div>
    </div>
  );
}
