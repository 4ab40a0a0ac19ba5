import { posix } from 'node:path';
import { lineAt, type Source } from './sources.ts';
import type { Violation } from './violation.ts';

/** The named rules that can be read off the text of a file. */

type CodeRule = {
  readonly rule: string;
  /** Where the rule holds. */
  readonly holdsIn: (file: string) => boolean;
  /** What may not stand there; looked for in the code, without comments and strings. */
  readonly forbidden: RegExp;
  readonly instead: string;
  /** Files and folders that are let off, each with its reason. */
  readonly except?: { readonly [path: string]: string };
};

const inMachines = (file: string) => file.startsWith('machines/');
const inSource = (file: string) => file.startsWith('src/');
const everywhere = () => true;
/** A room's command composes the room with the world, as src/cli/ does for the node. */
export const COMMAND = /^src\/[^/]+\/command\.ts$/;

const CLOCKS =
  /\bDate\b|\bperformance\b|\bhrtime\b|\b(?:set|clear)(?:Timeout|Interval|Immediate)\b|\bsetTimeout\b|\b(?:async|asap|animationFrame)Scheduler\b/g;
const RANDOMNESS = /\bMath\s*\.\s*random\b|\brandom(?:Bytes|UUID|Int|Fill|FillSync)\b|\bgetRandomValues\b/g;

export const CODE_RULES: readonly CodeRule[] = [
  {
    rule: 'Pure chart',
    holdsIn: inMachines,
    forbidden: new RegExp(
      `${CLOCKS.source}|${RANDOMNESS.source}|\\b(?:async|await|Promise|queueMicrotask|process|console|globalThis|fetch)\\b(?!\\s*\\??:)`,
      'g',
    ),
    instead:
      'a chart reads no clock, draws no randomness, awaits nothing and does nothing itself: time comes in with events, randomness is a state in the context, what is to be done is an effect',
  },
  {
    rule: 'One gate',
    holdsIn: everywhere,
    forbidden:
      /\.\s*(?:transition|getInitialSnapshot|microstep)\s*\(|\b(?:createActor|interpret|initialTransition|getNextSnapshot|getInitialSnapshot|getMicrosteps|getNextTransitions)\b/g,
    instead: 'charts are advanced by src/actors/step.ts and by nothing else',
    except: {
      'src/actors/step.ts': 'is the gate',
      'src/accelerate/': 'is what the gate steps charts with',
      'src/testing/coverage.ts': 'asks a stock XState actor whether it agrees with the gate',
    },
  },
  {
    rule: 'Clocks live in the host',
    holdsIn: inSource,
    forbidden: CLOCKS,
    instead: 'time comes through a port (src/actors/ports.ts), so that a simulation can replay it',
    except: {
      'src/host/': 'is where the world is touched',
      'src/client/timer.ts': "is the default of a library that runs in other people's programs",
      'src/bench/': 'drives real processes in real time: that is its job',
    },
  },
  {
    rule: 'Randomness lives in the host',
    holdsIn: inSource,
    forbidden: RANDOMNESS,
    instead: 'draw from a seeded generator (machines/random.ts), so that a seed replays the run',
    except: { 'src/host/': 'is where the world is touched' },
  },
  {
    rule: 'Stdout belongs to the protocol',
    holdsIn: (file) => inSource(file) && !COMMAND.test(file),
    forbidden: /\bprocess\s*\.\s*stdout\b|\bconsole\s*\./g,
    instead: 'return the text, or take a writer: only a command writes to stdout',
    except: {
      'src/main.ts': 'prints the help',
      'src/cli/': 'holds commands',
      'src/accelerate/accelerate.ts': "warns of another xstate, on stderr, in other people's programs",
    },
  },
  {
    rule: 'Checked types',
    holdsIn: everywhere,
    forbidden: /(?:[:<|&,=]|\b(?:as|readonly|keyof|extends|is))\s*any\b(?=\s*(?:[\])},;>|&=[]|$))/gm,
    instead: 'say what it is, or `unknown` and find out',
    except: { 'machines/chart.ts': "is the one boundary to XState's inference" },
  },
];

/** A file longer than this holds more than one idea. */
export const MAX_LINES = 350;
const UNFINISHED = /\b(?:TODO|FIXME|XXX)\b|@ts-(?:ignore|nocheck|expect-error)/g;

export function codeViolations(sources: readonly Source[]): Violation[] {
  return sources.flatMap((source) => [
    ...CODE_RULES.flatMap((rule) => breaches(rule, source)),
    ...unfinished(source),
    ...overlong(source),
  ]);
}

function breaches({ rule, holdsIn, forbidden, instead, except = {} }: CodeRule, source: Source): Violation[] {
  const { file, code } = source;
  if (!holdsIn(file)) return [];
  if (Object.keys(except).some((path) => (path.endsWith('/') ? file.startsWith(path) : file === path)))
    return [];
  return [...code.matchAll(forbidden)].map((match) => ({
    rule,
    file,
    line: lineAt(code, match.index),
    text: `"${match[0].replace(/\s+/g, '')}": ${instead}`,
  }));
}

function unfinished({ file, text }: Source): Violation[] {
  return [...text.matchAll(UNFINISHED)].map((match) => ({
    rule: 'Nothing unfinished',
    file,
    line: lineAt(text, match.index),
    text: `"${match[0]}": finish it, or say in a sentence what does not hold and why`,
  }));
}

function overlong({ file, text }: Source): Violation[] {
  const lines = text.split('\n').length - 1;
  if (lines <= MAX_LINES) return [];
  const advice = `has ${lines} lines, ${MAX_LINES} are allowed: give its second idea a file of its own`;
  return [{ rule: 'One idea a file', file, line: MAX_LINES + 1, text: advice }];
}

/** Folders of test/ that hold a kind of test instead of mirroring a room. */
const KINDS_OF_TESTS = ['paper', 'properties', 'regressions', 'golden', 'process', 'models', 'mutants'];
/** Tests of the repository as a whole. */
const TESTS_OF_THE_HOUSE = ['test/architecture.test.ts', 'test/ci.test.ts', 'test/documentation.test.ts'];

/**
 * Whoever looks for the tests of a file finds them where the file is: under the same folders.
 *
 * @param tests paths of the test files
 * @param files paths of the files of machines/ and src/
 */
export function mirrorViolations(tests: readonly string[], files: readonly string[]): Violation[] {
  const homes = new Set(KINDS_OF_TESTS.map((kind) => `test/${kind}`));
  for (const file of files) {
    const folder = posix.dirname(file);
    homes.add(`test/${folder}`);
    homes.add(`test/${inner(folder)}`);
  }
  const ofOneFile = new Set(files.map((file) => `test/${inner(file).replace(/\.ts$/, '.test.ts')}`));
  return tests.flatMap((file) => {
    if (homes.has(posix.dirname(file)) || ofOneFile.has(file) || TESTS_OF_THE_HOUSE.includes(file)) return [];
    const text = `test/ mirrors machines/ and src/ (and has ${KINDS_OF_TESTS.join(', ')}): nothing is there that this could test`;
    return [{ rule: 'Tests mirror the tree', file, line: 1, text }];
  });
}

/** A path without the name of its tree. */
function inner(path: string): string {
  return path.replace(/^(?:machines|src)\//, '');
}
