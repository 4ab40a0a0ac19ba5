import { escaped } from './markup.ts';

export type HtmlDocument = {
  readonly title: string;
  readonly style: string;
  /** Markup, taken as it is. */
  readonly body: string;
  /** What the page may do, in the words of a Content-Security-Policy; anything when left out. */
  readonly policy?: string;
};

/** A page in one file that needs nothing else. */
export function htmlDocument({ title, style, body, policy }: HtmlDocument): string {
  const meta =
    policy === undefined ? '' : `<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${meta}<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/**
 * Data for a script to read, or for people to take out.
 * @param attributes markup, by which it is found
 */
export function dataElement(attributes: string, data: unknown): string {
  // A closing tag within the data would end the element that carries it.
  return `<script type="application/json" ${attributes}>${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`;
}
