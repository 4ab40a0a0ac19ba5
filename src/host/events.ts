/** Resolves when what has happened outside by now was told of: the end of a pipe, a signal. */
export function eventsHeard(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
