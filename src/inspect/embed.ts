import { worldToJson } from '../trace/world.ts';
import type { Feed } from './feed.ts';

/** The place in the page that holds a trace. */
const PLACE = /(<script type="application\/jsonl" id="trace">)(<\/script>)/;

/** The page with a run inside: one file that shows it anywhere, with no server. */
export function pageWith(page: string, { header, ring }: Feed): string {
  const lines = [JSON.stringify(header)];
  if (ring.firstSeq > 1) {
    lines.push(JSON.stringify({ before: ring.firstSeq - 1, missed: 0, world: worldToJson(ring.base) }));
  }
  for (let seq = ring.firstSeq; seq < ring.nextSeq; seq += 1) lines.push(ring.line(seq) as string);
  // A closing tag in a value would end the element; inside JSON `<` stands in strings alone.
  const text = lines.map((line) => line.replaceAll('<', '\\u003c')).join('\n');
  if (!PLACE.test(page)) throw new Error('the page has no place for a trace');
  return page.replace(PLACE, (_, open: string, close: string) => `${open}\n${text}\n${close}`);
}
