/** Program text in the making, and the values that it refers to. */
export class Source {
  readonly #names = new Map<unknown, string>();
  readonly #lines: string[] = [];

  /** The name under which the text finds a value. */
  readonly constant = (value: unknown): string => {
    const found = this.#names.get(value);
    if (found !== undefined) return found;
    const name = `k${this.#names.size}`;
    this.#names.set(value, name);
    return name;
  };

  readonly add = (line: string): void => {
    this.#lines.push(line);
  };

  /** The function that has this text as its body. */
  compile<F>(parameters: readonly string[]): F {
    // Constants of a closure: V8 takes them for what they are, and calls to them can become part of the function.
    const text = `'use strict'; const { hasOwnProperty: hasOwn } = Object.prototype; const [${[...this.#names.values()].join(', ')}] = constants;
return function (${parameters.join(', ')}) { ${this.#lines.join('\n')} };`;
    return new Function('constants', text)([...this.#names.keys()]) as F;
  }
}

/** Whether this process lets programs be made of text: a page under a strict content security policy does not. */
export const canCompile: boolean = (() => {
  try {
    return new Function('return true')() === true;
  } catch {
    return false;
  }
})();
