import * as v from 'valibot';
import { read } from './messages.ts';

/**
 * `inject`: a node that was started with `--allow-faults` is told to break itself. It is no request of any workload:
 * the host of the node takes it, and the node's charts never hear of it.
 */

/** What is to be from now on; a field that is missing stays as it is, and `null` is what the node was started with. */
export type Injection = { readonly clockOffsetMs?: number | null; readonly syncDelayMs?: number | null };

/** An `inject` that arrived: who asked, and what; or the text of error 12. */
export type InjectRequest = {
  readonly src: string;
  readonly dest: string;
  readonly msgId: number | null;
  readonly asks:
    | { readonly ok: true; readonly value: Injection }
    | { readonly ok: false; readonly text: string };
};

/** A hundred years, either way. */
const MAX_OFFSET_MS = 100 * 365 * 24 * 60 * 60 * 1000;
const MAX_DELAY_MS = 60_000;
const OFFSET_RULE = `null, or a number from -${MAX_OFFSET_MS} to ${MAX_OFFSET_MS}`;
const DELAY_RULE = `null, or a number from 0 to ${MAX_DELAY_MS}`;

function within(min: number, max: number, rule: string) {
  return v.nullable(v.pipe(v.number(rule), v.minValue(min, rule), v.maxValue(max, rule)));
}

const INJECT = v.pipe(
  v.object({
    clock_offset_ms: v.optional(within(-MAX_OFFSET_MS, MAX_OFFSET_MS, OFFSET_RULE)),
    sync_delay_ms: v.optional(within(0, MAX_DELAY_MS, DELAY_RULE)),
  }),
  v.transform(({ clock_offset_ms: clockOffsetMs, sync_delay_ms: syncDelayMs }) => ({
    ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
    ...(syncDelayMs === undefined ? {} : { syncDelayMs }),
  })),
);

/** @returns null when the line is anything else, which is for others to take */
export function readInject(line: string): InjectRequest | null {
  // Nearly every line is another, and need not be read twice.
  if (!line.includes('"inject"')) return null;
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return null;
  }
  const { src, dest, body } = fieldsOf(message);
  const { type, msg_id: msgId } = fieldsOf(body);
  if (type !== 'inject' || typeof src !== 'string' || typeof dest !== 'string') return null;
  const asks = read<Injection>(INJECT, body as object);
  return { src, dest, msgId: Number.isSafeInteger(msgId) ? (msgId as number) : null, asks };
}

function fieldsOf(value: unknown): { readonly [field: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { readonly [field: string]: unknown }) : {};
}
