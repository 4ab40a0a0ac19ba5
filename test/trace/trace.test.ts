import { describe, expect, it } from 'vitest';
import { drawOptions, simulatedNodes } from '../../src/sim/options.ts';
import { simulate } from '../../src/sim/simulation.ts';
import { TRACE_FORMAT, TRACE_VERSION, type TraceHeader, type TraceRecord } from '../../src/trace/format.ts';
import { readTrace } from '../../src/trace/reader.ts';
import { recordsOf } from './records.ts';

const HEADER: TraceHeader = {
  format: TRACE_FORMAT,
  version: TRACE_VERSION,
  program: 'actorum 0',
  ran: 'sim',
  command: 'actorum sim --seed 3',
  seed: 3,
  nodes: ['n1', 'n2', 'n3'],
  time: 'virtual',
  charts: ['raft'],
};

const lines = (records: readonly unknown[]) => [HEADER, ...records].map((line) => JSON.stringify(line));

describe('a trace', () => {
  const options = { ...drawOptions(58), seconds: 3, nodes: 3 };
  const records = recordsOf(options);

  it('comes back as it was written', () => {
    expect(readTrace(lines(records))).toEqual({ header: HEADER, records, problems: [] });
  });

  it('of a seed is the same to the last byte, and watching changes nothing', () => {
    expect(JSON.stringify(recordsOf(options))).toBe(JSON.stringify(records));
    expect(simulate(options, undefined, () => true).traceHash).toBe(simulate(options).traceHash);
  });

  it('never goes back in time, and joins every arrival and loss with a message that was sent', () => {
    const sent = new Set<number>();
    let latest = 0;
    for (const record of records) {
      expect(record.t).toBeGreaterThanOrEqual(latest);
      latest = record.t;
      if (record.kind === 'send') {
        expect(sent.has(record.id)).toBe(false);
        sent.add(record.id);
      }
      if (record.kind === 'receive' || record.kind === 'lost') expect(sent).toContain(record.id);
    }
    expect(sent.size).toBeGreaterThan(100);
  });

  it('tells every kind of fault, who crashes and who is back', () => {
    const stormy = recordsOf({
      ...drawOptions(58),
      seconds: 10,
      nodes: 5,
      weather: {
        ...drawOptions(58).weather,
        partitionRate: 1,
        pauseRate: 1,
        crashRate: 1,
        transferRate: 1,
        loss: 0.1,
      },
    });
    const faults = stormy.flatMap((record) => (record.kind === 'fault' ? [record] : []));
    const names = new Set(faults.map(({ fault }) => fault));
    expect([...names].sort()).toEqual(
      ['crash', 'heal', 'partition', 'pause', 'recovery', 'restart', 'resume', 'transfer'].sort(),
    );
    for (const { fault, cut, nodes } of faults) {
      if (fault === 'partition') expect(cut?.length).toBeGreaterThan(0);
      if (fault === 'crash' || fault === 'restart') expect(nodes).toHaveLength(1);
    }
    const why = new Set(stormy.flatMap((record) => (record.kind === 'lost' ? [record.why] : [])));
    expect([...why].sort()).toEqual(['down', 'loss', 'partition']);
    expect(stormy.at(-1)).toMatchObject({ kind: 'verdict', verdict: 'ok' });
  });

  it('names only nodes that the simulation has', () => {
    const known = simulatedNodes(options);
    for (const record of records) if (record.kind === 'step') expect(known).toContain(record.node);
  });
});

describe('the reader', () => {
  const step: TraceRecord = {
    kind: 'step',
    t: 1,
    node: 'n1',
    actor: 'raft',
    chart: 'raft',
    event: { type: 'started' },
    state: { follower: 'waiting' },
    context: { term: 0 },
  };

  it.each([
    ['', 'is no trace: its first line has no "format":"actorum-trace"'],
    ['{"format":"other"}', 'is no trace: its first line has no "format":"actorum-trace"'],
    ['not json', 'is no trace: its first line has no "format":"actorum-trace"'],
    [JSON.stringify({ ...HEADER, version: 2 }), 'is a trace of version 2; this program reads version 1'],
    [
      JSON.stringify({ ...HEADER, nodes: 'n1' }),
      'has a damaged header: "ran" must be a text, "nodes" and "charts" lists of texts',
    ],
  ])('does not read what begins with %j', (first, problem) => {
    expect(readTrace([first, JSON.stringify(step)])).toEqual({ problem });
  });

  it('says that a file is empty', () => {
    expect(readTrace([])).toEqual({ problem: 'is empty' });
  });

  it('passes over damaged lines, and says which and why', () => {
    const damaged = [
      '{"kind":"step","t":1,"no',
      '[1,2]',
      '{"kind":"song","t":1}',
      '{"kind":"send","t":1,"id":7,"from":"n1"}',
      JSON.stringify({ ...step, t: 'soon' }),
    ];
    const read = readTrace([
      JSON.stringify(HEADER),
      JSON.stringify(step),
      ...damaged,
      '',
      JSON.stringify(step),
    ]);
    expect(read).toEqual({
      header: HEADER,
      records: [step, step],
      problems: [
        'line 3 is not JSON',
        'line 4 is JSON but no record',
        'line 5 is a record of the unknown kind "song"',
        'line 6 is a damaged record: {"kind":"send","t":1,"id":7,"from":"n1"}',
        expect.stringMatching(/^line 7 is a damaged record: /),
      ],
    });
  });
});
