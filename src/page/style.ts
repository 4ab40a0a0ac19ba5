/** How pages look, light and dark. */

/** The colours, by name, of whatever `root` selects. */
export function colours(root: string): string {
  return `
${root} { --ink: #1d2430; --soft: #5b6675; --paper: #ffffff; --panel: #f5f7fa; --line: #d6dce4; --good: #0a7a4b;
  --fair: #9a6200; --bad: #c4232b; --sibling: #7a3fc0; --accent: #2458b8; --message: #9aa6b5; }
@media (prefers-color-scheme: dark) {
  ${root} { --ink: #e6eaf0; --soft: #9aa6b5; --paper: #14181f; --panel: #1c222c; --line: #333c49; --good: #4cc38a;
    --fair: #e2a93b; --bad: #ff6b6b; --sibling: #b78cf2; --accent: #7fb0ff; --message: #59667a; }
}
`;
}

/** What every page carries. */
export const PAGE_STYLE = `${colours(':root')}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem clamp(0.8rem, 3vw, 3rem) 4rem; max-width: 110rem; background: var(--paper);
  color: var(--ink); font: 1.05rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: clamp(1.8rem, 4vw, 3rem); margin: 0.5rem 0; }
h2 { margin: 3.5rem 0 0.5rem; font-size: clamp(1.3rem, 2.4vw, 1.9rem); }
.lead { font-size: 1.2rem; }
a { color: inherit; }
code { font-family: ui-monospace, monospace; font-size: 0.92em; }
.good { color: var(--good); } .fair { color: var(--fair); } .bad { color: var(--bad); }
.scroll { overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 0.7rem; border-bottom: 1px solid var(--line);
  overflow-wrap: normal; }
thead th { font-size: 0.9rem; }
figure { margin: 0; padding: 1rem 1.2rem; background: var(--panel); border: 1px solid var(--line);
  border-top: 4px solid var(--line); border-radius: 10px; min-width: 0; scroll-margin-top: 1rem; }
figcaption { font-weight: 650; font-size: 1.2rem; margin-bottom: 0.7rem; display: flex; flex-wrap: wrap;
  justify-content: space-between; gap: 0.2rem 1rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.3rem 1.3rem; }
.legend i { display: inline-block; width: 0.9em; height: 0.9em; border-radius: 50%; margin-right: 0.35em;
  vertical-align: -0.1em; }
details { margin: 0.35rem 0; }
summary { cursor: pointer; }
pre { overflow-x: auto; max-height: 20rem; }
footer { margin-top: 4rem; border-top: 1px solid var(--line); color: var(--soft); }
.facts, .note { color: var(--soft); }
figure.good { border-top-color: var(--good); color: inherit; } figure.fair { border-top-color: var(--fair); color: inherit; }
figure.bad { border-top-color: var(--bad); color: inherit; }
`;
