import type { ChartModel } from '../model.ts';
import { fileForEach } from './format.ts';

/**
 * The chart as a source of its own: one call of `createMachine` with a literal config, which Stately's editor and the
 * XState extension read as it stands. Guards and actions have their names there, and bodies that do nothing, since
 * XState refuses to ask a guard that has none.
 */
export const xstate = fileForEach(
  'xstate',
  'a source that can be pasted into the Stately editor or opened with the XState extension',
  '.xstate.js',
  sourceOf,
);

export function sourceOf({ title, purpose, definition, guards, actions }: ChartModel): string {
  const bodies = (names: readonly string[], body: string) =>
    `{${names.map((name) => `\n      ${keyOf(name)}: ${body},`).join('')}${names.length === 0 ? '' : '\n    '}}`;
  return `// ${title}: ${purpose}
// Made from the chart. Paste this into https://stately.ai/editor, or open it with the XState extension. Guards and
// actions are names here: every guard holds, and no action does anything.
import { createMachine } from 'xstate';

export const machine = createMachine(
  ${literal(definition, '  ')},
  {
    guards: ${bodies(guards, '() => true')},
    actions: ${bodies(
      actions.map(({ name }) => name),
      '() => {}',
    )},
  },
);
`;
}

/** A JSON value as JavaScript is written by hand. */
function literal(value: unknown, indent: string): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value !== 'object') return String(value);
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((part) => literal(part, inner))
    : Object.entries(value).map(([key, part]) => `${keyOf(key)}: ${literal(part, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  const line = parts.join(', ');
  const isShort = Array.isArray(value) && line.length + indent.length < 90 && !line.includes('\n');
  if (isShort) return `[${line}]`;
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join('')}${indent}${close}`;
}

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

function quoted(text: string): string {
  const json = JSON.stringify(text);
  return text.includes("'") ? json : `'${json.slice(1, -1).replaceAll('\\"', '"')}'`;
}
