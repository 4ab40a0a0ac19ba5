import { posix } from 'node:path';
import { COMMAND } from './code-rules.ts';
import { type Import, importsOf, type Source } from './sources.ts';
import type { Violation } from './violation.ts';

/**
 * The floors: what each room may import. A room stands on those below it and knows nothing of those above, so
 * that the charts run under anything, and the judge of histories shares no code with what it judges.
 */
export const FLOORS = 'Floors';

type Room = {
  /** Its folder with a `/` at the end, or its one file. */
  readonly path: string;
  /** Rooms, or single files, that it stands on besides itself. */
  readonly rooms: readonly string[];
  /** Packages; `node:` stands for all of Node's modules, `*` for every package. */
  readonly packages: readonly string[];
  /** Takes types and pure functions of the charts' room, but runs no chart. */
  readonly runsNoChart?: true;
};

const EVERYTHING = ['machines/', 'src/'];
/** What the commands share: options, usage errors. */
const USAGE = 'src/cli/usage.ts';
/** The options of those who watch. */
const OBSERVERS = 'src/cli/observers.ts';

/** What a run hands over to be reported: types. */
const REPORT_SOURCE = 'src/report/source.ts';

/** The house. A new room gets a line here, which says what it stands on. */
export const ROOMS: readonly Room[] = [
  { path: 'machines/', rooms: [], packages: ['xstate'] },
  { path: 'src/verify/', rooms: [], packages: [] },
  // A library that stands alone: of the charts' room it takes the type of JSON values.
  { path: 'src/client/', rooms: ['machines/json.ts'], packages: [] },
  // What operators do, over any transport of messages; its command opens the connection.
  { path: 'src/admin/', rooms: ['src/host/', USAGE], packages: [] },
  // For any XState machine, not only for ours.
  { path: 'src/accelerate/', rooms: [], packages: ['xstate'] },
  { path: 'src/actors/', rooms: ['machines/', 'src/accelerate/'], packages: ['rxjs', 'xstate'] },
  { path: 'src/maelstrom/', rooms: ['machines/'], packages: ['valibot'], runsNoChart: true },
  // Durable state, over any engine: it runs in the simulator as it does on a disk, so no module of Node's.
  { path: 'src/storage/', rooms: ['machines/', 'src/actors/ports.ts'], packages: [], runsNoChart: true },
  // Of the house it knows what engines of durable state are made of.
  {
    path: 'src/host/',
    rooms: ['src/storage/', 'src/actors/ports.ts'],
    packages: ['*', 'node:'],
  },
  // What a run looked like: no module of Node's, because a browser reads it, too. Of the actors it takes a type.
  { path: 'src/trace/', rooms: ['machines/', 'src/actors/cell.ts'], packages: [] },
  // Chance, order and counts, which the simulator and the bench share.
  { path: 'src/kit/', rooms: ['machines/'], packages: [] },
  // How pages and pictures are written down; a browser reads it, too.
  { path: 'src/page/', rooms: [], packages: [] },
  {
    path: 'src/sim/',
    rooms: [
      'machines/',
      'src/actors/',
      'src/maelstrom/',
      'src/verify/',
      'src/storage/',
      'src/kit/',
      'src/trace/',
      REPORT_SOURCE,
      USAGE,
      OBSERVERS,
    ],
    packages: ['rxjs', 'xstate', 'node:crypto', 'node:fs', 'node:path', 'node:url'],
  },
  {
    path: 'src/bench/',
    rooms: [
      'machines/',
      'src/maelstrom/',
      'src/host/',
      'src/kit/',
      'src/verify/',
      'src/client/',
      'src/admin/',
      'src/trace/',
      'src/page/',
      REPORT_SOURCE,
      USAGE,
      OBSERVERS,
    ],
    packages: ['node:', 'rxjs'],
    runsNoChart: true,
  },
  {
    path: 'src/lab/',
    // The store's own clocks and registers, through the one gate, in virtual time; the world stays outside.
    rooms: ['machines/', 'src/actors/step.ts', 'src/kit/', 'src/page/'],
    packages: ['@observablehq/plot', 'linkedom'],
  },
  // Of the actors' world it knows only what a trace says, so that it shows a file as it shows a run.
  {
    path: 'src/inspect/',
    rooms: ['machines/json.ts', 'src/trace/', 'src/host/', 'src/page/'],
    packages: ['node:', 'preact', '@statelyai/inspect'],
  },
  // Drawn from what a run hands over, partly in a browser; of the world it reads its own page's script.
  {
    path: 'src/report/',
    rooms: ['src/kit/', 'src/page/', 'src/verify/', 'src/host/package.ts'],
    packages: ['node:'],
  },
  // Tests from charts, for any XState chart: of the house only the gate, through which charts are run everywhere.
  { path: 'src/testing/', rooms: ['src/actors/step.ts'], packages: ['xstate'] },
  { path: 'src/charts/', rooms: ['machines/'], packages: ['xstate', 'elkjs'] },
  { path: 'src/cli/', rooms: EVERYTHING, packages: ['*', 'node:'] },
  { path: 'src/main.ts', rooms: EVERYTHING, packages: ['*', 'node:'] },
];

const COMMANDS: Room = { path: 'src/*/command.ts', rooms: EVERYTHING, packages: ['*', 'node:'] };

export function floorViolations(sources: readonly Source[]): Violation[] {
  return sources.flatMap((source) => {
    const { file } = source;
    const room = COMMAND.test(file) ? COMMANDS : ROOMS.find(({ path }) => within(path, file));
    if (room === undefined) {
      const text = 'belongs to no room: give its room a line in test/architecture/floors.ts';
      return [{ rule: FLOORS, file, line: 1, text }];
    }
    return importsOf(source).flatMap((imported) => {
      const text = fault(room, file, imported);
      return text === null ? [] : [{ rule: FLOORS, file, line: imported.line, text }];
    });
  });
}

function fault(room: Room, file: string, { specifier, typeOnly }: Import): string | null {
  if (specifier === null) return 'an import whose name is computed cannot be checked: name the module';
  if (!specifier.startsWith('.')) return packageFault(room, specifier);
  const target = posix.join(posix.dirname(file), specifier);
  if (within(room.path, target)) return null;
  if (!room.rooms.some((path) => within(path, target))) {
    return `${room.path} may not import ${target}: it stands on ${list(room.rooms)}`;
  }
  if (room.runsNoChart && !typeOnly && isChart(target)) {
    return `${room.path} runs no chart: of ${target} it may import types only`;
  }
  return null;
}

function packageFault(room: Room, specifier: string): string | null {
  const { path, packages } = room;
  if (specifier.startsWith('node:')) {
    if (packages.includes('node:') || packages.includes(specifier)) return null;
    return `${path} may not import ${specifier}: the world is touched in src/host/`;
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  if (packages.includes('*') || packages.includes(name)) return null;
  return `${path} may not import ${specifier}: of packages it may import ${list(packages)}`;
}

function isChart(target: string): boolean {
  return target.endsWith('.machine.ts') || target === 'machines/index.ts';
}

function within(path: string, file: string): boolean {
  return path.endsWith('/') ? file.startsWith(path) : file === path;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}
