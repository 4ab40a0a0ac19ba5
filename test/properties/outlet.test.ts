import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RaftEffect } from '../../machines/raft/events.ts';
import { Outlet } from '../../src/actors/outlet.ts';
import type { Disk } from '../../src/actors/ports.ts';

// The same cases every time; another seed tries others.
fc.configureGlobal({ seed: 3, numRuns: 1000 });

/** What happens to an outlet: a write, something to let out, the end of a turn, or the disk being done with a sync. */
const happenings = fc.array(fc.constantFrom('persist', 'send', 'timer', 'turn', 'synced'), { maxLength: 40 });

describe('the outlet', () => {
  it('lets effects out in order, each once, and none before the writes that came before it are durable', () => {
    fc.assert(
      fc.property(happenings, (list) => {
        let written = 0;
        let durable = 0;
        const syncs: (() => void)[] = [];
        const disk: Disk = {
          write: () => {
            written += 1;
          },
          sync: (done) => {
            const through = written;
            syncs.push(() => {
              durable = through;
              done(null);
            });
          },
          checkpoint: (_checkpoint, _changes, done) => done(null),
          openSnapshot: () => null,
        };
        const out: number[] = [];
        /** How many writes had been asked for when the effect with this number was taken. */
        const asked: number[] = [];
        const outlet = new Outlet(disk, {
          release: (effect) => {
            if (effect.type !== 'leader.changed') return;
            expect(durable).toBeGreaterThanOrEqual(asked[effect.term] ?? 0);
            out.push(effect.term);
          },
          released: () => {},
          failed: () => {},
        });
        const step = (what: string) => {
          if (what === 'turn') outlet.endTurn();
          else if (what === 'synced') syncs.shift()?.();
          else if (what === 'send') {
            asked.push(written);
            outlet.take({ type: 'leader.changed', leader: null, term: asked.length - 1 });
          } else outlet.take(EFFECTS[what as 'persist' | 'timer']);
        };
        for (const what of list) step(what);
        step('turn');
        while (syncs.length > 0) step('synced');
        expect(out).toEqual(asked.map((_, number) => number));
        expect(outlet.isClear).toBe(true);
      }),
    );
  });
});

const EFFECTS: { readonly [what in 'persist' | 'timer']: RaftEffect } = {
  persist: { type: 'persist', hardState: { term: 1, votedFor: null }, log: null },
  timer: { type: 'timer.clear', timer: 'election' },
};
