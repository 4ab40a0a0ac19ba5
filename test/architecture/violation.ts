/** One place where the house breaks one of its rules. */
export type Violation = {
  readonly rule: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** What is wrong there, and what to do instead. */
  readonly text: string;
};

/** One line for each violation, in the form that editors and terminals turn into links. */
export function report(violations: readonly Violation[]): string {
  return violations.map(({ rule, file, line, text }) => `${file}:${line}: ${rule}: ${text}`).join('\n');
}
