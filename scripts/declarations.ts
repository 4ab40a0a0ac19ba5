import { fileURLToPath } from 'node:url';
import {
  type AsExpression,
  Node,
  type ObjectLiteralExpression,
  Project,
  type SourceFile,
  SyntaxKind,
  type Type,
  type TypeAliasDeclaration,
  type Symbol as TypeSymbol,
} from 'ts-morph';
import type { Declarations, Field, NamedType, Payload } from '../src/charts/declarations.ts';

/**
 * Reads from the TypeScript sources what XState does not know: the payloads of each chart's events and effects, and
 * what their docstrings say. The compiler resolves the types, so an event may be declared in any way.
 */

const MACHINES = fileURLToPath(new URL('../machines', import.meta.url));

/**
 * What every `*.machine.ts` under `folder` declares, by the id of its chart.
 * @throws Error when a chart has no id, or an event no literal `type`
 */
export function readDeclarations(folder: string = MACHINES): { [id: string]: Declarations } {
  const project = new Project({
    compilerOptions: { strict: true, allowImportingTsExtensions: true, noEmit: true },
  });
  const sources = project
    .addSourceFilesAtPaths(`${folder}/**/*.ts`)
    .filter((source) => source.getBaseName().endsWith('.machine.ts'));
  const charts = sources.map((source) => [idOf(source), declarationsIn(source, folder)] as const);
  return Object.fromEntries(charts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function idOf(source: SourceFile): string {
  const call = source
    .getDescendantsOfKind(SyntaxKind.CallExpression)
    .find((found) => found.getExpression().getText().endsWith('.createMachine'));
  const config = call?.getArguments()[0]?.asKind(SyntaxKind.ObjectLiteralExpression);
  const id = config?.getProperty('id')?.asKind(SyntaxKind.PropertyAssignment)?.getInitializer();
  const literal = id?.asKind(SyntaxKind.StringLiteral);
  if (literal === undefined) throw new Error(`${source.getFilePath()}: its chart has no literal id`);
  return literal.getLiteralValue();
}

/** What stands in `types` of the chart's `setup`: `events: {} as …` and `emitted: {} as …`. */
function declarationsIn(source: SourceFile, folder: string): Declarations {
  const typeOf = (name: string) => {
    const properties = source.getDescendantsOfKind(SyntaxKind.PropertyAssignment);
    const found = properties.filter((property) => property.getName() === name);
    return found.map((property) => property.getInitializer()).find(Node.isAsExpression);
  };
  const mentioned = new Map<string, NamedType>();
  const payloads = (cast: AsExpression | undefined) =>
    cast === undefined ? [] : membersOf(cast.getType()).map((type) => payloadOf(type, folder, mentioned));
  const [events, effects] = [payloads(typeOf('events')), payloads(typeOf('emitted'))];
  return {
    events,
    effects,
    types: [...mentioned.values()],
    guards: meaningsIn(source, 'guards'),
    actions: meaningsIn(source, 'actions'),
  };
}

/** What the docstrings of the chart's guards or actions say, by name: their own, or of the function that they are. */
function meaningsIn(source: SourceFile, kind: 'guards' | 'actions'): { [name: string]: string } {
  const setup = source.getDescendantsOfKind(SyntaxKind.CallExpression).find((found) => {
    return found.getExpression().getText() === 'setup';
  });
  const options = setup?.getArguments()[0]?.asKind(SyntaxKind.ObjectLiteralExpression);
  const named = options?.getProperty(kind)?.asKind(SyntaxKind.PropertyAssignment)?.getInitializer();
  const properties = literalOf(named)?.getProperties() ?? [];
  return Object.fromEntries(
    properties
      .filter(Node.isPropertyAssignment)
      .map((property) => [
        property.getName().replace(/^'(.*)'$/, '$1'),
        docstringOf(property) || docstringOfFunction(property.getInitializer()),
      ]),
  );
}

/** An object literal, or the one that a name stands for, in whatever file. */
function literalOf(node: Node | undefined): ObjectLiteralExpression | undefined {
  if (!Node.isIdentifier(node)) return node?.asKind(SyntaxKind.ObjectLiteralExpression);
  const symbol = node.getSymbol();
  const declaration = (symbol?.getAliasedSymbol() ?? symbol)
    ?.getDeclarations()
    .find(Node.isVariableDeclaration);
  return literalOf(declaration?.getInitializer());
}

/** Of `guard(…, fn)`: what is said of `fn`, or, where it only calls another function, of that one. */
function docstringOfFunction(made: Node | undefined): string {
  const last = made?.asKind(SyntaxKind.CallExpression)?.getArguments().at(-1);
  const body = last?.asKind(SyntaxKind.ArrowFunction)?.getBody();
  const called = body?.asKind(SyntaxKind.CallExpression)?.getExpression() ?? last;
  const symbol = called?.getSymbol();
  const declaration = (symbol?.getAliasedSymbol() ?? symbol)?.getDeclarations()[0];
  return Node.isFunctionDeclaration(declaration) ? docstringOf(declaration).replace(/ ?@\w+ .*$/, '') : '';
}

/** The members of a union, and of any other type but `never` itself, in the order of the sources. */
function membersOf(type: Type): Type[] {
  if (type.isNever()) return [];
  if (!type.isUnion()) return [type];
  // The compiler's own order depends on what else it has read.
  const places = type.getUnionTypes().map((member) => [placeOf(member), member] as const);
  return places.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, member]) => member);
}

