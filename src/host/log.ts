/** Diagnostics, on stderr only: stdout belongs to the protocol. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Logger = { readonly [level in Exclude<LogLevel, 'silent'>]: (text: string) => void };

/** A logger that writes one line for each message of `level` and above. */
export function createLogger(
  level: LogLevel,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Logger {
  const enabled = LOG_LEVELS.indexOf(level);
  const at = (name: LogLevel) => (text: string) => {
    if (LOG_LEVELS.indexOf(name) <= enabled) write(`actorum ${name}: ${text}\n`);
  };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
