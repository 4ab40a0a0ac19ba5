import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { holderOf } from '../host/data-directory.ts';
import { JournaledEngine } from '../host/journaled-engine.ts';
import { LmdbEngine } from '../host/lmdb-engine.ts';
import { type Inspection, inspect } from '../storage/inspection.ts';
import { MemoryEngine } from '../storage/memory-engine.ts';
import { CheckedRecords } from '../storage/records.ts';
import { StorageError } from '../storage/storage-error.ts';
import { parseOptionsAndNames, partOfPackage, UsageError } from './usage.ts';

export const INSPECT_DATA_HELP = `Usage: actorum inspect-data DIR [options]

Tells what the directory of a node (actorum node --data-dir DIR) holds, and verifies every record of it: whose it is,
which life of the node wrote it last, term and vote, the log and its terms, the checkpoint and the state there, a
snapshot that is being received, and the items of the conflict store. Nothing is changed. While a node uses the
directory, nothing is told: stop the node first, or look at a copy.

Options:
  --json          one JSON object instead of lines
  -h, --help      this text

Exit code:
  0   everything is as it was written
  1   something is damaged; every such record is named
  2   there is nothing that could be looked at

Examples:
  actorum inspect-data /var/lib/actorum/n1
  actorum inspect-data /var/lib/actorum/n1 --json | jq .damage
`;

/** Looks at a node's directory. Resolves with the exit code. */
export async function inspectDataCommand(args: readonly string[]): Promise<number> {
  const { values, names } = parseOptionsAndNames('inspect-data', args, {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) {
    process.stdout.write(INSPECT_DATA_HELP);
    return 0;
  }
  const [directory, ...others] = names;
  if (directory === undefined || directory === '' || others.length > 0) {
    throw new UsageError(
      directory === ''
        ? 'the name of the directory is empty'
        : `inspect-data takes one directory, not ${names.length}`,
      'try: actorum inspect-data --help',
    );
  }
  const inspection = await look(directory);
  process.stdout.write(values.json ? `${JSON.stringify(inspection)}\n` : textOf(directory, inspection));
  return inspection.damage.length === 0 ? 0 : 1;
}

/** @throws UsageError when there is nothing that could be looked at */
async function look(directory: string): Promise<Inspection> {
  try {
    const holder = holderOf(directory);
    if (holder !== null) {
      throw new UsageError(
        `process ${holder} uses ${directory}`,
        'stop it first, or look at a copy of the directory',
      );
    }
    const files = ['data.mdb', 'journal.0', 'journal.1'].map((name) => join(directory, name));
    if (!files.some((file) => existsSync(file))) {
      throw new UsageError(`${directory} holds nothing of a node`, 'name the --data-dir of a node');
    }
    // A database into which nothing was written is none for LMDB; all that there is stands in the journals.
    if ((statSync(files[0] as string, { throwIfNoEntry: false })?.size ?? 0) === 0) {
      return inspect(JournaledEngine.view(directory, new MemoryEngine()), new CheckedRecords());
    }
    const engine = await partOfPackage(() => LmdbEngine.open(directory, { isReadOnly: true }));
    try {
      return inspect(JournaledEngine.view(directory, engine), new CheckedRecords());
    } finally {
      await engine.close();
    }
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.kind === 'damaged') return { ...NOTHING, damage: [error.fault] };
    throw new UsageError(error.fault, error.advice);
  }
}

const NOTHING: Inspection = {
  superblock: null,
  terms: [],
  state: null,
  incoming: null,
  store: { items: 0, bytes: 0 },
  records: { items: 0, bytes: 0 },
  torn: 0,
  replaced: 0,
  damage: [],
  mended: [],
};

function textOf(directory: string, inspection: Inspection): string {
  const { superblock, records, torn, replaced, damage, mended } = inspection;
  const lines: string[] = [directory];
  const line = (name: string, text: string) => lines.push(`  ${`${name}:`.padEnd(14)}${text}`);
  if (superblock !== null) tellWhatIsTrue(inspection, superblock, line);
  else if (damage.length === 0) line('node', 'none has begun here yet');
  line(
    'records',
    `${countOf(records)}${torn > 0 ? `, ${torn} torn by a crash` : ''}${replaced > 0 ? `, ${replaced} replaced` : ''}`,
  );
  for (const one of mended) line('mended', `${one} is damaged, its twin is intact: a start writes it anew`);
  for (const one of damage) line('DAMAGE', one);
  if (damage.length === 0) line('verdict', 'every record is as it was written');
  else
    line(
      'verdict',
      `${damage.length} ${damage.length === 1 ? 'fault' : 'faults'}: no node will start from this; see docs/durability.md`,
    );
  return `${lines.join('\n')}\n`;
}

function tellWhatIsTrue(
  { terms, state, incoming, store }: Inspection,
  superblock: NonNullable<Inspection['superblock']>,
  line: (name: string, text: string) => void,
): void {
  const { format, identity, incarnation, batch, term, votedFor, base, last, checkpoint, counters } =
    superblock;
  line('format', `${format}`);
  line('node', `${identity.node} of ${identity.cluster.join(', ')}`);
  line('incarnation', String(incarnation));
  line('batches', `${batch}`);
  line('term', `${term}, ${votedFor === null ? 'no vote' : `voted for ${votedFor}`}`);
  line('log', last === base.index ? `empty, after ${base.index}` : `${base.index + 1} to ${last}`);
  if (base.index > 0) line('log base', `${base.index} in term ${base.term}`);
  for (const { term: of, from } of terms) line(`  term ${of}`, `from ${from}`);
  if (checkpoint !== null) {
    const { voters, outgoing, learners } = checkpoint.membership;
    line('checkpoint', `${checkpoint.index} in term ${checkpoint.term}, of ${voters.join(', ')}`);
    if (outgoing.length > 0) line('  outgoing', outgoing.join(', '));
    if (learners.length > 0) line('  learners', learners.join(', '));
  }
  if (state !== null) line('state', countOf(state, 'item'));
  if (incoming !== null) {
    line(
      'receiving',
      `${countOf(incoming, 'item')} of the snapshot at ${incoming.checkpoint.index}, up to ${JSON.stringify(incoming.after)}`,
    );
  }
  line('store', countOf(store, 'item'));
  for (const [name, value] of Object.entries(counters)) line(`  ${name}`, JSON.stringify(value));
}

function countOf({ items, bytes }: { readonly items: number; readonly bytes: number }, what = ''): string {
  const name = what === '' ? '' : ` ${what}${items === 1 ? '' : 's'}`;
  return `${items}${name}, ${bytes} bytes`;
}
