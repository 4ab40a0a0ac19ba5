/** Waits so many milliseconds, or until one of the signals is raised. Never rejects. */
export function sleep(ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    for (const signal of signals) {
      if (signal.aborted) wake();
      else signal.addEventListener('abort', wake);
    }
  });
}
