/** What a page looks like, as far as a program can tell. */
export type Layout = {
  readonly links: number;
  readonly dangling: readonly string[];
  readonly width: number;
  readonly overlaps: readonly string[];
  readonly outside: readonly string[];
};

/** Runs in the page: where links lead, how wide it is, and which texts of a picture lie on each other or leave it. */
export const LAYOUT = `(() => {
  const links = [...document.querySelectorAll('a[href^="#"]')];
  const overlaps = [];
  const outside = [];
  for (const picture of document.querySelectorAll('figure svg')) {
    const frame = picture.getBoundingClientRect();
    const texts = [...picture.querySelectorAll('text')].filter((text) => text.textContent !== '');
    const boxes = texts.map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
    boxes.forEach(({ text, box }, i) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1) outside.push(text);
      for (const other of boxes.slice(i + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        // A line's box is higher than its letters.
        if (across > 1 && down > box.height * 0.35) overlaps.push(text + ' on ' + other.text);
      }
    });
  }
  return {
    links: links.length,
    dangling: links.map((link) => link.hash.slice(1)).filter((id) => document.getElementById(id) === null),
    width: document.scrollingElement.scrollWidth,
    overlaps,
    outside,
  };
})()`;
