import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The command line was wrong: one line says how, and a hint says where to look. The process exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Whether an error is a `UsageError`. Told by its name, because each bundle has a class of its own. */
export function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && error.name === 'UsageError';
}

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Parses a command's options strictly.
 * @throws UsageError on an option that is not known, lacks its value, or on a stray argument
 */
export function parseOptions<const T extends Options>(command: string, args: readonly string[], options: T) {
  return explaining(command, () => parseArgs({ args: bindNegatives(args), options, strict: true }).values);
}

/**
 * Parses a command's options strictly, and the names that stand between them.
 * @throws UsageError on an option that is not known or lacks its value
 */
export function parseOptionsAndNames<const T extends Options>(
  command: string,
  args: readonly string[],
  options: T,
) {
  return explaining(command, () => {
    const parsed = parseArgs({ args: bindNegatives(args), options, strict: true, allowPositionals: true });
    return { values: parsed.values, names: parsed.positionals };
  });
}

/** `--offset -5` means what `--offset=-5` does: no option of ours is a number, so it can mean nothing else. */
function bindNegatives(args: readonly string[]): string[] {
  const bound: string[] = [];
  for (const arg of args) {
    const before = bound.at(-1);
    if (/^-[.\d]/.test(arg) && before !== undefined && /^--[^=]+$/.test(before)) {
      bound[bound.length - 1] = `${before}=${arg}`;
    } else bound.push(arg);
  }
  return bound;
}

function explaining<T>(command: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    // The library's messages go on with advice about "--" that helps nobody here.
    const message =
      error instanceof Error ? (error.message.split(/\.? ?\n|\. /)[0] as string) : String(error);
    throw new UsageError(message, `try: actorum ${command} --help`);
  }
}

/**
 * Loads or uses a part of the package that stands outside of the executable file.
 * @throws UsageError when it is not there, as when the file was copied away from its package
 */
export async function partOfPackage<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const message = (error as Error).message.split('\n')[0];
    throw new UsageError(String(message), 'install the package actorum as a whole');
  }
}

/**
 * @param listed what the hint says is allowed, when others take care of some of it
 * @throws UsageError unless `text` is one of `allowed`
 */
export function oneOf<const T extends string>(
  option: string,
  text: string,
  allowed: readonly T[],
  listed: readonly string[] = allowed,
): T {
  const found = allowed.find((candidate) => candidate === text);
  if (found !== undefined) return found;
  throw new UsageError(`${option} is "${text}"`, `${option} takes ${listed.join(', ')}`);
}

/** @throws UsageError unless `text` is a number from `min` to `max`, and whole if `whole` is set */
export function numberOption(
  option: string,
  text: string,
  { min, max, whole = false }: { min: number; max: number; whole?: boolean },
): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  const fits = number >= min && number <= max && (!whole || Number.isInteger(number));
  if (fits) return number;
  throw new UsageError(
    `${option} is "${text}"`,
    `${option} takes a ${whole ? 'whole ' : ''}number from ${min} to ${max}`,
  );
}
