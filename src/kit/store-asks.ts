import type { Json } from '../../machines/json.ts';
import { ERROR, isDefinite } from '../../machines/operations.ts';
import type { Mode } from '../../machines/store/operations.ts';
import type { Dice } from './dice.ts';

/**
 * What honest clients ask of the conflict store, and what they learn: they read, and write and delete blindly or on
 * the ground of what they have seen, with exactly that as the context.
 */

/** What a client has seen of a key at one moment: writes, by their numbers, and the vector that covers them. */
export type Sight = { readonly ids: readonly number[]; readonly context: ReadonlyMap<string, number> };

/** What a client asks for. A write or a delete has a number, which a write also writes, and replaces what `saw` says. */
export type Ask =
  | { readonly f: 'read' | 'final_read'; readonly key: number }
  | { readonly f: 'write' | 'delete'; readonly key: number; readonly id: number; readonly saw: Sight };

/** How it ended: ok, it happened; fail, it did not and never will; info, nobody knows. */
export type Ending = {
  readonly type: 'ok' | 'fail' | 'info';
  readonly error?: string;
  /** On ok: what the client has seen by it. */
  readonly sight?: Sight;
  /** On ok, and for the history: what a read saw, or the timestamp of a write. */
  readonly value?: readonly number[];
  readonly ts?: number;
};

type Body = { readonly type: string; readonly [field: string]: Json };
type Answer = { readonly type: string; readonly [field: string]: unknown };

const NOTHING: Sight = { ids: [], context: new Map() };
/** How many sights of a key a client keeps: the older it is, the staler a context. */
const KEPT = 4;
/** How often clients do what; the rest are writes. */
const READ_SHARE = 0.35;
const DELETE_SHARE = 0.12;

/** Numbers for writes and deletes, no number twice. */
export class Ids {
  #next = 1;

  take(): number {
    this.#next += 1;
    return this.#next - 1;
  }
}

/** What one client remembers of every key, and what it asks next. */
export class Asker {
  readonly #dice: Dice;
  readonly #ids: Ids;
  readonly #sights = new Map<number, readonly Sight[]>();

  /** @param ids shared by all clients of a run */
  constructor(dice: Dice, ids: Ids) {
    this.#dice = dice;
    this.#ids = ids;
  }

  /** What to ask of the key next. */
  ask(key: number): Ask {
    const kind = this.#dice.fraction();
    if (kind < READ_SHARE) return { f: 'read', key };
    const f = kind < READ_SHARE + DELETE_SHARE ? 'delete' : 'write';
    return { f, key, id: this.#ids.take(), saw: this.#recall(key) };
  }

  /** An answer has shown this. */
  see(key: number, sight: Sight): void {
    this.#sights.set(key, [sight, ...(this.#sights.get(key) ?? [])].slice(0, KEPT));
  }

  /** Mostly what was seen last; now and then nothing, something older, or two sights joined. */
  #recall(key: number): Sight {
    const sights = this.#sights.get(key) ?? [];
    const [last] = sights;
    const kind = this.#dice.fraction();
    if (last === undefined || kind < 0.2) return NOTHING;
    if (kind < 0.7) return last;
    const other = this.#dice.pick(sights);
    return kind < 0.85 ? other : joined([last, other]);
  }
}

/**
 * The request that asks for it. A context goes along only where it means something.
 * @param plainly in vv mode: by the plain type, which means there what its `vv_` namesake does
 */
export function requestFor(ask: Ask, mode: Mode, plainly: boolean): Body {
  const { f, key } = ask;
  const verb = f === 'final_read' ? 'read' : f;
  const type = mode === 'vv' && !plainly ? `vv_${verb}` : verb === 'write' ? 'write' : `kv_${verb}`;
  if (!('saw' in ask)) return { type, key };
  const context = mode === 'vv' ? { context: Object.fromEntries(ask.saw.context) } : {};
  return { type, key, ...(f === 'write' ? { value: ask.id } : {}), ...context };
}

/**
 * What an answer says about an operation. A read that brought nothing never matters.
 * @param answer the body, or why there is none
 */
export function endingOf(ask: Ask, answer: Answer | string): Ending {
  const unknown = 'saw' in ask ? 'info' : 'fail';
  if (typeof answer === 'string') return { type: unknown, error: answer };
  // A key without a value is an observation like any other.
  if (answer.type === 'error' && answer.code !== ERROR.keyDoesNotExist) {
    const error = `code ${answer.code}: ${answer.text}`;
    return { type: isDefinite(answer.code as number) ? 'fail' : unknown, error };
  }
  const sight = sightOf(ask, answer);
  if (!('saw' in ask)) return { type: 'ok', sight, value: sight.ids };
  return { type: 'ok', sight, ...(typeof answer.ts === 'number' ? { ts: answer.ts } : {}) };
}

/** What an answer shows: of a write the write itself, of a read the values that are there. */
function sightOf(ask: Ask, answer: Answer): Sight {
  if ('saw' in ask) return { ids: [ask.id], context: vectorOf(answer.vc) };
  if (answer.type === 'error') return NOTHING;
  if (!Array.isArray(answer.values)) return { ids: [answer.value as number], context: new Map() };
  const values = answer.values as readonly { readonly value: number; readonly vc: unknown }[];
  return joined(values.map(({ value, vc }) => ({ ids: [value], context: vectorOf(vc) })));
}

/** Everything that any of them has seen. */
function joined(sights: readonly Sight[]): Sight {
  const context = new Map<string, number>();
  for (const sight of sights) {
    for (const [actor, count] of sight.context) context.set(actor, Math.max(count, context.get(actor) ?? 0));
  }
  return { ids: [...new Set(sights.flatMap(({ ids }) => ids))], context };
}

function vectorOf(vc: unknown): ReadonlyMap<string, number> {
  return new Map(Object.entries((vc ?? {}) as { readonly [actor: string]: number }));
}
