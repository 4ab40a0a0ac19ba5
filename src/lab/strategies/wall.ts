import { nextTimestamp } from '../../../machines/clocks/wall.ts';
import type { Json } from '../../../machines/json.ts';
import { type LwwEvent, lwwRegisterMachine } from '../../../machines/register/lww.machine.ts';
import type { LwwEntry } from '../../../machines/register/lww-entry.ts';
import { createGate } from '../../actors/step.ts';
import { EPOCH_MS } from '../script.ts';
import type { Strategy } from './strategy.ts';

const gate = createGate(lwwRegisterMachine);

/** The store's own register and timestamps. */
export const wall: Strategy = {
  name: 'wall',
  title: 'Wall clock, last writer wins',
  idea: 'The version with the highest timestamp wins.',
  keepsSiblings: false,
  countsLives: false,
  joinContexts: () => null,
  createReplica() {
    let { snapshot } = gate.start(undefined);
    let last: number | null = null;
    const take = (event: LwwEvent) => {
      snapshot = gate.step(snapshot, event).snapshot;
    };
    return {
      write({ id, deletes, aheadMs }, clockMs) {
        const own = nextTimestamp(clockMs, last);
        // A timestamp that comes from outside is not the node's own, which goes on as before.
        if (aheadMs === 0) last = own;
        const ts = own + aheadMs / 1000;
        take({ type: 'entry.put', entry: { ts, deleted: deletes, value: deletes ? null : id } });
        return {
          accepted: true,
          stamp: printTime(ts),
          timestampMs: ts * 1000,
          context: null,
          waitMs: 0,
        };
      },
      versions() {
        const { entry } = snapshot.context;
        return entry === null || entry.deleted
          ? []
          : [{ id: String(entry.value), stamp: printTime(entry.ts) }];
      },
      context: () => null,
      state: (): Json => snapshot.context.entry,
      receive(state) {
        take({ type: 'entry.merged', entry: state as unknown as LwwEntry });
        return null;
      },
      metadata: () => {
        const { entry } = snapshot.context;
        return { entries: entry === null ? 0 : 1, bytes: entry === null ? 0 : String(entry.ts).length };
      },
    };
  },
};

/** A timestamp as people read it: milliseconds from the start of the script. */
function printTime(ts: number): string {
  return `${Math.round((ts * 1000 - EPOCH_MS) * 1000) / 1000} ms`;
}
