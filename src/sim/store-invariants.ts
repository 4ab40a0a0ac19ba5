export class StoreInvariants {
  minted = 0;
  checks = 0;
  mostSiblings = 0;
  constructor(readonly mode: string) {}
  knows(_a: unknown, _b: unknown): boolean {
    return true;
  }
  check(_n: string, _s: unknown): void {}
}
