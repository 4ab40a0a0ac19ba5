import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../machines/index.ts';
import { raftMachine } from '../../machines/raft/raft.machine.ts';
import { createGate } from '../../src/actors/step.ts';
import { raftDomain } from '../models/raft.domain.ts';

// The same cases every time; another seed tries others.
fc.configureGlobal({ seed: 11 });

describe('the gate', () => {
  it('passes over no event in silence: what a chart does not declare is an error that names what it does', () => {
    const gate = createGate(raftMachine);
    const { snapshot } = gate.start({ id: 'n1', voters: ['n1'], seed: 1 });
    fc.assert(
      fc.property(fc.string(), (type) => {
        fc.pre(!raftMachine.events.includes(type as (typeof raftMachine.events)[number]));
        expect(() => gate.step(snapshot, { type } as never)).toThrow(
          `the chart raft declares no event "${type}"; it knows `,
        );
      }),
    );
    for (const { machine } of catalogue) expect(() => createGate(machine)).not.toThrow();
  });

  it('is pure: a step leaves its snapshot as it was, and can be taken again', () => {
    const gate = createGate(raftMachine);
    const input = { id: 'n1', voters: ['n1', 'n2'], seed: 1 };
    const { events } = raftDomain({ maxTerm: 20, maxIndex: 10, maxRound: 5, speakers: ['n2'] }, [input]);
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 60, maxLength: 60, size: 'max' }), (numbers) => {
        let { snapshot } = gate.start(input);
        for (const number of numbers) {
          const possible = [...events(snapshot)];
          const event = possible[number % possible.length];
          if (event === undefined) return;
          const kept = JSON.stringify([
            snapshot.value,
            { ...snapshot.context, log: snapshot.context.log.length },
          ]);
          const [first, second] = [gate.step(snapshot, event), gate.step(snapshot, event)];
          expect(second.effects).toEqual(first.effects);
          expect(second.snapshot.value).toEqual(first.snapshot.value);
          expect(
            JSON.stringify([snapshot.value, { ...snapshot.context, log: snapshot.context.log.length }]),
          ).toBe(kept);
          snapshot = first.snapshot;
        }
      }),
      { seed: 9, numRuns: 20 },
    );
  });
});
