import type { Dice } from '../kit/dice.ts';
import type { Network } from './network.ts';
import { drawPartition, PARTITION_SHAPES, type Partition, type PartitionShape } from './partition.ts';

export type NemesisOptions = {
  readonly network: Network;
  readonly nodes: readonly string[];
  /** The one shape to use; `any` goes through all of them, the leader's first. */
  readonly shape: PartitionShape | 'any';
  /** So long the network is whole, then so long it is cut, and so on. */
  readonly intervalMs: number;
  readonly dice: Dice;
  /** Who is believed to lead. */
  readonly leader: () => string | undefined;
  readonly onPartition: (partition: Partition) => void;
  readonly onHeal: () => void;
};

/** Cuts the network and mends it, by turns. */
export class Nemesis {
  readonly #options: NemesisOptions;
  #shapes: PartitionShape[];
  #timer: NodeJS.Timeout | undefined;
  #cut = false;

  constructor(options: NemesisOptions) {
    this.#options = options;
    const { dice, shape } = options;
    // Losing the leader is what most faults come down to, so a short run sees at least that.
    this.#shapes =
      shape === 'any'
        ? ['leader', ...dice.shuffled(PARTITION_SHAPES.filter((other) => other !== 'leader'))]
        : [];
  }

  start(): void {
    this.#timer = setTimeout(() => this.#strike(), this.#options.intervalMs);
  }

  /** Stops for good and mends the network. */
  stop(): void {
    clearTimeout(this.#timer);
    if (this.#cut) this.#heal();
  }

  #strike(): void {
    const { network, nodes, leader, dice, onPartition, intervalMs } = this.#options;
    const partition = drawPartition(this.#nextShape(), nodes, leader(), dice);
    network.cut(partition.cut);
    this.#cut = true;
    onPartition(partition);
    this.#timer = setTimeout(() => {
      this.#heal();
      this.start();
    }, intervalMs);
  }

  #heal(): void {
    this.#options.network.heal();
    this.#cut = false;
    this.#options.onHeal();
  }

  #nextShape(): PartitionShape {
    const { shape, dice } = this.#options;
    if (shape !== 'any') return shape;
    if (this.#shapes.length === 0) this.#shapes = dice.shuffled(PARTITION_SHAPES);
    return this.#shapes.shift() as PartitionShape;
  }
}
