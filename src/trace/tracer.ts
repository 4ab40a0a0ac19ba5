import type { CellStep } from '../actors/cell.ts';
import { bounded, boundedFields } from './bound.ts';
import type {
  ClusterRecord,
  FaultRecord,
  LostRecord,
  StateValue,
  StepRecord,
  TraceSink,
  VerdictRecord,
} from './format.ts';

type Fields = { readonly [field: string]: unknown };
type Typed = { readonly type: string };
type Snapshot = { readonly value: StateValue; readonly context: Fields; readonly status: string };

/** Registers and sessions may be a million. Whoever is forgotten here is told whole once more. */
const MAX_KNOWN = 10_000;

/**
 * Makes records of what happens: the one place where the trace's format is written. Whoever runs a cluster holds a
 * tracer or null, and tells it; null is all that a run costs that nobody watches.
 */
export class Tracer {
  readonly #sink: TraceSink;
  readonly #nowMs: () => number;
  /** The actors whose whole context is in the trace, so that only what changes need be written. */
  readonly #known = new Set<string>();
  #nextId = 1;

  /** @param nowMs milliseconds since the run began, virtual or real */
  constructor(sink: TraceSink, nowMs: () => number) {
    this.#sink = sink;
    this.#nowMs = nowMs;
  }

  /** An actor of `node` has taken an event. */
  step(node: string, { cell, chart, event, before, snapshot, effects }: CellStep): void {
    const { value, context, status } = snapshot as Snapshot;
    const name = `${node} ${cell}`;
    const known = this.#known.has(name) ? (before as Snapshot | null) : null;
    const taken = this.#sink({
      kind: 'step',
      t: this.#t(),
      node,
      actor: cell,
      chart,
      event: boundedFields(event) as StepRecord['event'],
      state: value,
      ...contextOf(known, context),
      ...(effects.length === 0
        ? {}
        : { effects: effects.map((effect) => boundedFields(effect)) as StepRecord['effects'] & object }),
      ...(status === 'active' ? {} : { ended: true }),
    });
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    // After a record that was dropped, a change would stand on what nobody has seen.
    if (taken && status === 'active') this.#known.add(name);
    else this.#known.delete(name);
  }

  /** A message leaves. @returns its id, for what becomes of it */
  sent(from: string, to: string, body: Typed): number {
    const id = this.#newId();
    this.#sink({ kind: 'send', t: this.#t(), id, from, to, body: boundedBody(body) });
    return id;
  }

  /** A message that this tracer was told of arrives. */
  received(id: number): void {
    this.#sink({ kind: 'receive', t: this.#t(), id });
  }

  /** A message arrives from someone whose tracer is another. */
  heard(from: string, to: string, body: Typed): void {
    this.#sink({ kind: 'receive', t: this.#t(), id: this.#newId(), from, to, body: boundedBody(body) });
  }

  lost(id: number, why: LostRecord['why']): void {
    this.#sink({ kind: 'lost', t: this.#t(), id, why });
  }

  fault(fault: Omit<FaultRecord, 'kind' | 't'>): void {
    this.#sink({ kind: 'fault', t: this.#t(), ...fault });
  }

  cluster(nodes: ClusterRecord['nodes']): void {
    this.#sink({ kind: 'cluster', t: this.#t(), nodes });
  }

  verdict(verdict: VerdictRecord['verdict'], text: string): void {
    this.#sink({ kind: 'verdict', t: this.#t(), verdict, text });
  }

  #newId(): number {
    this.#nextId += 1;
    return this.#nextId - 1;
  }

  /** To the microsecond: virtual times are sums of fractions, and more digits say nothing. */
  #t(): number {
    return Math.round(this.#nowMs() * 1000) / 1000;
  }
}

function boundedBody(body: Typed): StepRecord['event'] {
  return boundedFields(body) as StepRecord['event'];
}

/** Contexts are never changed in place, so a field that is the same is the same object. */
function contextOf(before: Snapshot | null, context: Fields): Pick<StepRecord, 'context' | 'changed'> {
  if (before === null) return { context: boundedFields(context) };
  if (before.context === context) return {};
  const changed: { [field: string]: ReturnType<typeof bounded> } = {};
  let any = false;
  for (const name in context) {
    if (before.context[name] === context[name]) continue;
    changed[name] = bounded(context[name]);
    any = true;
  }
  return any ? { changed } : {};
}
