/**
 * How fast the judge is: `npx tsx bench/verify.ts [seed]`. The histories are linearizable by construction, and
 * then the same with one late read of an older value: mostly illegal where values are unique, and often still
 * explicable where they are few.
 */
import { checkLinearizability, type HistoryEvent, type Json } from '../src/verify/index.ts';
import { type SimulationOptions, simulateRegisters } from '../test/verify/simulated-registers.ts';

const seed = Number(process.argv[2] ?? 1);
const names = (count: number): Json[] => Array.from({ length: count }, (_, i) => `key ${i}`);

type Shape = readonly [name: string, options: Omit<SimulationOptions, 'seed'>];
const SMALL = [0, 1, 2, 3, 4];
const SHAPES: readonly Shape[] = [
  [
    '40 keys, 5 values, lost answers',
    { operations: 10_000, processes: 20, keys: names(40), values: SMALL, info: 0.003 },
  ],
  [
    '40 keys, unique values, lost answers',
    { operations: 10_000, processes: 20, keys: names(40), values: 'unique', info: 0.003 },
  ],
  ['1 hot key, 5 values', { operations: 2000, processes: 20, keys: ['hot'], values: SMALL }],
  [
    '1 hot key, 5 values, lost answers',
    { operations: 2000, processes: 20, keys: ['hot'], values: SMALL, info: 0.01 },
  ],
  [
    '1 hot key, unique values, lost answers',
    { operations: 2000, processes: 20, keys: ['hot'], values: 'unique', info: 0.01 },
  ],
  [
    '1 hot key, mostly writes',
    { operations: 2000, processes: 20, keys: ['hot'], values: 'unique', mix: [1, 8, 0], info: 0.01 },
  ],
  [
    '1 hot key, cas only',
    { operations: 2000, processes: 20, keys: ['hot'], values: SMALL, mix: [0, 0.1, 1], info: 0.01 },
  ],
];

function measure(name: string, events: readonly HistoryEvent[], operations: number): void {
  const start = performance.now();
  const { verdict, states } = checkLinearizability(events);
  const elapsedMs = performance.now() - start;
  const rate = Math.round(operations / (elapsedMs / 1000));
  process.stdout.write(
    `${name.padEnd(48)} ${verdict.padEnd(8)} ${String(states).padStart(9)} states ${elapsedMs.toFixed(0).padStart(7)} ms ${String(rate).padStart(9)} operations/s\n`,
  );
}

/** Gives the last read that saw a value another value that the history knows, an older one. */
function withStaleRead(events: readonly HistoryEvent[]): HistoryEvent[] {
  const reads = events.filter((event) => event.type === 'ok' && event.f === 'read' && event.value !== null);
  const last = reads.at(-3);
  const older = reads.find((event) => event.key === last?.key && event.value !== last?.value);
  return events.map((event) => (event === last ? { ...event, value: older?.value ?? 0 } : event));
}

process.stdout.write(`seed ${seed}\n`);
for (const [name, options] of SHAPES) {
  const events = simulateRegisters({ ...options, seed });
  measure(name, events, options.operations);
  measure('  the same, one late read of an older value', withStaleRead(events), options.operations);
}
