/** A fault that lasts. */
type Trouble = { readonly fault: string; readonly nodes: readonly string[]; readonly mend: () => void };

/**
 * What is broken now. A fault that lasts is told twice, when it begins and, as `<name>-end` of the same nodes, when it
 * is over, so that a history shows when it was there.
 */
export class Troubles {
  readonly #open = new Map<string, Trouble>();
  readonly #record: (fault: string, nodes: readonly string[], text: string) => void;

  /** @param record is told of every beginning and end; the text is for people */
  constructor(record: (fault: string, nodes: readonly string[], text: string) => void) {
    this.#record = record;
  }

  /** Something is broken from now on. @param mend puts it right */
  begin(fault: string, nodes: readonly string[], text: string, mend: () => void): void {
    this.#open.set(nameOf(fault, nodes), { fault, nodes, mend });
    this.#record(fault, nodes, text);
  }

  isOpen(fault: string, nodes: readonly string[]): boolean {
    return this.#open.has(nameOf(fault, nodes));
  }

  /** Mends it, if it is still broken. */
  end(fault: string, nodes: readonly string[]): void {
    const trouble = this.#open.get(nameOf(fault, nodes));
    if (trouble === undefined) return;
    this.#open.delete(nameOf(fault, nodes));
    trouble.mend();
    this.#record(`${fault}-end`, nodes, '');
  }

  /** Mends all of that name, or everything. */
  endAll(fault?: string): void {
    for (const trouble of [...this.#open.values()]) {
      if (fault === undefined || trouble.fault === fault) this.end(trouble.fault, trouble.nodes);
    }
  }
}

function nameOf(fault: string, nodes: readonly string[]): string {
  return [fault, ...nodes].join(' ');
}
