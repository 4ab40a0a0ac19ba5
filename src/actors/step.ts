import type { AnyStateMachine, EmittedFrom, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate';
import { accelerate, createScope, withContext } from '../accelerate/index.ts';

/** What one event made of a chart: where it is now, and what it wants done, in order. */
export type Step<M extends AnyStateMachine> = {
  readonly snapshot: SnapshotFrom<M>;
  readonly effects: readonly EmittedFrom<M>[];
};

/** The only way in which a chart is advanced, live, simulated or explored. */
export type Gate<M extends AnyStateMachine> = {
  readonly machine: M;
  /** The first snapshot, and the effects of entering it. */
  start(input: InputFrom<M>): Step<M>;
  /**
   * @throws Error when the chart declares no such event (XState would pass over it in silence), or when one of
   *   its assertions is broken
   */
  step(snapshot: SnapshotFrom<M>, event: EventFromLogic<M>): Step<M>;
  /** The same state with another context: how a virtual actor that was left as a plain value is brought to life. */
  at<S extends SnapshotFrom<M>>(snapshot: S, context: S['context']): S;
};

/** Whether charts are stepped by XState itself. For comparison: the outcome is the same, the time is not. */
let stock = false;

/** From here on, all gates of this process step with XState itself, or no longer do. */
export function stepWithStockXState(yes: boolean): void {
  stock = yes;
}

const NONE: readonly never[] = [];
const FEW = 4;

/** Two lists that are not empty, as one of at most four. To grow a list costs V8 several times what it takes to write one. */
function joined<T>(some: readonly T[], more: readonly T[]): readonly T[] {
  const at = (place: number) => (place < some.length ? some[place] : more[place - some.length]) as T;
  const count = some.length + more.length;
  if (count === 2) return [at(0), at(1)];
  return count === 3 ? [at(0), at(1), at(2)] : [at(0), at(1), at(2), at(3)];
}

/**
 * A gate for one chart. It steps an accelerated copy of the chart, to which the snapshots belong, with one scope that
 * it uses again for every step.
 */
export function createGate<M extends AnyStateMachine>(chart: M): Gate<M> {
  const machine = accelerate(chart);
  const declared = new Set<string>(machine.events);
  /** The type of the latest event: often it is the next one's, too. */
  let latest: string | null = null;
  // Most steps have one action that emits, and then the list that it returned is the list of effects.
  let effects: readonly EmittedFrom<M>[] = NONE;
  let own: EmittedFrom<M>[] | null = null;
  const ownEffects = () => {
    own ??= [...effects];
    effects = own;
    return own;
  };
  // Charts are promised a `self` and a `system`, and ours ignore both.
  const scope = createScope(
    machine,
    (effect) => {
      ownEffects().push(effect);
    },
    (more) => {
      if (more.length === 0) return;
      if (effects.length === 0) effects = more;
      else if (own === null && effects.length + more.length <= FEW) effects = joined(effects, more);
      else for (const effect of more) ownEffects().push(effect);
    },
  );

  function begin(): void {
    effects = NONE;
    own = null;
  }

  function finish(snapshot: unknown): Step<M> {
    return { snapshot: snapshot as SnapshotFrom<M>, effects };
  }

  return {
    machine,
    start(input) {
      begin();
      return finish(machine.getInitialSnapshot(scope, input));
    },
    step(snapshot, event) {
      if (event.type !== latest && !declared.has(event.type)) {
        throw new Error(
          `the chart ${machine.id} declares no event "${event.type}"; it knows ${[...declared].join(', ')}`,
        );
      }
      latest = event.type;
      begin();
      return finish((stock ? chart : machine).transition(snapshot, event, scope));
    },
    at: (snapshot, context) => withContext(snapshot, context),
  };
}
