import declarations from './declarations.json' with { type: 'json' };

/**
 * What the sources of a chart say of it beside its definition: the payloads of its events and effects, and what the
 * docstrings of all that has a name mean. XState knows names only, so this is read from the TypeScript sources by scripts/declarations.ts, when the
 * documentation is made, and kept as JSON.
 */
export type Declarations = {
  readonly events: readonly Payload[];
  readonly effects: readonly Payload[];
  /** Types that the payloads above are made of, each before those that only it mentions. */
  readonly types: readonly NamedType[];
  /** What the guards and actions mean, by name; empty where nothing is said. */
  readonly guards: { readonly [name: string]: string };
  readonly actions: { readonly [name: string]: string };
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

const NONE: Declarations = { events: [], effects: [], types: [], guards: {}, actions: {} };

/** What is declared for the chart of this id; nothing for a chart that is not of this house. */
export function declarationsOf(id: string): Declarations {
  const all: { readonly [id: string]: Declarations } = declarations;
  return all[id] ?? NONE;
}
