// The pages of the live view, each one self-contained HTML file in dist/: script, style and the charts' drawings are
// inside, and the page's own policy lets nothing else in.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const PAGE = 'src/inspect/page';
const CHARTS = 'docs/charts';
/** What comes later wins. */
const STYLES = ['base', 'frame', 'cluster', 'panels', 'narrow'];

/**
 * Builds dist/inspect.html, the live view, dist/stately.html, the bridge to the inspector of stately.ai, and
 * dist/report-page.js, the script that every report carries.
 */
export async function buildPages() {
  writeFileSync('dist/report-page.js', await bundle('src/report/page/main.ts', {}));
  const style = STYLES.map((name) => readFileSync(`${PAGE}/style/${name}.css`, 'utf8')).join('');
  const script = await bundle(`${PAGE}/main.tsx`, { CHART_DRAWINGS: JSON.stringify(charts('.svg')) });
  write('inspect.html', `${PAGE}/index.html`, { script, style });
  const definitions = Object.entries(charts('.json')).map(([name, text]) => [name, JSON.parse(text)]);
  const bridge = await bundle(`${PAGE}/stately.ts`, {
    CHART_DEFINITIONS: JSON.stringify(Object.fromEntries(definitions)),
  });
  write('stately.html', `${PAGE}/stately.html`, { script: bridge, style: '' });
}

/** The committed drawings or definitions, by the chart's id. A test holds them to the charts. */
function charts(extension) {
  const files = readdirSync(CHARTS).filter((name) => name.endsWith(extension));
  return Object.fromEntries(
    files.sort().map((name) => [name.slice(0, -extension.length), readFileSync(`${CHARTS}/${name}`, 'utf8')]),
  );
}

async function bundle(entry, define) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define,
  });
  // Inside HTML a script ends at its first closing tag, also where that stands in a string.
  return outputFiles[0].text.replaceAll('</script', '<\\/script');
}

/** Fills in a template. The page's policy allows this one script, by its hash, and no other. */
function write(name, template, { script, style }) {
  const hash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
  const parts = { 'SCRIPT-HASH': hash, '/*STYLE*/': style, '/*SCRIPT*/': script };
  const text = readFileSync(template, 'utf8');
  writeFileSync(
    `dist/${name}`,
    text.replace(/SCRIPT-HASH|\/\*STYLE\*\/|\/\*SCRIPT\*\//g, (part) => parts[part]),
  );
}
