import type { Json } from './history.ts';
import { show } from './json.ts';
import type { Operation } from './operations.ts';
import type { Step } from './register.ts';
import { isEnabled, NEED } from './register.ts';
import { shrink } from './shrink.ts';

/** An operation that took effect, and what the register held afterwards (undefined: the key was absent). */
export type Effect = { readonly operation: Operation; readonly value: Json | undefined };

/** Why a register's history is not linearizable. */
export type Violation = {
  /** The longest order that was found in which operations can have taken effect, until nothing fits. */
  readonly partial: readonly Effect[];
  /** What the register holds after it; undefined when the key is absent. */
  readonly value: Json | undefined;
  /** The operations of which one had to take effect next, and none can. */
  readonly stuck: readonly Operation[];
  /** A small set of operations, the smallest found, that no order explains whatever else happened. */
  readonly core: readonly Operation[];
  /** All of it for a human to read; several lines. */
  readonly text: string;
};

const SHOWN_EFFECTS = 8;
const SHOWN_STUCK = 12;
const SHOWN_CORE = 30;
const DIAGRAM_MAX_OPERATIONS = 30;

/**
 * Explains an illegal history of one register, after porcupine's partial linearizations.
 *
 * @param found the longest partial linearization that the search found
 */
export function explain(key: Json, steps: readonly Step[], found: readonly Step[]): Violation {
  const order = extended(found, steps);
  const partial = effectsOf(order);
  const state = stateAfter(order);
  const stuck = nextOnes(steps, new Set(order));
  const core = shrink(steps);
  const required = (some: readonly Step[]) => some.filter((step) => Number.isFinite(step.returnedAt)).length;
  const text = [
    `Key ${show(key)} is not linearizable.`,
    '',
    `The longest order found explains ${required(order)} of the ${required(steps)} operations that took place.${order.length > 0 ? ' It ends with:' : ''}`,
    ...describeEffects(partial),
    '',
    `The register then ${state === undefined ? 'does not exist' : `holds ${state}`}. One of these had to take effect next, and none can:`,
    ...abridge(
      stuck.map((step) => `  ${describe(step.operation)}: ${obstacle(step, state)}`),
      SHOWN_STUCK,
    ),
    '',
    `The smallest contradiction found, ${core.length} of ${steps.length} operations, in the order of their invocations:`,
    ...describeCore(core),
  ].join('\n');
  return {
    partial,
    value: parsed(state),
    stuck: stuck.map((step) => step.operation),
    core: core.map((step) => step.operation),
    text,
  };
}

/**
 * Goes on for as long as anything fits. The search turns back as soon as it sees that an order is lost; for a
 * reader the operation that comes to nothing in the end is the one to see.
 */
function extended(found: readonly Step[], steps: readonly Step[]): readonly Step[] {
  const order = [...found];
  for (;;) {
    const state = stateAfter(order);
    const fitting = nextOnes(steps, new Set(order)).filter((step) => isEnabled(step, state));
    const next = fitting.find((step) => step.written === undefined) ?? fitting[0];
    if (next === undefined) return order;
    order.push(next);
  }
}

function stateAfter(order: readonly Step[]): string | undefined {
  return order.findLast((step) => step.written !== undefined)?.written;
}

function parsed(spelled: string | undefined): Json | undefined {
  return spelled === undefined ? undefined : (JSON.parse(spelled) as Json);
}

function effectsOf(order: readonly Step[]): readonly Effect[] {
  let state: string | undefined;
  return order.map((step) => {
    state = step.written ?? state;
    return { operation: step.operation, value: parsed(state) };
  });
}

/** The required steps that were called before any of those that are left returned. */
function nextOnes(steps: readonly Step[], placed: ReadonlySet<Step>): readonly Step[] {
  const left = steps.filter((step) => Number.isFinite(step.returnedAt) && !placed.has(step));
  const barrier = left.reduce((least, step) => Math.min(least, step.returnedAt), Number.POSITIVE_INFINITY);
  return left.filter((step) => step.calledAt < barrier);
}

function obstacle(step: Step, state: string | undefined): string {
  const held = state === undefined ? 'there is no such key' : `the register holds ${state}`;
  switch (step.need) {
    case NEED.value:
      return `needs ${step.needed}, and ${held}`;
    case NEED.nullOrAbsent:
      return `needs null or no key, and ${held}`;
    case NEED.absent:
      return `needs the key to be absent, and ${held}`;
    case NEED.presentButNot:
      return `needs a value other than ${step.needed}, and ${held}`;
    case NEED.absentOr:
      return `needs ${step.needed} or no key, and ${held}`;
    default:
      return 'no register answers so: this cas creates the key when it is absent';
  }
}

function describeEffects(effects: readonly Effect[]): string[] {
  const shown = effects.slice(-SHOWN_EFFECTS);
  const lines = shown.map(({ operation, value }) => {
    const after = operation.f === 'read' || operation.outcome === 'fail' ? '' : `, now ${show(value)}`;
    return `  ${describe(operation)}${after}`;
  });
  const earlier = effects.length - shown.length;
  return earlier > 0 ? [`  … ${earlier} earlier`, ...lines] : lines;
}

/** The operations with a bar each, from invocation to completion, over the moments that matter to them. */
function describeCore(core: readonly Step[]): string[] {
  const lines = core.map(({ operation }) => `  ${describe(operation)}`);
  if (core.length > DIAGRAM_MAX_OPERATIONS) return abridge(lines, SHOWN_CORE);
  const moments = core.flatMap((step) => [step.calledAt, step.returnedAt]).filter(Number.isFinite);
  moments.sort((a, b) => a - b);
  const width = Math.max(...lines.map((line) => line.length));
  return core.map((step, i) => {
    const from = moments.indexOf(step.calledAt);
    const to = Number.isFinite(step.returnedAt) ? moments.indexOf(step.returnedAt) : moments.length;
    const end = Number.isFinite(step.returnedAt) ? '|' : '…';
    return `${lines[i]?.padEnd(width)}  ${' '.repeat(from)}|${'-'.repeat(to - from - 1)}${end}`;
  });
}

function abridge(lines: readonly string[], most: number): string[] {
  if (lines.length <= most) return [...lines];
  return [...lines.slice(0, most), `  … ${lines.length - most} more`];
}

/** One operation on one line, say `process 3 cas [1,2] ok at index 7 (events 4 to 9, 1.5 to 2.25 ms)`. */
export function describe(operation: Operation): string {
  const { invocation, completion, process, f, outcome } = operation;
  const reads = f === 'read' || f === 'ryw_read';
  const value = reads ? ` -> ${show(completion?.value)}` : ` ${show(invocation.value)}`;
  const creates = invocation.createIfNotExists === true ? ' (may create)' : '';
  const error = completion?.error === undefined ? '' : ` ${completion.error}`;
  const known = outcome !== 'info' && completion !== undefined;
  const events = known
    ? `events ${invocation.index} to ${completion.index}`
    : `from event ${invocation.index}`;
  const times = known ? `${invocation.timeMs} to ${completion.timeMs} ms` : `from ${invocation.timeMs} ms`;
  const shown = completion?.shownIndex === undefined ? '' : ` at index ${completion.shownIndex}`;
  const server = completion?.servedBy === undefined ? '' : ` by ${completion.servedBy}`;
  return `process ${process} ${f}${value}${creates} ${outcome}${error}${shown}${server} (${events}, ${times})`;
}
