import { describe, expect, it } from 'vitest';
import { type Findings, isNothing } from '../../../machines/gossip/messages.ts';
import { answer, MESSAGE_BYTES, opening } from '../../../src/actors/gossip/comparison.ts';
import { idOf, spellItem } from '../../../src/actors/gossip/item-text.ts';
import { Items } from '../../../src/actors/gossip/items.ts';
import { collidingIds } from '../../support/colliding-ids.ts';

/** A store of so many keys; those in `changed` hold something later than in another such store. */
function store(
  keys: number,
  changed: ReadonlySet<number> = new Set(),
  missing: ReadonlySet<number> = new Set(),
) {
  const items = new Items();
  for (let key = 0; key < keys; key += 1) {
    if (!missing.has(key)) items.set(`l"k${key}"`, `[${changed.has(key) ? 2 : 1},${key}]`);
  }
  return items;
}

/** Takes what came, the later of two entries. @returns how many were news */
function take(items: Items, { items: came }: Findings): number {
  let news = 0;
  for (const item of came) {
    const id = idOf(item);
    const own = items.text(id);
    const text = spellItem(item);
    if (own !== null && own >= text) continue;
    items.set(id, text);
    news += 1;
  }
  return news;
}

type Cost = { rounds: number; messages: number; bytes: number; largest: number; news: number };

/** Rounds of comparison, one after another, until a round finds nothing. */
function repair(ours: Items, theirs: Items, limit = 100): Cost {
  const cost = { rounds: 0, messages: 0, bytes: 0, largest: 0, news: 0 };
  const send = (findings: Findings): Findings => {
    const text = JSON.stringify(findings);
    cost.messages += 1;
    cost.bytes += text.length;
    cost.largest = Math.max(cost.largest, text.length);
    return JSON.parse(text) as Findings;
  };
  for (let found = true; found; ) {
    cost.rounds += 1;
    expect(cost.rounds).toBeLessThanOrEqual(limit);
    found = false;
    for (let asked = opening(ours); ; ) {
      const question = send(asked);
      cost.news += take(theirs, question);
      const reply = send(answer(theirs, question, cost.rounds));
      cost.news += take(ours, reply);
      asked = answer(ours, reply, cost.rounds);
      if (!isNothing(reply)) found = true;
      if (isNothing(asked)) break;
    }
  }
  expect(ours.shared.digest('')).toBe(theirs.shared.digest(''));
  expect(new Map(ours.shared.entries())).toEqual(new Map(theirs.shared.entries()));
  return cost;
}

function spread(count: number, among: number): ReadonlySet<number> {
  return new Set(Array.from({ length: count }, (_, i) => Math.floor((i * among) / count)));
}

describe('a comparison of two stores', () => {
  it('costs the same for equal stores of any size', () => {
    const costs = [0, 1, 30, 1000, 20_000].map((keys) => repair(store(keys), store(keys)));
    for (const { rounds, messages, bytes } of costs) {
      expect([rounds, messages]).toEqual([1, 2]);
      expect(bytes).toBeLessThan(200);
    }
    expect(new Set(costs.slice(1).map(({ bytes }) => bytes)).size).toBe(1);
  });

  it('costs what differs, times the logarithm of all there is', () => {
    const keys = 20_000;
    for (const d of [1, 10, 100]) {
      const cost = repair(store(keys, spread(d, keys)), store(keys));
      expect(cost.news).toBe(d);
      const levels = Math.log(keys) / Math.log(16);
      expect(cost.bytes, `${d} of ${keys}`).toBeLessThan(d * (320 * levels + 1600) + 1000);
      expect(cost.messages).toBeLessThan(2 * levels + 8);
    }
  });

  it('costs little more among many keys than among few', () => {
    const cost = (keys: number) => repair(store(keys, new Set([7])), store(keys)).bytes;
    expect(cost(32_000)).toBeLessThan(cost(500) * 4);
  });

  it('mends both sides in one go: changes here, changes there, and what either lacks', () => {
    const ours = store(3000, new Set([1, 2, 3]), new Set([10, 11]));
    const theirs = store(3000, new Set([3, 4, 5]), new Set([20, 21, 22]));
    const { news } = repair(ours, theirs);
    // 3 has been changed alike on both sides.
    expect(news).toBe(2 + 2 + 2 + 3);
  });

  it('fills an empty store, whichever of the two begins, in messages of bounded length', () => {
    for (const [ours, theirs] of [
      [store(20_000), store(0)],
      [store(0), store(20_000)],
    ] as const) {
      const { news, largest, bytes } = repair(ours, theirs);
      expect(news).toBe(20_000);
      expect(largest).toBeLessThan(MESSAGE_BYTES * 1.1);
      expect(bytes).toBeLessThan(20_000 * 120);
    }
  });

  it('keeps messages bounded when everything differs', () => {
    const everything = spread(8000, 8000);
    const { news, largest } = repair(store(8000, everything), store(8000));
    expect(news).toBe(8000);
    expect(largest).toBeLessThan(MESSAGE_BYTES * 1.1);
  });

  it('sends a value that is longer than a message should be in a message of its own', () => {
    const [ours, theirs] = [store(10), store(10)];
    for (const key of ['a', 'b', 'c']) ours.set(`l"${key}"`, `[3,"${'x'.repeat(2 * MESSAGE_BYTES)}"]`);
    const { largest, rounds } = repair(ours, theirs);
    expect(largest).toBeLessThan(2.1 * MESSAGE_BYTES);
    expect(rounds).toBeGreaterThanOrEqual(3);
  });

  it('lists in parts what no prefix divides', () => {
    const { ids } = collidingIds(11);
    const [ours, theirs] = [store(100), store(100)];
    for (const [i, id] of ids.entries()) {
      ours.set(id, `[${i % 3 === 0 ? 2 : 1},0]`);
      theirs.set(id, `[${i % 5 === 0 ? 3 : 1},0]`);
    }
    const { largest } = repair(ours, theirs);
    expect(largest).toBeLessThan(MESSAGE_BYTES * 1.1);
  });

  it('neither sends what is set aside nor asks for it, whatever the other does', () => {
    const [ours, theirs] = [store(50), store(50)];
    ours.setAside('l"k7"');
    for (const [first, second] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      let asked = opening(first);
      let speaker = second;
      while (!isNothing(asked)) {
        asked = answer(speaker, asked, 1);
        if (speaker === ours) expect([...asked.items.map(idOf), ...asked.wants]).toEqual([]);
        speaker = speaker === ours ? theirs : ours;
      }
    }
    expect(ours.text('l"k7"')).toBe(theirs.text('l"k7"'));
    expect(ours.size).toBe(50);
  });
});
