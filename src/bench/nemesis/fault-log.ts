import type { Json } from '../../verify/index.ts';
import type { CutLink } from '../partition.ts';
import type { RunTrace } from '../run-trace.ts';
import type { FaultName, Strike } from './fault.ts';
import type { FaultObserver } from './scheduler.ts';

/** A fault from its beginning to its end, in milliseconds since the run began; null when it was never ended. */
export type FaultBand = {
  readonly fault: FaultName;
  readonly nodes: readonly string[];
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly text: string;
};

export type FaultLogOptions = {
  readonly sinceStartMs: () => number;
  /** Writes into the history: a fault begins as its name, and ends as its name and `-end`; the value is the nodes. */
  readonly record: (f: string, value: Json) => void;
  readonly trace: RunTrace | null;
  /** What is cut at present. */
  readonly cutLinks: () => readonly CutLink[];
  readonly tell: (text: string) => void;
};

/** Says in every place where it belongs what is done to the cluster, and keeps it for the report. */
export class FaultLog implements FaultObserver {
  readonly bands: FaultBand[] = [];
  readonly #options: FaultLogOptions;
  readonly #open = new Map<Strike, number>();

  constructor(options: FaultLogOptions) {
    this.#options = options;
  }

  began(fault: FaultName, strike: Strike): void {
    const { record, trace, cutLinks, tell, sinceStartMs } = this.#options;
    const { nodes, text } = strike;
    record(fault, nodes);
    trace?.faultBegan(fault, nodes, cutLinks(), text);
    tell(text);
    this.#open.set(strike, this.bands.length);
    this.bands.push({ fault, nodes, fromMs: sinceStartMs(), toMs: null, text });
  }

  ended(fault: FaultName, strike: Strike, text: string): void {
    const { record, trace, cutLinks, tell, sinceStartMs } = this.#options;
    record(`${fault}-end`, strike.nodes);
    trace?.faultEnded(fault, strike.nodes, cutLinks(), text);
    tell(text);
    const place = this.#open.get(strike) as number;
    this.#open.delete(strike);
    this.bands[place] = { ...(this.bands[place] as FaultBand), toMs: sinceStartMs() };
  }

  /** Everything is undone, and every node runs. */
  healed(): void {
    this.#options.record('heal', []);
    this.#options.trace?.recovered();
  }
}
