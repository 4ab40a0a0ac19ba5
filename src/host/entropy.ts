import { randomBytes } from 'node:crypto';

/** A fresh seed: an unsigned 32-bit integer that nobody can guess. */
export function freshSeed(): number {
  return randomBytes(4).readUInt32LE();
}
