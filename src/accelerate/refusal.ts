/** Why a machine cannot be accelerated: what stands in the way, and in which state. */
export class CannotAccelerate extends Error {
  /**
   * @param machine the machine's id
   * @param where the state, and the action or guard, for instance `state "m.a", entry action "greet"`
   * @param why what it is that cannot be done exactly
   */
  constructor(machine: string, where: string, why: string) {
    super(`cannot accelerate the machine "${machine}": ${where}: ${why}`);
    this.name = 'CannotAccelerate';
  }
}

/** Where in a machine something stands, and how to refuse it. */
export class Place {
  readonly #machine: string;
  readonly #where: string;

  constructor(machine: string, where: string) {
    this.#machine = machine;
    this.#where = where;
  }

  /** A place within this one. */
  at(part: string): Place {
    return new Place(this.#machine, `${this.#where}, ${part}`);
  }

  refuse(why: string): never {
    throw new CannotAccelerate(this.#machine, this.#where, why);
  }
}
