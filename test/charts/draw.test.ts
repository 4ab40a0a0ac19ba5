import { describe, expect, it } from 'vitest';
import { assign, emit, setup } from 'xstate';
import { catalogue, rywReadMachine, sessionMachine } from '../../machines/index.ts';
import type { Point, Rect } from '../../src/charts/draw/geometry.ts';
import { drawChart } from '../../src/charts/draw/index.ts';
import { layout, type Scene } from '../../src/charts/draw/layout.ts';
import { svgOf } from '../../src/charts/draw/svg.ts';
import { modelOf, withInner } from '../../src/charts/model.ts';

/** A machine with what no chart of the catalogue has: regions, loops to oneself, a way back to the whole. */
const odd = setup({
  actions: { note: assign({}), tell: emit({ type: 'told' }) },
  guards: { isSo: () => true },
}).createMachine({
  id: 'odd',
  type: 'parallel',
  description: 'Two things at once, with <marks> & "quotes".',
  on: { start: { target: '.left.inner', reenter: true } },
  states: {
    left: {
      initial: 'outer',
      states: {
        outer: { on: { again: { target: 'outer', guard: 'isSo', actions: ['note', 'tell'] }, in: 'inner' } },
        inner: {
          initial: 'deep',
          on: { deeper: '.deep', out: 'outer', again: { target: 'inner', actions: 'tell' } },
          states: { deep: { on: { end: '#odd.left.over', up: '#odd.left.inner' } } },
        },
        over: { type: 'final' },
      },
    },
    right: { initial: 'on', states: { on: { on: { flip: 'off' } }, off: { on: { flip: 'on' } } } },
  },
});
const oddModel = modelOf({ name: 'odd', title: 'Odd', purpose: 'A test.', machine: odd });
const charts = [...catalogue.map((entry) => modelOf(entry)), oddModel];
const laidOut = await Promise.all(charts.map(async (chart) => [chart, await layout(chart)] as const));

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The stretches of a line as boxes without thickness, shorter by a pixel at each end. */
function stretches(line: readonly Point[]): Rect[] {
  return line.slice(1).map((to, place) => {
    const from = line[place] as Point;
    const [x, y] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
    const [width, height] = [Math.abs(from.x - to.x), Math.abs(from.y - to.y)];
    return { x: x + 1, y: y + 1, width: width - 2, height: height - 2 };
  });
}

function labelsOf({ arrows, labels }: Scene): [string, Rect][] {
  return arrows.map(({ lines, label }) => {
    const id = lines[0]?.id ?? '';
    return [id, { ...(labels.get(id) as Point), width: label.width, height: label.height }];
  });
}

