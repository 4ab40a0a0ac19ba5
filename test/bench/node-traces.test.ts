import { expect, test } from 'vitest';
import { NodeTraces } from '../../src/bench/node-traces.ts';
import type { TraceRecord } from '../../src/trace/format.ts';

const header = (startedAtMs: number) =>
  JSON.stringify({ format: 'actorum-trace', version: 1, ran: 'node', nodes: [], charts: [], startedAtMs });
const dropped = (t: number) => JSON.stringify({ kind: 'dropped', t, count: 5 });

function taken(lines: readonly (readonly [string, string])[]): TraceRecord[] {
  const records: TraceRecord[] = [];
  const traces = new NodeTraces((record) => {
    records.push(record);
    return true;
  }, 1000);
  for (const [node, line] of lines) traces.take(node, line);
  return records;
}

test('each node counts from its own start; in the trace of the bench all count from its start', () => {
  const records = taken([
    ['n1', header(1020)],
    ['n2', header(1250.5)],
    ['n1', dropped(7)],
    ['n2', dropped(7)],
  ]);
  expect(records).toEqual([
    { kind: 'dropped', t: 27, count: 5, node: 'n1' },
    { kind: 'dropped', t: 257.5, count: 5, node: 'n2' },
  ]);
});

test('a damaged line is a gap; what has no header is no trace', () => {
  const records = taken([
    ['n1', header(1000)],
    ['n2', 'hello'],
    ['n1', dropped(3)],
    ['n1', '{"kind":'],
    ['n2', dropped(3)],
  ]);
  expect(records.slice(1)).toEqual([{ kind: 'dropped', t: 3, count: 1, node: 'n1' }]);
});

test('a process that takes the place of another counts from its own start', () => {
  const records: TraceRecord[] = [];
  const traces = new NodeTraces((record) => {
    records.push(record);
    return true;
  }, 1000);
  traces.take('n1', header(1020));
  traces.take('n1', dropped(7));
  traces.forget('n1');
  traces.take('n1', header(4000));
  traces.take('n1', dropped(7));
  expect(records.map(({ t }) => t)).toEqual([27, 3007]);
});