function placeOf(type: Type): string {
  const declaration = declarationOf(type);
  const line = String(declaration?.getStart() ?? 0).padStart(8, '0');
  return `${declaration?.getSourceFile().getFilePath()}:${line}`;
}

function declarationOf(type: Type): Node | undefined {
  return (type.getAliasSymbol() ?? type.getSymbol())?.getDeclarations()[0];
}

function payloadOf(type: Type, folder: string, mentioned: Map<string, NamedType>): Payload {
  const name = type.getProperty('type')?.getValueDeclarationOrThrow();
  const literal = name?.getType().getLiteralValue();
  if (typeof literal !== 'string') throw new Error(`${type.getText()} has no literal type`);
  const declaration = declarationOf(type);
  return {
    type: literal,
    description: declaration === undefined ? '' : docstringOf(declaration),
    fields: fieldsOf(type, folder, mentioned).filter((field) => field.name !== 'type'),
  };
}

function fieldsOf(type: Type, folder: string, mentioned: Map<string, NamedType>): Field[] {
  return type.getProperties().map((property) => fieldOf(property, folder, mentioned));
}

function fieldOf(property: TypeSymbol, folder: string, mentioned: Map<string, NamedType>): Field {
  const declaration = property.getDeclarations()[0];
  if (!Node.isPropertySignature(declaration))
    throw new Error(`${property.getName()} is not declared as a field`);
  const node = declaration.getTypeNodeOrThrow();
  for (const reference of [node, ...node.getDescendants()]) {
    if (!Node.isTypeReference(reference)) continue;
    const symbol = reference.getTypeName().getSymbol();
    mention(symbol?.getAliasedSymbol() ?? symbol, folder, mentioned);
  }
  const mark = declaration.hasQuestionToken() ? '?' : '';
  return {
    name: `${property.getName()}${mark}`,
    type: plain(node.getText()),
    description: docstringOf(declaration),
  };
}

/** Takes down a type of the house that a payload is made of, and those that it is made of itself. */
function mention(symbol: TypeSymbol | undefined, folder: string, mentioned: Map<string, NamedType>): void {
  const declaration = symbol?.getDeclarations().find(Node.isTypeAliasDeclaration);
  if (declaration === undefined || mentioned.has(declaration.getName())) return;
  if (!declaration.getSourceFile().getFilePath().startsWith(folder)) return;
  mentioned.set(declaration.getName(), named(declaration, []));
  if (!isObject(declaration)) return;
  mentioned.set(
    declaration.getName(),
    named(declaration, fieldsOf(declaration.getType(), folder, mentioned)),
  );
}

function named(declaration: TypeAliasDeclaration, fields: readonly Field[]): NamedType {
  return {
    name: declaration.getName(),
    description: docstringOf(declaration),
    fields,
    text: isObject(declaration) ? '' : plain(declaration.getTypeNodeOrThrow().getText()),
  };
}

function isObject(declaration: TypeAliasDeclaration): boolean {
  const type = declaration.getType();
  const isList = type.isArray() || type.isReadonlyArray() || type.isTuple();
  return (type.isObject() && !isList && type.getStringIndexType() === undefined) || type.isIntersection();
}

/** The docstring right before a declaration, or before the bar of a union in front of it, as one line. */
function docstringOf(node: Node): string {
  const before = node.getSourceFile().getFullText().slice(0, node.getStart());
  const found = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*\|?\s*$/.exec(before);
  return (found?.[1] ?? '')
    .replace(/\n\s*\*/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A type as it is written, on one line; that fields cannot be assigned to goes without saying. */
function plain(text: string): string {
  return text
    .replace(/\/\*\*[\s\S]*?\*\//g, '')
    .replace(/\breadonly\s+/g, '')
    .replace(/\s+/g, ' ')
    .replace(/^ ?\| /, '')
    .trim();
}
