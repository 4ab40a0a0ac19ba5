import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** One file of the house, as the rules see it. */
export type Source = {
  /** The path from the repository's root, with `/` between its parts. */
  readonly file: string;
  readonly text: string;
  /** The text with comments and the insides of strings blanked: every character keeps its place. */
  readonly code: string;
};

/** One import or re-export. */
export type Import = {
  /** What stands between the quotes; null when it is computed, and so cannot be read here. */
  readonly specifier: string | null;
  /** Nothing of it is left when the program runs. */
  readonly typeOnly: boolean;
  readonly line: number;
};

export function sourceOf(file: string, text: string): Source {
  return { file, text, code: blank(text) };
}

/** Every `.ts` and `.tsx` file under the given folders, in a fixed order. */
export function readSources(root: string, folders: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .sort()
      .map((name) => join(root, folder, name))
      .map((path) => sourceOf(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8'))),
  );
}

/** The line, from 1, of a place in a text. */
export function lineAt(text: string, place: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < place; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

const STATIC = /\b(?:import|export)\b([^;'"]*?)\bfrom\s*(['"])/g;
const BARE = /\bimport\s*(['"])/g;
const DYNAMIC = /\bimport\s*\(\s*(['"])?/g;

export function importsOf({ text, code }: Source): Import[] {
  const found: Import[] = [];
  const add = (match: RegExpExecArray, quote: string | undefined, typeOnly: boolean) => {
    const start = match.index + match[0].length;
    const specifier = quote === undefined ? null : text.slice(start, text.indexOf(quote, start));
    found.push({ specifier, typeOnly, line: lineAt(text, match.index) });
  };
  for (const match of code.matchAll(STATIC)) add(match, match[2], isTypeOnly(match[1] ?? ''));
  for (const match of code.matchAll(BARE)) add(match, match[1], false);
  for (const match of code.matchAll(DYNAMIC)) add(match, match[1], false);
  return found.sort((a, b) => a.line - b.line);
}

/** `type { A }`, `type * as A`, or `{ type A, type B }`. */
function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b(?!\s*(?:,|from))/.test(clause)) return true;
  const names = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1];
  return names?.split(',').every((name) => name.trim() === '' || /^\s*type\s/.test(name)) ?? false;
}

/** After one of these, a slash begins a regular expression; after a value, it divides. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|void|delete|throw))\s*$/;

/** Blanks comments and the insides of strings, templates and regular expressions. */
function blank(text: string): string {
  const out: string[] = [];
  /** For each `${` that is open: how many braces are open inside it. */
  const templates: number[] = [];
  let at = 0;

  const keep = (count = 1) => {
    out.push(text.slice(at, at + count));
    at += count;
  };
  const hideTo = (end: number) => {
    out.push(text.slice(at, end).replace(/[^\n]/g, ' '));
    at = end;
  };
  const quoted = (quote: string) => {
    keep();
    let end = at;
    while (end < text.length && text[end] !== quote && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
    hideTo(end);
    keep();
  };
  const template = () => {
    let end = at;
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) {
      end += text[end] === '\\' ? 2 : 1;
    }
    hideTo(end);
    if (text[at] === '`') return keep();
    keep(2);
    templates.push(0);
  };
  const regex = () => {
    let end = at + 1;
    for (let inClass = false; end < text.length && (inClass || text[end] !== '/'); end += 1) {
      if (text[end] === '\\') end += 1;
      else if (text[end] === '[') inClass = true;
      else if (text[end] === ']') inClass = false;
    }
    keep();
    hideTo(end);
    keep();
  };
  const brace = (step: 1 | -1) => {
    const open = templates.pop();
    keep();
    if (open === undefined) return;
    if (open + step < 0) template();
    else templates.push(open + step);
  };

  while (at < text.length) {
    const char = text[at];
    if (text.startsWith('//', at)) hideTo(endOf(text, '\n', at, 0));
    else if (text.startsWith('/*', at)) hideTo(endOf(text, '*/', at + 2, 2));
    else if (char === "'" || char === '"') quoted(char);
    else if (char === '`') {
      keep();
      template();
    } else if (char === '{') brace(1);
    else if (char === '}') brace(-1);
    else if (char === '/' && BEFORE_REGEX.test(out.slice(-40).join(''))) regex();
    else keep();
  }
  return out.join('');
}

function endOf(text: string, mark: string, from: number, length: number): number {
  const place = text.indexOf(mark, from);
  return place < 0 ? text.length : place + length;
}
