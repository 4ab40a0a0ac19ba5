import type { Key } from './engine.ts';
import { allOf, batchOf, firstOf, generationOf, isKey, lastOf, placeOf } from './keys.ts';

/** What a record is, in words that name it: "log record 17 (batch 4)". */
export function describeKey(key: Key): string {
  if (!isKey(key)) return `a record under the unknown key ${JSON.stringify(key)}`;
  switch (key[0]) {
    case 'B':
      return `superblock ${key[1]}, copy ${key[2]}`;
    case 'L':
      return `log record ${firstOf(key)}${lastOf(key) === firstOf(key) ? '' : ` to ${lastOf(key)}`} (batch ${batchOf(key)})`;
    case 'S':
      return `state item ${nameIn(placeOf(key).slice(8, -1))} (generation ${generationOf(key)}, batch ${batchOf(key)})`;
    default:
      return `store item ${nameIn(placeOf(key).slice(1, -1))} (batch ${batchOf(key)})`;
  }
}

/** The name that a key holds, quoted; of one that was cut, its beginning. */
function nameIn(field: string): string {
  const [kept = '', hash] = field.split('\x02\x05');
  const bytes = kept.replace(ESCAPED, (_, unit: string) => String.fromCharCode(unit.charCodeAt(0) - 2));
  const name = new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  return hash === undefined
    ? JSON.stringify(name)
    : `${JSON.stringify(name)}… (SHA-256 ${hash.slice(0, 16)}…)`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the byte 2 begins what is escaped.
const ESCAPED = /\x02([\x02-\x04])/g;

/** The ranges in which there is nothing of this format. */
export const OUTSIDE: readonly { readonly from: Key; readonly to: Key }[] = [
  { from: '\x01', to: allOf('B').from },
  { from: allOf('B').to, to: allOf('I').from },
  { from: allOf('I').to, to: allOf('L').from },
  { from: allOf('L').to, to: allOf('S').from },
  { from: allOf('S').to, to: '\xff'.repeat(8) },
];