describe.each(laidOut.map(([chart, scene]) => [chart.name, chart, scene] as const))(
  'the drawing of %s',
  (_, chart, scene) => {
    const all = withInner(chart.root);
    const leaves = all.filter(({ children }) => children.length === 0).map(({ id }) => id);

    it('lays no label over a box or another label, and no arrow over either', () => {
      const labels = labelsOf(scene);
      const solid = [...labels, ...leaves.map((id) => [id, scene.rects.get(id) as Rect] as const)];
      const faults: string[] = [];
      for (const [name, label] of labels) {
        for (const [other, rect] of solid)
          if (other !== name && overlap(label, rect)) faults.push(`${name} on ${other}`);
      }
      for (const [name, line] of scene.lines) {
        for (const [other, rect] of solid) {
          const isOwn =
            other === name ||
            scene.arrows.some(({ lines }) => lines[0]?.id === other && lines.some(({ id }) => id === name));
          if (!isOwn && stretches(line).some((stretch) => overlap(stretch, rect)))
            faults.push(`${name} through ${other}`);
        }
      }
      expect(faults).toEqual([]);
    });

    it('keeps every box inside the one around it, beneath its text, and beside its neighbours', () => {
      const { rects, contents } = scene;
      const rect = (id: string) => rects.get(id) as Rect;
      for (const state of all) {
        const outer = rect(state.id);
        const content = contents.get(state.id);
        expect(content?.width).toBeLessThanOrEqual(outer.width + 0.1);
        expect(content?.height).toBeLessThanOrEqual(outer.height + 0.1);
        for (const [place, child] of state.children.entries()) {
          const inner = rect(child.id);
          expect(inner.x).toBeGreaterThan(outer.x);
          expect(inner.y).toBeGreaterThan(outer.y + (content?.height ?? 0));
          expect(inner.x + inner.width).toBeLessThan(outer.x + outer.width);
          expect(inner.y + inner.height).toBeLessThan(outer.y + outer.height);
          for (const sibling of state.children.slice(place + 1))
            expect(overlap(inner, rect(sibling.id))).toBe(false);
        }
      }
    });

    it('has arrows of right angles, from the state that answers to the state that is entered', () => {
      const { arrows, lines, rects } = scene;
      const touches = (point: Point | undefined, id: string) => {
        const { x, y, width, height } = rects.get(id) as Rect;
        return (
          point !== undefined &&
          overlap({ x: point.x - 1, y: point.y - 1, width: 2, height: 2 }, { x, y, width, height })
        );
      };
      for (const { from, lines: ends } of arrows) {
        for (const { id, to } of ends) {
          const line = lines.get(id) ?? [];
          expect([id, touches(line[0], from), touches(line.at(-1), to)]).toEqual([id, true, true]);
          const length = line.slice(1).reduce((sum, point, place) => {
            const before = line[place] as Point;
            return sum + Math.abs(point.x - before.x) + Math.abs(point.y - before.y);
          }, 0);
          expect([id, length > 12]).toEqual([id, true]);
          const bent = line.slice(1).filter((point, place) => {
            const before = line[place] as Point;
            return Math.abs(point.x - before.x) > 0.1 && Math.abs(point.y - before.y) > 0.1;
          });
          expect([id, bent]).toEqual([id, []]);
        }
      }
    });

    it('can be found its way in: each state, and each transition by where it is and what it answers', () => {
      const svg = svgOf(chart, scene);
      for (const { id, transitions } of all) {
        expect(svg.split(`data-state="${id}"`)).toHaveLength(2);
        for (const { event, guard, targetIds } of transitions) {
          const marks = [
            ...svg.matchAll(/<g class="transition" data-from="([^"]*)" data-event="([^"]*)">(.*)<\/g>/g),
          ];
          const own = marks.filter(
            ([, from, events]) => from === id && events?.split(' ').includes(event ?? 'always'),
          );
          expect([id, event, own.length > 0]).toEqual([id, event, true]);
          if (guard !== null) expect(own.some(([, , , text]) => text?.includes(`[${guard}]`))).toBe(true);
          for (const target of targetIds)
            expect(svg).toMatch(new RegExp(`data-from="${id}" data-to="[^"]*${target}`));
        }
      }
    });
  },
);

describe('a drawing', () => {
  it('is the same to the byte, whatever was drawn before it', async () => {
    const again = [odd, sessionMachine, rywReadMachine];
    const drawings = await Promise.all(again.map((machine) => drawChart(machine)));
    for (const machine of again.toReversed()) expect(drawings.pop()).toBe(await drawChart(machine));
  });

  it('stands alone, in daylight and in the dark, and is XML', async () => {
    const svg = await drawChart(odd);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
    expect(svg.match(/https?:|href|url\(|<script/g)).toEqual(['http:']);
    expect(svg).toContain('&lt;marks&gt; &amp; &quot;quotes&quot;');
    const open: string[] = [];
    for (const [, close, tag, self] of svg.matchAll(/<(\/?)(\w+)(?:[^<>"]|"[^"<]*")*?(\/?)>/g)) {
      if (close !== '') expect(open.pop()).toBe(tag);
      else if (self === '') open.push(String(tag));
    }
    expect(open).toEqual([]);
  });

  it('tells guards, updates and effects apart, and what happens on entering and leaving', () => {
    const [[raft, scene]] = laidOut as [(typeof laidOut)[number]];
    const svg = svgOf(raft, scene);
    expect(svg).toContain('<tspan class="event">append.request</tspan>');
    expect(svg).toContain('<tspan class="guard">[matchesLog]</tspan>');
    expect(svg).toContain('<tspan class="update">acceptEntries</tspan>');
    expect(svg).toContain('<tspan class="effect">›persistLog</tspan>');
    expect(svg).toMatch(/<tspan class="mark">exit \/ <\/tspan><tspan class="effect">›clearElectionTimer/);
  });

  it('fits the width of a screen', () => {
    const wide = laidOut.filter(([, { width }]) => width > 1280).map(([{ name }]) => name);
    expect(wide).toEqual([]);
  });
});
