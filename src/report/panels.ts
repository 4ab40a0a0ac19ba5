import { drawAvailability } from './draw/availability.ts';
import { drawElections } from './draw/elections.ts';
import { drawFaults } from './draw/faults.ts';
import type { Draw } from './draw/frame.ts';
import { drawLatency } from './draw/latency.ts';
import { drawMessages } from './draw/messages.ts';
import { drawThroughput } from './draw/throughput.ts';

/** The pictures over time that are drawn from the data alone, by their names on the page. */
export const PANELS: { readonly [name: string]: Draw } = {
  faults: drawFaults,
  throughput: drawThroughput,
  latency: drawLatency,
  availability: drawAvailability,
  elections: drawElections,
  messages: drawMessages,
};
