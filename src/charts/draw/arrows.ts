import { type ChartModel, type StateModel, type TransitionModel, withInner } from '../model.ts';
import type { Content } from './content.ts';
import { anyOf } from './graph.ts';

/** The arrows of a drawing: one for all transitions that lead from one state to another. */
export type Arrow = {
  readonly source: StateModel;
  /** The id of what it starts at: the state, or what stands inside it for "any state". */
  readonly from: string;
  /** One for each state that it leads to. */
  readonly lines: readonly {
    readonly id: string;
    readonly to: string;
    /** It leads to a state that comes earlier in the chart. */
    readonly isBack: boolean;
  }[];
  readonly transitions: readonly TransitionModel[];
  readonly label: Content;
};

export function arrowsOf(
  { root }: ChartModel,
  label: (transitions: readonly TransitionModel[]) => Content,
): Arrow[] {
  const all = withInner(root);
  const order = new Map(all.map(({ id }, place) => [id, place]));
  const placeOf = (id: string) => order.get(id) ?? 0;
  return all.flatMap((source) =>
    groupsOf(source).map(([targets, transitions], place) => {
      const isInward = targets.every((target) => target.startsWith(`${source.id}.`));
      return {
        source,
        from: isInward ? anyOf(source) : source.id,
        lines: targets.map((to, line) => ({
          id: `${source.id}#${place}.${line}`,
          to,
          isBack: placeOf(to) < placeOf(source.id),
        })),
        transitions,
        label: label(transitions),
      };
    }),
  );
}

/** The transitions that leave a state, by where they lead. */
function groupsOf({ transitions }: StateModel): [readonly string[], TransitionModel[]][] {
  const groups = new Map<string, [readonly string[], TransitionModel[]]>();
  for (const transition of transitions.filter(({ targets }) => targets.length > 0)) {
    const key = transition.targetIds.join(' ');
    const group = groups.get(key) ?? [transition.targetIds, []];
    groups.set(key, [group[0], [...group[1], transition]]);
  }
  return [...groups.values()];
}
