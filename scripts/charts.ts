// Writes docs/charts/ anew: first what the types of events and effects say, then the pages that are made of it.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readDeclarations } from './declarations.ts';

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
writeFileSync(root('src/charts/declarations.json'), `${JSON.stringify(readDeclarations(), null, 2)}\n`);

// Not sooner: the charts' room reads what has just been written.
const { chartsCommand } = await import('../src/charts/command.ts');
const { faultsOf } = await import('../src/charts/faults.ts');
const { modelOf } = await import('../src/charts/model.ts');
const { catalogue } = await import('../machines/index.ts');

process.exitCode = await chartsCommand(['--format', 'pages', '--out', root('docs/charts')]);
for (const entry of catalogue) {
  for (const fault of faultsOf(modelOf(entry))) {
    process.stderr.write(`${entry.name}: ${fault}\n`);
    process.exitCode = 1;
  }
}
