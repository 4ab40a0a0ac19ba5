import assert from 'node:assert/strict';
import type { RaftInput } from '../../machines/raft/context.ts';
import type { Entry, RaftEffect } from '../../machines/raft/events.ts';

/** What a raft chart has written, if every write were durable at once: the plainest disk there could be. */
export class ReferenceDisk {
  term: number;
  votedFor: string | null;
  base: { readonly index: number; readonly term: number };
  entries: Entry[];
  /** The snapshot that is being received, and the last key of it that is here; null after the last chunk. */
  staged: { readonly index: number; readonly term: number; readonly after: string | null } | null;
  /** The latest checkpoint that another node made. */
  installed: number | null = null;

  constructor(restored: RaftInput['restored']) {
    this.term = restored?.term ?? 0;
    this.votedFor = restored?.votedFor ?? null;
    this.base = restored?.base ?? { index: 0, term: 0 };
    this.entries = restored?.entries.slice() ?? [];
    this.staged = restored?.incoming ?? null;
  }

  get lastIndex(): number {
    return this.base.index + this.entries.length;
  }

  write(effect: RaftEffect): void {
    switch (effect.type) {
      case 'persist': {
        if (effect.hardState !== null) Object.assign(this, effect.hardState);
        if (effect.log === null) return;
        const { from, entries } = effect.log;
        assert.ok(from > this.base.index && from <= this.lastIndex + 1, 'a log has no gaps');
        this.entries.splice(from - this.base.index - 1, Infinity, ...entries);
        return;
      }
      case 'compact': {
        const { through, term } = effect;
        assert.ok(through > this.base.index && through <= this.lastIndex);
        assert.equal(term, this.entries[through - this.base.index - 1]?.term);
        this.entries = this.entries.slice(through - this.base.index);
        this.base = { index: through, term };
        return;
      }
      case 'snapshot.stage': {
        const { index, term } = effect.checkpoint;
        if (effect.after !== null) assert.deepEqual(this.staged, { index, term, after: effect.after });
        this.staged = { index, term, after: effect.next };
        return;
      }
      case 'snapshot.install': {
        const { index, term } = effect.checkpoint;
        assert.deepEqual(this.staged, { index, term, after: null }, 'what is installed is complete');
        this.base = { index, term };
        this.entries = [];
        this.staged = null;
        this.installed = index;
        return;
      }
      default:
    }
  }
}
