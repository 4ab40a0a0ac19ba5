/** Numbers for people to read. */

/** `1,234` from 1000 on, two digits that mean something below ten: `3.1`, `0.04`. */
export function formatNumber(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.1) return value.toFixed(2);
  if (!Number.isInteger(value) && Math.abs(value) < 10) return value.toFixed(1);
  return Math.round(value).toLocaleString('en-US');
}

/** A time in the unit that suits it: `0.4 ms`, `38 ms`, `1.2 s`. */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${formatNumber(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A share from 0 to 1: `98.2 %`. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
