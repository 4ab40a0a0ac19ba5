import { EMPTY_VECTOR, join, type VersionVector } from '../../../machines/clocks/version-vector.ts';
import type { Json } from '../../../machines/json.ts';
import type { Owner } from '../../../machines/register/owner.ts';
import { type SiblingsEvent, siblingsRegisterMachine } from '../../../machines/register/siblings.machine.ts';
import type { Versions } from '../../../machines/register/versions.ts';
import { createGate } from '../../actors/step.ts';
import type { Strategy } from './strategy.ts';

const gate = createGate(siblingsRegisterMachine);

/** The store's own register of siblings. */
export const dotted: Strategy = {
  name: 'dotted',
  title: 'Dotted version vectors',
  idea: 'Every version has a dot, an event of the node that took it, and a vector of what its author had seen.',
  keepsSiblings: true,
  countsLives: true,
  joinContexts: (a, b) =>
    join((a as VersionVector | null) ?? EMPTY_VECTOR, (b as VersionVector | null) ?? EMPTY_VECTOR),
  createReplica({ node, nodes, life }) {
    let { snapshot } = gate.start(undefined);
    let floor = 0;
    const owner = (): Owner => ({ node, cluster: nodes, life: `${life}`, floor });
    const take = (event: SiblingsEvent) => {
      const step = gate.step(snapshot, event);
      snapshot = step.snapshot;
      for (const effect of step.effects) if (effect.type === 'number.spent') floor += 1;
    };
    const alive = () => snapshot.context.versions.flatMap(({ version }) => version ?? []);
    return {
      write({ id, client, deletes, context: carried }) {
        const context = (carried as VersionVector | null) ?? EMPTY_VECTOR;
        if (deletes) take({ type: 'version.delete', context, client, owner: owner() });
        else take({ type: 'version.write', value: id, context, client, owner: owner() });
        const vc = snapshot.context.vc ?? EMPTY_VECTOR;
        return { accepted: true, stamp: print(vc), timestampMs: null, context: vc, waitMs: 0 };
      },
      versions: () => alive().map(({ value, vc }) => ({ id: String(value), stamp: print(vc) })),
      context: () => alive().reduce<VersionVector>((seen, { vc }) => join(seen, vc), EMPTY_VECTOR),
      state: (): Json => snapshot.context.versions as unknown as Json,
      receive(state) {
        take({ type: 'versions.merged', versions: state as unknown as Versions, owner: owner() });
        return null;
      },
      metadata() {
        const vectors = alive().map(({ vc }) => vc);
        const slots = snapshot.context.versions.map(({ actor, count }) => [actor, count] as const);
        return {
          entries: slots.length + vectors.reduce((sum, { length }) => sum + length, 0),
          bytes: JSON.stringify([Object.fromEntries(slots), ...vectors.map(Object.fromEntries)]).length,
        };
      },
    };
  },
};

function print(vector: VersionVector): string {
  return `{${vector.map(([actor, count]) => `${actor}:${count}`).join(', ')}}`;
}
