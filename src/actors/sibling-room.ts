import { countOf, type VersionVector } from '../../machines/clocks/version-vector.ts';
import { type ClientOutcome, ERROR } from '../../machines/operations.ts';
import type { Versions } from '../../machines/register/versions.ts';

/**
 * How much may stand under one key. The versions of a key travel between nodes whole, in one message of bounded
 * length. What a node holds is made of what each node had made of the key last; so if no node's own write leaves more
 * than its share of a message behind, the whole fits, whatever came together while the network was cut.
 */

/** What of a line of 16 MiB is left for a key's versions: 64 KiB less, for everything around them. */
export const VERSIONS_LIMIT_BYTES = 16 * 1024 * 1024 - 64 * 1024;

/** Up to this many bytes of request and this many versions nothing needs measuring: they take a megabyte or so. */
const SMALL_BYTES = 16 * 1024;
const FEW = 64;

const utf8 = new TextEncoder();

/**
 * Whether a write has room beside the versions that stay.
 *
 * @param bytes the length of the request that writes
 * @param context what it replaces
 * @param nodes how many nodes the cluster has
 * @returns the error that turns the write away; null when there is room
 */
export function refusalOf(
  versions: Versions,
  bytes: number,
  context: VersionVector,
  nodes: number,
): Extract<ClientOutcome, { type: 'error' }> | null {
  // Nothing travels.
  if (nodes === 1 || (bytes <= SMALL_BYTES && versions.length <= FEW)) return null;
  const limit = Math.floor(VERSIONS_LIMIT_BYTES / nodes);
  if (bytes > limit) {
    const text = `the write takes ${bytes} bytes; in a cluster of ${nodes} nodes a write to a key may take ${limit}`;
    return { type: 'error', code: ERROR.malformedRequest, text };
  }
  const kept = versions.filter(({ actor, count }) => count > countOf(context, actor));
  const taken = utf8.encode(JSON.stringify(kept)).length;
  if (taken + bytes <= limit) return null;
  const beside = `${kept.length} versions that its context does not cover take ${taken} bytes`;
  const text = `the write has no room: ${beside}, and a node may leave ${limit} under a key; read them and write with what was read as the context`;
  return { type: 'error', code: ERROR.temporarilyUnavailable, text };
}
