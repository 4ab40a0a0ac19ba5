import type { Json } from '../../../machines/json.ts';
import type { TraceRecord } from '../../trace/format.ts';
import type { ActorView } from '../../trace/world.ts';

/** An actor's context, field by field; what its latest record changed stands out. */
export function Context({
  actor,
  changed,
}: {
  readonly actor: ActorView | undefined;
  readonly changed: readonly string[];
}) {
  const fields = Object.entries(actor?.context ?? {}).sort(([a], [b]) => rankOf(a) - rankOf(b));
  return (
    <section class="panel context-panel">
      <header>
        <h2>Context</h2>
        <span class="quiet">{actor === undefined ? '' : `after ${actor.event}`}</span>
      </header>
      <dl>
        {fields.map(([name, value]) => (
          <div key={name} class={changed.includes(name) ? 'changed' : ''} data-field={name}>
            <dt>{name}</dt>
            <dd>{textOf(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** A record as it stands in the trace. */
export function Details({ record }: { readonly record: TraceRecord | undefined }) {
  return (
    <section class="panel details-panel">
      <header>
        <h2>Record</h2>
        <span class="quiet">{record === undefined ? '' : `${record.kind} at ${record.t} ms`}</span>
      </header>
      <pre>{record === undefined ? '' : JSON.stringify(record, null, 1)}</pre>
    </section>
  );
}

/** What never changes stands last. */
function rankOf(field: string): number {
  return field === 'settings' ? 1 : 0;
}

/** JSON without quotes around names, and with room to break. */
function textOf(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(textOf).join(', ')} ]`;
  const fields = Object.entries(value).map(([name, inner]) => `${name}: ${textOf(inner)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
