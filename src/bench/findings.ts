/** Something that must not happen, whatever the history says. */
export type Finding = {
  /** crash: a node ended. protocol: Maelstrom would reject what it wrote. progress: it never recovered. */
  readonly kind: 'crash' | 'protocol' | 'progress';
  readonly node: string;
  readonly timeMs: number;
  readonly text: string;
};

const KEPT_PER_NODE = 5;

/** Findings, of which a few of each node are kept and all are counted: a babbling node fills no memory. */
export class Findings {
  readonly kept: Finding[] = [];
  /** How many there were in all. */
  count = 0;
  readonly #perNode = new Map<string, number>();

  /** @returns whether it was kept */
  add(finding: Finding): boolean {
    this.count += 1;
    const earlier = this.#perNode.get(finding.node) ?? 0;
    this.#perNode.set(finding.node, earlier + 1);
    if (earlier >= KEPT_PER_NODE) return false;
    this.kept.push(finding);
    return true;
  }
}
