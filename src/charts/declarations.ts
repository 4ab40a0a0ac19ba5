import declarations from './declarations.json' with { type: 'json' };

/**
 * What the types of a chart's events and effects say: its payloads, with the words of their docstrings. XState knows
 * events by name only, so this is read from the TypeScript sources by scripts/declarations.ts, when the
 * documentation is made, and kept as JSON.
 */
export type Declarations = {
  readonly events: readonly Payload[];
  readonly effects: readonly Payload[];
  /** Types that the payloads above are made of, each before those that only it mentions. */
  readonly types: readonly NamedType[];
};

/** An event or an effect. */
export type Payload = {
  readonly type: string;
  readonly description: string;
  readonly fields: readonly Field[];
};

export type Field = {
  readonly name: string;
  /** As it is written in the source. */
  readonly type: string;
  readonly description: string;
};

/** A type with a name: what it consists of, or, if it is no object, what it stands for. */
export type NamedType = {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly Field[];
  readonly text: string;
};

const NONE: Declarations = { events: [], effects: [], types: [] };

/** What is declared for the chart of this id; nothing for a chart that is not of this house. */
export function declarationsOf(id: string): Declarations {
  const all: { readonly [id: string]: Declarations } = declarations;
  return all[id] ?? NONE;
}
