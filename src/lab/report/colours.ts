/** One colour a strategy in every plot: told apart also by those who see few colours (after Okabe & Ito 2008). */
const COLOURS: { readonly [strategy: string]: string } = {
  wall: '#d55e00',
  lamport: '#b58900',
  hybrid: '#cc79a7',
  'client-vectors': '#0072b2',
  'server-vectors': '#7f7f7f',
  pruned: '#56b4e9',
  dotted: '#009e73',
  'commit-wait': '#8a63d2',
};

/** @param strategy its name, or its name and a remark after a comma */
export function colourOf(strategy: string): string {
  return COLOURS[strategy.split(',')[0] as string] ?? '#888888';
}
