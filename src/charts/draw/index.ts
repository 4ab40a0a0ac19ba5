import type { AnyStateMachine } from 'xstate';
import { type ChartModel, modelOf } from '../model.ts';
import { layout } from './layout.ts';
import { svgOf } from './svg.ts';

/**
 * Draws a chart as SVG. The picture stands alone: fonts by name, colours for daylight and the dark, no script, no
 * reference to anything outside.
 *
 * Whoever shows it live finds its way by attributes. Each state is a group with `data-state`, which is XState's id
 * (`raft.leader.serving`); a state with states inside has a second group with `data-text`, which lies above the arrows.
 * Give both the class `active` and the state is lit. What is done on events carries `data-from`, the id
 * of the state that answers, and `data-event`, the events separated by spaces; an arrow also `data-to`. A group
 * with the class `taken` is lit.
 */
export function drawChart(machine: AnyStateMachine): Promise<string> {
  return drawModel(modelOf({ name: machine.id, title: machine.id, purpose: '', machine }));
}

const drawings = new WeakMap<ChartModel, Promise<string>>();

/** Draws a chart that has been read already, once, however often it is asked for; see `drawChart`. */
export function drawModel(chart: ChartModel): Promise<string> {
  const known = drawings.get(chart);
  if (known !== undefined) return known;
  const drawing = layout(chart).then((scene) => svgOf(chart, scene));
  drawings.set(chart, drawing);
  return drawing;
}
