import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Network } from '../../src/bench/network.ts';
import type { NodeProcess } from '../../src/bench/node-process.ts';
import { fateOf } from '../../src/bench/weather.ts';
import { Dice } from '../../src/kit/dice.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A network of three nodes, each of which keeps what it hears. */
function network() {
  const heard = new Map<string, number[]>();
  const violations: string[] = [];
  const net = new Network({
    latency: { kind: 'constant', meanMs: 0 },
    dice: new Dice(7),
    nowMs: () => performance.now(),
    onViolation: (node, problem) => violations.push(`${node} ${problem}`),
  });
  const nodes = ['n1', 'n2', 'n3'].map((id) => {
    heard.set(id, []);
    const node = {
      id,
      running: true,
      overwhelmed: false,
      send: (line: string) => heard.get(id)?.push(JSON.parse(line).body.number ?? -1),
    };
    net.attachNode(node as unknown as NodeProcess);
    return node;
  });
  let sent = 0;
  const send = (src: string, dest: string): number => {
    sent += 1;
    net.route(src, JSON.stringify({ src, dest, body: { type: 'x', number: sent } }));
    return sent;
  };
  return { net, nodes, heard: (node: string) => heard.get(node) ?? [], send, violations };
}

describe('messages between nodes', () => {
  test('are lost by chance at the share that was asked for, and counted', () => {
    const { net, heard, send } = network();
    net.changeWeather({ loss: 0.3 });
    for (let i = 0; i < 2000; i += 1) send('n1', 'n2');
    expect(heard('n2').length + net.traffic.lostToChance).toBe(2000);
    expect(net.traffic.lostToChance / 2000).toBeCloseTo(0.3, 1);
    net.changeWeather({ loss: 0 });
    const last = send('n1', 'n2');
    expect(heard('n2').at(-1)).toBe(last);
  });

  test('arrive twice, the copy later, and never three times', async () => {
    const { net, heard, send } = network();
    net.changeWeather({ duplicate: 0.25, spreadMs: 100 });
    for (let i = 0; i < 2000; i += 1) send('n1', 'n2');
    const atOnce = heard('n2').slice();
    expect(atOnce.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, place) => place + 1));
    await vi.advanceTimersByTimeAsync(150);
    const counts = new Map<number, number>();
    for (const number of heard('n2')) counts.set(number, (counts.get(number) ?? 0) + 1);
    expect(counts.size).toBe(2000);
    expect(Math.max(...counts.values())).toBe(2);
    expect(net.traffic.repeated).toBe(heard('n2').length - 2000);
    expect(net.traffic.repeated / 2000).toBeCloseTo(0.25, 1);
  });

  test('are held up and overtaken, and none is lost', async () => {
    const { net, heard, send } = network();
    net.changeWeather({ reorder: 0.2, spreadMs: 50 });
    for (let i = 0; i < 300; i += 1) {
      send('n1', 'n2');
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(100);
    const got = heard('n2');
    expect([...got].sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, place) => place + 1));
    const overtaken = got.filter((number, place) => got.slice(place + 1).some((later) => later < number));
    expect(overtaken.length).toBeGreaterThan(100);
  });

  test('pass a cut link only when every cut that names it is mended', () => {
    const { net, heard, send } = network();
    const mendBoth = net.cut([
      { src: 'n1', dest: 'n2' },
      { src: 'n2', dest: 'n1' },
    ]);
    const mendOne = net.cut([{ src: 'n1', dest: 'n2' }]);
    expect(net.cutLinks).toHaveLength(2);
    mendBoth();
    send('n1', 'n2');
    const back = send('n2', 'n1');
    expect(heard('n2')).toEqual([]);
    expect(heard('n1')).toEqual([back]);
    mendOne();
    mendOne();
    const after = send('n1', 'n2');
    expect(heard('n2')).toEqual([after]);
    expect(net.traffic.lostToPartitions).toBe(1);
    expect(net.cutLinks).toEqual([]);
  });

  test('to a node that is down are lost, as are requests of clients, which nobody refuses', () => {
    const { net, nodes, heard, send, violations } = network();
    const [, down] = nodes;
    if (down !== undefined) down.running = false;
    const replies: unknown[] = [];
    net.attachClient('c1', { receive: (_, body) => replies.push(body) });
    net.request('n2', JSON.stringify({ src: 'c1', dest: 'n2', body: { type: 'read', key: 1, msg_id: 1 } }));
    send('n1', 'n2');
    expect(heard('n2')).toEqual([]);
    expect(net.traffic.lostToDown).toBe(2);
    expect(replies).toEqual([]);
    expect(violations).toEqual([]);
    if (down !== undefined) down.running = true;
    const number = send('n1', 'n2');
    expect(heard('n2')).toEqual([number]);
  });

  test('arrive at the process that is the node by then', async () => {
    const { net, heard, send } = network();
    net.changeWeather({ reorder: 1, spreadMs: 20 });
    send('n1', 'n2');
    const later: number[] = [];
    const successor = {
      id: 'n2',
      running: true,
      overwhelmed: false,
      send: (line: string) => later.push(JSON.parse(line).body.number),
    };
    net.attachNode(successor as unknown as NodeProcess);
    await vi.advanceTimersByTimeAsync(30);
    expect(heard('n2')).toEqual([]);
    expect(later).toEqual([1]);
  });
});

test('clear weather leaves every message as it is, and draws nothing', () => {
  const dice = new Dice(1);
  const other = new Dice(1);
  const clear = { loss: 0, duplicate: 0, reorder: 0, spreadMs: 100 };
  expect(fateOf(clear, dice)).toEqual([0]);
  expect(dice.fraction()).toBe(other.fraction());
});
