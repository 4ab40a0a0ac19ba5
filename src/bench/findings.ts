/** Something that must not happen, whatever the history says. */
export type Finding = {
  /** crash: a node ended. protocol: Maelstrom would reject what it wrote. progress: it never recovered. */
  readonly kind: 'crash' | 'protocol' | 'progress';
  readonly node: string;
  readonly timeMs: number;
  readonly text: string;
};

const KEPT_OF_A_KIND = 3;

/** Findings: a few of each kind and node are kept, and all are counted, so that a babbling node fills no memory. */
export class Findings {
  readonly kept: Finding[] = [];
  /** How many there were in all. */
  count = 0;
  readonly #counts = new Map<string, number>();

  /** @returns whether it was kept */
  add(finding: Finding): boolean {
    this.count += 1;
    const place = `${finding.kind} ${finding.node}`;
    const earlier = this.#counts.get(place) ?? 0;
    this.#counts.set(place, earlier + 1);
    if (earlier >= KEPT_OF_A_KIND) return false;
    this.kept.push(finding);
    return true;
  }
}
