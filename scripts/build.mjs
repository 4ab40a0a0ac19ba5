// Builds dist/: the executable bundle, one bundle per public entry point, and type declarations.
// A bundle starts five times faster than running the sources through a loader.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { buildPages } from './pages.mjs';

const withTypes = !process.argv.includes('--no-types');
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
};

if (withTypes) rmSync('dist', { recursive: true, force: true });

// The log's entries outlive many collections of young objects; with room for them there, a node under load spends a
// fifth less time (measured with npm run bench:node). V8 takes this size only on its command line.
const shebang = '#!/usr/bin/env -S node --max-semi-space-size=64';
// A CommonJS dependency that calls require() must find one inside an ES module.
const banner = {
  js: `${shebang}\nimport { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);`,
};
// These rooms are bundles of their own, beside the executable, which loads them when they are asked for.
const besides = {
  name: 'besides',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/(?:charts|inspect|lab|report)\/index\.ts$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path: `./${path.split('/').at(-2)}.js`, external: true } : undefined,
    ),
};
// For Node, rxjs names its build for the language of 2009, which is twice as large, and slower at every event.
const alias = { rxjs: './node_modules/rxjs/dist/esm/index.js' };
await build({
  ...common,
  alias,
  entryPoints: { actorum: 'src/main.ts' },
  outdir: 'dist',
  plugins: [besides],
  // Native code, and loaded only by a node that has a directory.
  external: ['lmdb'],
  banner,
});
await build({
  ...common,
  entryPoints: {
    charts: 'src/charts/index.ts',
    inspect: 'src/inspect/index.ts',
    report: 'src/report/index.ts',
  },
  outdir: 'dist',
  external: ['elkjs'],
});
await buildPages();
// The lab's report, with the libraries that it draws with, is a file of its own once more.
await build({
  ...common,
  entryPoints: { lab: 'src/lab/index.ts' },
  outdir: 'dist',
  splitting: true,
  chunkNames: 'lab-[name]',
  external: ['@observablehq/plot', 'linkedom'],
});
chmodSync('dist/actorum.js', 0o755);

// Libraries leave their dependencies to the importer, so that a chart is the importer's own xstate.
await build({
  ...common,
  packages: 'external',
  // Node needs to be told that xstate's manifest is JSON, and takes it from 20.10 on.
  supported: { 'import-attributes': true },
  splitting: true,
  entryPoints: {
    machines: 'machines/index.ts',
    accelerate: 'src/accelerate/index.ts',
    client: 'src/client/index.ts',
    verify: 'src/verify/index.ts',
    testing: 'src/testing/index.ts',
  },
  outdir: 'dist',
});

if (withTypes) {
  const { status } = spawnSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
