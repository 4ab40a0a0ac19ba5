import type { ChartModel, StateModel, TransitionModel } from '../model.ts';
import { fileForEach } from './format.ts';

/**
 * Mermaid state diagrams, as GitHub draws them. What changes the state is an arrow; what is done without leaving a
 * state stands in its box, as in UML. Mermaid draws neither a box of text for a state with states inside nor an
 * arrow from such a state to its inside, so what holds in all of them has a box of its own, "in any state of …".
 */
export const mermaid = fileForEach(
  'mermaid',
  'a Mermaid state diagram, as GitHub draws it',
  '.mmd',
  diagramOf,
);

/** The widest line in a state's box, in characters: Mermaid does not wrap there. */
const BOX_WIDTH = 46;

/** Words that Mermaid takes for commands where a state's name is expected. */
const RESERVED = /^(?:state|note|class|classdef|style|scale|default|click|href|direction|hide|end)$/i;

export function diagramOf({ title, root }: ChartModel): string {
  const inner = block(root, '  ');
  // Arrows across boundaries come last and outside: Mermaid moves a state to where an arrow mentions it first.
  const across = arrowsWithin(root).filter(({ from, to }) => parentOf(from) !== parentOf(to));
  const lines = ['---', `title: ${title}`, '---', 'stateDiagram-v2', ...inner];
  return `${[...lines, ...across.map((arrow) => `  ${arrow.text}`)].join('\n')}\n`;
}

/** What lies inside a state: its own box, where it begins, its states, and the arrows among them. */
function block(state: StateModel, indent: string): string[] {
  const lines: string[] = [];
  const hasBox = boxLines(state).length > 0 || state.transitions.some(leaves);
  if (hasBox) lines.push(...box(anywhereIn(state), anywhereTitle(state), boxLines(state), indent));
  if (state.initial !== null) lines.push(`${indent}[*] --> ${idOf(state.initial)}`);
  state.children.forEach((child, place) => {
    if (state.type === 'parallel' && place > 0) lines.push(`${indent}--`);
    lines.push(...stateLines(child, indent));
  });
  const near = [state, ...state.children].flatMap(arrowsFrom).filter(({ from, to }) => {
    return parentOf(from) === state.path && parentOf(to) === state.path;
  });
  return [...lines, ...near.map(({ text }) => `${indent}${text}`)];
}

function stateLines(state: StateModel, indent: string): string[] {
  const id = idOf(state.path);
  if (state.children.length === 0) {
    const lines = box(id, state.key, boxLines(state), indent);
    return state.type === 'final' ? [...lines, `${indent}${id} --> [*]`] : lines;
  }
  return [`${indent}state "${label(state.key)}" as ${id} {`, ...block(state, `${indent}  `), `${indent}}`];
}

function box(id: string, title: string, lines: readonly string[], indent: string): string[] {
  return [
    `${indent}state "${label(title)}" as ${id}`,
    ...lines.map((line) => `${indent}${id} : ${label(line)}`),
  ];
}

/** What is done in a state without leaving it. */
function boxLines(state: StateModel): string[] {
  return [
    ...state.entry.map((action) => `entry / ${action}`),
    ...state.exit.map((action) => `exit / ${action}`),
    ...state.transitions.filter((transition) => !leaves(transition)).flatMap((stay) => wrap(caption(stay))),
  ];
}

function leaves({ targets }: TransitionModel): boolean {
  return targets.length > 0;
}

/** `event [guard] / action, action`, without what is not there. */
export function caption({ event, guard, actions }: TransitionModel): string {
  const parts = [event ?? '', guard === null ? '' : `[${guard}]`];
  if (actions.length > 0) parts.push(`/ ${actions.join(', ')}`);
  return parts.filter((part) => part !== '').join(' ');
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= BOX_WIDTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** An arrow between two paths; the path of a state's own box is that of something inside the state. */
type Arrow = { readonly from: string; readonly to: string; readonly text: string };

function arrowsWithin(state: StateModel): Arrow[] {
  return [...arrowsFrom(state), ...state.children.flatMap(arrowsWithin)];
}

function arrowsFrom(state: StateModel): Arrow[] {
  const isBox = state.children.length > 0;
  const from = isBox ? `${state.path}.` : state.path;
  const id = isBox ? anywhereIn(state) : idOf(state.path);
  return state.transitions.flatMap((transition) =>
    transition.targets.map((to) => {
      const words = label(caption(transition));
      return { from, to, text: `${id} --> ${idOf(to)}${words === '' ? '' : ` : ${words}`}` };
    }),
  );
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')));
}

function anywhereIn(state: StateModel): string {
  return state.path === '' ? 'any' : `${idOf(state.path)}_any`;
}

function anywhereTitle({ path, key }: StateModel): string {
  return path === '' ? 'in any state' : `in any state of ${key}`;
}

/** @throws Error when a state's key cannot be part of a Mermaid name */
function idOf(path: string): string {
  if (!/^[A-Za-z][\w.]*$/.test(path)) {
    throw new Error(`the state ${path} cannot be drawn: its key may have letters, digits and _ only`);
  }
  const id = path.replaceAll('.', '_');
  return RESERVED.test(id) || id === 'any' ? `${id}_` : id;
}

/** Text in which Mermaid finds nothing to interpret: its own marks become its entity codes. */
function label(text: string): string {
  return text.replace(/[:;#"<>{}\\]/g, (mark) => `#${mark.charCodeAt(0)};`);
}
