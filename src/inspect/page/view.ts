import type { Store } from './store.ts';

/** What the user looks at. */
export type View = {
  /** The moment that is shown; null to follow the run. */
  readonly moment: number | null;
  /** The actor whose chart and context are shown. */
  readonly node: string | null;
  /** Null for the one that makes a node what it is. */
  readonly actor: string | null;
  /** How much time the diagram shows, in milliseconds. */
  readonly spanMs: number;
  readonly filter: Filter;
};

export type Filter = {
  /** Words that must all be found in a record. */
  readonly text: string;
  readonly steps: boolean;
  readonly messages: boolean;
  readonly faults: boolean;
  /** What happens all the time, too: heartbeats, ends of turns. */
  readonly all: boolean;
};

export const FIRST_VIEW: View = {
  moment: null,
  node: null,
  actor: null,
  spanMs: 1000,
  filter: { text: '', steps: true, messages: true, faults: true, all: false },
};

export type SetView = (patch: Partial<View>) => void;

export type Props = { readonly store: Store; readonly view: View; readonly setView: SetView };

/** The moment that is shown. */
export function momentOf({ store, view }: { readonly store: Store; readonly view: View }): number {
  const { moment } = view;
  return moment === null ? store.end : Math.min(Math.max(moment, store.before), store.end);
}
