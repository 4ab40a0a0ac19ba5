import { roundUp } from '../page/ticks.ts';
import type { RunOperation } from './record.ts';
import { isServed, windowAt } from './windows.ts';

/**
 * What a window of time was for those who asked: served when an operation was served in it; in vain when one failed
 * or remained unknown in it, or waited through all of it, and none was served; idle when nobody asked.
 */
export type WindowState = 'served' | 'vain' | 'idle';

export type AvailabilityRow = {
  /** A node, or `all`. */
  readonly name: string;
  readonly states: readonly WindowState[];
  /** Of the windows in which somebody asked, the share that were served; null when nobody ever did. */
  readonly share: number | null;
};

export type Availability = {
  readonly widthMs: number;
  /** First all nodes together, then each. */
  readonly rows: readonly AvailabilityRow[];
};

const LEAST_WIDTH_MS = 200;
const WINDOWS = 120;

/** @param span the time of load and faults, of which the shares are; states are those of the whole run */
export function availabilityOf(
  operations: readonly RunOperation[],
  nodes: readonly string[],
  endMs: number,
  span: { readonly fromMs: number; readonly toMs: number },
): Availability {
  const widthMs = roundUp(Math.max(LEAST_WIDTH_MS, endMs / WINDOWS));
  const size = Math.max(1, Math.ceil(endMs / widthMs));
  const rowOf = (name: string, asked: readonly RunOperation[]): AvailabilityRow => {
    const states = statesOf(asked, widthMs, size);
    // Only whole windows of the load count: the rest of a window may belong to what came before or after.
    const [from, to] = [Math.ceil(span.fromMs / widthMs), Math.max(1, Math.floor(span.toMs / widthMs))];
    const counted = states.slice(Math.min(from, to - 1), to).filter((state) => state !== 'idle');
    const served = counted.filter((state) => state === 'served').length;
    return { name, states, share: counted.length === 0 ? null : served / counted.length };
  };
  return {
    widthMs,
    rows: [
      rowOf('all', operations),
      ...nodes.map((node) =>
        rowOf(
          node,
          operations.filter((operation) => operation.node === node),
        ),
      ),
    ],
  };
}

function statesOf(operations: readonly RunOperation[], widthMs: number, size: number): WindowState[] {
  const states = new Array<WindowState>(size).fill('idle');
  const inVain = (window: number) => {
    if (states[window] === 'idle') states[window] = 'vain';
  };
  for (const { outcome, beganMs, endedMs } of operations) {
    const last = windowAt(endedMs, widthMs, size);
    for (let window = Math.ceil(beganMs / widthMs); window < last; window += 1) inVain(window);
    if (isServed(outcome)) states[last] = 'served';
    else inVain(last);
  }
  return states;
}
