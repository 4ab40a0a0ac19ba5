import { useEffect, useReducer, useState } from 'preact/hooks';
import type { World } from '../../trace/world.ts';
import { Cards, leaderIn, mainActorOf } from './cards.tsx';
import { Chart } from './chart.tsx';
import { Context, Details } from './context.tsx';
import { Diagram } from './diagram.tsx';
import { Events } from './events.tsx';
import { Bar, Notices, Transport } from './header.tsx';
import { readFile } from './source.ts';
import type { Store } from './store.ts';
import { Timeline } from './timeline.tsx';
import { FIRST_VIEW, momentOf, type View } from './view.ts';

/** The page: the nodes and their messages on the left; one actor's chart and context, and the events, on the right. */
export function App({ store, stopListening }: { readonly store: Store; readonly stopListening: () => void }) {
  const [, refresh] = useReducer((count: number) => count + 1, 0);
  const [view, setWholeView] = useState<View>(FIRST_VIEW);
  const setView = (patch: Partial<View>) => setWholeView((before) => ({ ...before, ...patch }));
  useEffect(() => store.subscribe(() => refresh(0)), [store]);
  const open = (file: File) => {
    stopListening();
    setView({ moment: null, node: null });
    void readFile(file, store);
  };
  useKeys(store, view, setView);
  useDrop(open);
  const props = { store, view, setView };
  const moment = momentOf(props);
  const world = store.worldAt(moment);
  const { nodes } = store.picture;
  const node = view.node ?? leaderIn(world) ?? nodes[0] ?? '';
  const name = view.actor ?? mainActorOf(world.nodes.get(node))?.[0] ?? '';
  const actor = world.nodes.get(node)?.actors.get(name);
  const record = store.recordAt(moment);
  return (
    <div class="app">
      <Bar store={store} world={world} open={open} />
      <Notices store={store} />
      {store.header === null ? (
        <Welcome />
      ) : (
        <>
          <div class="top">
            <Transport {...props} />
            <Timeline {...props} />
          </div>
          <main>
            <div class="left">
              <Cards world={world} nodes={nodes} view={{ ...view, node }} setView={setView} />
              <Diagram {...props} />
            </div>
            <div class="right">
              <Chart
                title={`${node} ${name}`}
                actor={actor}
                actors={actorsIn(world)}
                choose={(title) => setView(chosenBy(title))}
              />
              <div class="side">
                <Context actor={actor} changed={changedIn(record, node, name)} />
                <Details record={record} />
              </div>
              <Events {...props} />
            </div>
          </main>
        </>
      )}
    </div>
  );
}

function Welcome() {
  return (
    <div class="welcome">
      <h2>No run yet</h2>
      <p>
        Drop a trace here, or open one: a file that <code>actorum sim --trace run.jsonl</code>,{' '}
        <code>bench</code> or <code>node</code> has written.
      </p>
    </div>
  );
}

/** Every actor, by its node and name. */
function actorsIn(world: World): string[] {
  return [...world.nodes].flatMap(([node, { actors }]) =>
    [...actors.keys()].sort().map((name) => `${node} ${name}`),
  );
}

function chosenBy(title: string): Partial<View> {
  const space = title.indexOf(' ');
  return { node: title.slice(0, space), actor: title.slice(space + 1) };
}

function changedIn(record: ReturnType<Store['recordAt']>, node: string, actor: string): string[] {
  if (record?.kind !== 'step' || record.node !== node || record.actor !== actor) return [];
  return Object.keys(record.changed ?? {});
}

/** A file that is dropped anywhere is opened. */
function useDrop(open: (file: File) => void): void {
  useEffect(() => {
    const onOver = (event: DragEvent) => event.preventDefault();
    const onDrop = (event: DragEvent) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) open(file);
    };
    addEventListener('dragover', onOver);
    addEventListener('drop', onDrop);
    return () => {
      removeEventListener('dragover', onOver);
      removeEventListener('drop', onDrop);
    };
  }, [open]);
}

/** Arrows step from record to record, with Shift by tens; space stops and follows; End follows. */
function useKeys(store: Store, view: View, setView: (patch: Partial<View>) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement) return;
      const moment = momentOf({ store, view });
      const stride = event.shiftKey ? 10 : 1;
      if (event.key === 'ArrowLeft') setView({ moment: moment - stride });
      else if (event.key === 'ArrowRight') setView({ moment: Math.min(store.end, moment + stride) });
      else if (event.key === 'End') setView({ moment: null });
      else if (event.key === ' ' && !(event.target instanceof HTMLButtonElement)) {
        setView({ moment: view.moment === null ? store.end : null });
      } else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [store, view]);
}
