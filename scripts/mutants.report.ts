import type { Mutant } from './mutants.list.ts';

const FAULTS = 'test/report/faults.test.ts';
const WINDOWS = 'test/report/windows.test.ts';
const RECORD = 'test/report/record.test.ts';
const PAGE = 'test/report/page.test.ts';
const ZOOM = 'test/report/zoom.test.ts';
const TALLY = 'test/kit/tally.test.ts';
const CONTRADICTIONS = 'test/verify/contradictions.test.ts';

/** Faults in the report: a picture that is a little wrong is believed. */
export const REPORT_MUTANTS: readonly Mutant[] = [
  {
    name: 'report: the end of a fault ends another of its name',
    file: 'src/report/faults.ts',
    search: 'const same = candidates.find((one) => one.spelt === spelt);',
    replace: 'const same = candidates[0];',
    test: FAULTS,
    title: 'go from a name to its end with the same value',
  },
  {
    name: 'report: a fault without an end is not drawn',
    file: 'src/report/faults.ts',
    search: 'close(open, endMs, false);',
    replace: 'close([], endMs, false);',
    test: FAULTS,
    title: 'last to the end of the run when nothing ends them',
  },
  {
    name: 'report: a mended network is taken for a mended cluster',
    file: 'src/report/faults.ts',
    search: "return f === 'heal' && Array.isArray(value) && value.length === 0;",
    replace: "return f === 'heal';",
    test: FAULTS,
    title: 'end all together when everything is healed, and only then',
  },
  {
    name: 'report: operations counted where they began',
    file: 'src/report/windows.ts',
    search: 'const window = windowAt(endedMs, widthMs, size);',
    replace: 'const window = windowAt(beganMs, widthMs, size);',
    test: WINDOWS,
    title: 'count every operation where it ended',
  },
  {
    name: 'report: latencies of what was not served among those of what was',
    file: 'src/report/windows.ts',
    search: 'if (isServed(outcome)) latencies[window]?.push(endedMs - beganMs);',
    replace: 'latencies[window]?.push(endedMs - beganMs);',
    test: WINDOWS,
    title: 'rank what was served as a brute force does',
  },
  {
    name: 'report: percentiles one rank too high',
    file: 'src/kit/percentiles.ts',
    search: 'Math.ceil(share * sorted.length) - 1',
    replace: 'Math.min(sorted.length, Math.floor(share * sorted.length) + 1) - 1',
    test: WINDOWS,
    title: 'rank what was served as a brute force does',
  },
  {
    name: 'report: whoever waits in vain is not counted as asking',
    file: 'src/report/availability.ts',
    search: 'window < last; window += 1) inVain(window);',
    replace: 'window < last; window += 1) continue;',
    test: WINDOWS,
    title: 'counts a window through which somebody waited as vain',
  },
  {
    name: 'report: windows in which nobody asked count as available',
    file: 'src/report/availability.ts',
    search: ".filter((state) => state !== 'idle');",
    replace: ".map((state) => (state === 'idle' ? 'served' : state));",
    test: WINDOWS,
    title: 'is served where one was',
  },
  {
    name: 'report: refused by the register drawn as failed',
    file: 'src/report/record.ts',
    search: "return refused ? 'refused' : outcome;",
    replace: 'return outcome;',
    test: RECORD,
    title: 'tells what every operation was',
  },
  {
    name: 'report: what failed is thinned with the rest',
    file: 'src/report/data.ts',
    search: 'const chosen = new Set([...unserved, ...evenly(served, most - unserved.length)]);',
    replace: 'const chosen = new Set(evenly(operations, most));',
    test: RECORD,
    title: 'stay bounded, say what they leave out, and keep what failed',
  },
  {
    name: 'report: two processes at once in one lane',
    file: 'src/report/lanes.ts',
    search: 'untilMs.findIndex((until) => until <= fromMs)',
    replace: 'untilMs.findIndex((until) => until <= fromMs + 6)',
    test: RECORD,
    title: 'gives processes that follow each other one lane',
  },
  {
    name: 'report: a tag in a key ends the data',
    file: 'src/page/document.ts',
    search: ".replaceAll('<', '\\\\u003c')",
    replace: ".replaceAll('<', '<')",
    test: PAGE,
    title: 'keeps hostile words words',
  },
  {
    name: 'report: a dead leader leads on',
    file: 'src/report/draw/elections.ts',
    search: 'toMs: Math.min(next, death?.fromMs ?? endMs)',
    replace: 'toMs: next',
    test: PAGE,
    title: 'end with the next one, and with the leader itself',
  },
  {
    name: 'report: a view that leaves the run',
    file: 'src/report/page/window.ts',
    search: 'const from = Math.min(Math.max(0, fromMs), endMs - length);',
    replace: 'const from = Math.max(0, fromMs);',
    test: ZOOM,
    title: 'never leaves the run',
  },
  {
    name: 'tally: what is counted late is lost when windows widen',
    file: 'src/kit/tally.ts',
    search: '(counts[2 * i] as number) + (counts[2 * i + 1] ?? 0)',
    replace: '(counts[2 * i] as number)',
    test: TALLY,
    title: 'says for every window what counting the moments in it says',
  },
  {
    name: 'contradictions: the whole register instead of the smallest group',
    file: 'src/verify/contradictions.ts',
    search: 'operations: core, culprits',
    replace: 'operations: violation.partial.map(({ operation }) => operation), culprits',
    test: CONTRADICTIONS,
    title: 'are the smallest group of operations of a register',
  },
  {
    name: 'contradictions: what is held instead of a lost write is left out',
    file: 'src/verify/contradictions.ts',
    search: '|| heldInstead.includes(one.invocation)',
    replace: '',
    test: CONTRADICTIONS,
    title: 'are told with what is held instead',
  },
];
