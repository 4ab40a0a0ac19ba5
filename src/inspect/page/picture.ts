import type { StateValue, TraceRecord } from '../../trace/format.ts';
import type { World } from '../../trace/world.ts';

/** What the space-time diagram is drawn from: messages as arrows, nodes as lines that change, faults as bands. */

export type Arrow = {
  readonly id: number;
  readonly from: string;
  readonly to: string;
  readonly type: string;
  /** When it left; null when only its arrival was seen. */
  readonly sentMs: number | null;
  /** When it arrived, once for each copy. */
  readonly receivedMs: number[];
  lost: { readonly t: number; readonly why: string } | null;
};

export type Role = 'leader' | 'candidate' | 'follower' | 'down' | 'paused' | 'other';

/** From `t` on a node is this. */
export type Phase = { readonly t: number; readonly role: Role; readonly term: number | null };

export type Band = { readonly fromMs: number; toMs: number | null; readonly text: string };
export type Mark = { readonly t: number; readonly node: string; readonly text: string };

/** Who is not one of the nodes shares one column. */
export const CLIENTS = 'clients';

export class Picture {
  readonly nodes: string[];
  /** In order of when they left (or, when that is not known, arrived). */
  arrows: Arrow[] = [];
  /** Every type of message that was seen. */
  readonly types = new Set<string>();
  readonly phases = new Map<string, Phase[]>();
  bands: Band[] = [];
  marks: Mark[] = [];
  readonly #byId = new Map<number, Arrow>();

  constructor(nodes: readonly string[]) {
    this.nodes = [...nodes];
  }

  add(record: TraceRecord): void {
    switch (record.kind) {
      case 'step':
        if (record.chart === 'raft') this.#enter(record.node, record.t, roleOf(record.state), termOf(record));
        else this.#know(record.node);
        return;
      case 'send':
        return this.#addArrow({
          ...record,
          type: record.body.type,
          sentMs: record.t,
          receivedMs: [],
          lost: null,
        });
      case 'receive': {
        const known = this.#byId.get(record.id);
        if (known !== undefined) known.receivedMs.push(record.t);
        else if (record.from !== undefined && record.to !== undefined) {
          const type = record.body?.type ?? '';
          const { id, from, to, t } = record;
          this.#addArrow({ id, from, to, type, sentMs: null, receivedMs: [t], lost: null });
        }
        return;
      }
      case 'lost': {
        const arrow = this.#byId.get(record.id);
        if (arrow !== undefined) arrow.lost = { t: record.t, why: record.why };
        return;
      }
      case 'cluster':
        for (const node of record.nodes) this.#know(node);
        return;
      case 'fault':
        return this.#addFault(record);
    }
  }

  /** Records are missing here: what the nodes are now is told by a world. */
  gap(world: World): void {
    this.arrows = [];
    this.#byId.clear();
    for (const [name, { actors, up, paused }] of world.nodes) {
      const raft = actors.get('raft');
      const role = !up ? 'down' : paused ? 'paused' : raft === undefined ? 'other' : roleOf(raft.state);
      const term = raft?.context.term;
      this.#enter(name, world.t, role, typeof term === 'number' ? term : undefined);
    }
  }

  forgetBefore(t: number): void {
    const kept = this.arrows.findIndex((arrow) => beganMs(arrow) >= t);
    for (const { id } of this.arrows.splice(0, kept < 0 ? this.arrows.length : kept)) this.#byId.delete(id);
    for (const phases of this.phases.values()) {
      const first = phases.findLastIndex((phase) => phase.t <= t);
      if (first > 0) phases.splice(0, first);
    }
    this.bands = this.bands.filter(({ toMs }) => toMs === null || toMs >= t);
    this.marks = this.marks.filter((mark) => mark.t >= t);
  }

  /** The message that a record is about, while it is kept. */
  arrowOf(id: number): Arrow | undefined {
    return this.#byId.get(id);
  }

  /** The first arrow that left at or after a time. */
  firstArrowFrom(t: number): number {
    let low = 0;
    let high = this.arrows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (beganMs(this.arrows[middle] as Arrow) < t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  columnOf(name: string): string {
    return this.nodes.includes(name) ? name : CLIENTS;
  }

  #addArrow({ id, from, to, type, sentMs, receivedMs, lost }: Arrow): void {
    const arrow: Arrow = { id, from, to, type, sentMs, receivedMs, lost };
    this.arrows.push(arrow);
    this.types.add(type);
    this.#byId.set(id, arrow);
  }

  #addFault({ fault, nodes = [], t, text }: Extract<TraceRecord, { kind: 'fault' }>): void {
    for (const node of nodes) this.marks.push({ t, node, text: fault });
    if (fault === 'partition' || fault === 'heal' || fault === 'recovery') {
      const open = this.bands.at(-1);
      if (open !== undefined && open.toMs === null) open.toMs = t;
      if (fault === 'partition') this.bands.push({ fromMs: t, toMs: null, text });
    }
    if (fault === 'recovery') {
      for (const node of this.nodes) this.#back(node, t);
    }
    for (const node of nodes) {
      if (fault === 'crash') this.#enter(node, t, 'down', undefined);
      if (fault === 'pause') this.#enter(node, t, 'paused', undefined);
      if (fault === 'resume' || fault === 'restart') this.#back(node, t);
    }
  }

  /** It goes on as what it was before it stood still; after a crash it will tell. */
  #back(node: string, t: number): void {
    const phases = this.phases.get(node) ?? [];
    const now = phases.at(-1)?.role;
    if (now === 'down') this.#enter(node, t, 'other', undefined);
    if (now === 'paused') this.#enter(node, t, phases.at(-2)?.role ?? 'other', undefined);
  }

  #enter(node: string, t: number, role: Role, term: number | undefined): void {
    this.#know(node);
    const phases = this.phases.get(node) ?? [];
    const last = phases.at(-1);
    const now = term ?? last?.term ?? null;
    if (last?.role === role && last.term === now) return;
    phases.push({ t, role, term: now });
    this.phases.set(node, phases);
  }

  #know(node: string): void {
    if (!this.nodes.includes(node)) this.nodes.push(node);
  }
}

/** When the first that was seen of a message happened. */
export function beganMs({ sentMs, receivedMs }: Arrow): number {
  return sentMs ?? receivedMs[0] ?? 0;
}

function roleOf(state: StateValue): Role {
  const top = typeof state === 'string' ? state : Object.keys(state)[0];
  return top === 'leader' || top === 'candidate' || top === 'follower' ? top : 'other';
}

function termOf({ context, changed }: Extract<TraceRecord, { kind: 'step' }>): number | undefined {
  const term = (context ?? changed)?.term;
  return typeof term === 'number' ? term : undefined;
}
