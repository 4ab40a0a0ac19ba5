import type { LwwEntry } from '../register/lww-entry.ts';
import type { Versions } from '../register/versions.ts';

/** One of the two histories of a key, whole: what nodes compare and send each other. `name` is the key's canonical spelling. */
export type Item =
  | { readonly kind: 'lww'; readonly name: string; readonly entry: LwwEntry }
  | { readonly kind: 'vv'; readonly name: string; readonly versions: Versions };
