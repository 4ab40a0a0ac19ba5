import { randomBytes } from 'node:crypto';

/** A fresh seed: an unsigned 32-bit integer that nobody can guess. */
export function freshSeed(): number {
  return randomBytes(4).readUInt32LE();
}

/** How many letters and digits a life's name has: 51 bits, so that a billion restarts of one node hardly meet. */
const LIFE_LENGTH = 10;

/** A name for one life of a node, which no other life of it has had. */
export function freshLife(): string {
  let name = '';
  while (name.length < LIFE_LENGTH) {
    // What is left over after the last whole alphabet would favour some letters.
    for (const byte of randomBytes(LIFE_LENGTH))
      if (byte < 252 && name.length < LIFE_LENGTH) name += (byte % 36).toString(36);
  }
  return name;
}
