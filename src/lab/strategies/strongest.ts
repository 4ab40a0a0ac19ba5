import type { Json } from '../../../machines/json.ts';
import type { Context, Replica, Version, Write, Written } from './strategy.ts';

/** A replica's whole state under a strategy that keeps one version: the strongest that it has heard of. */
export type Stamped<T extends Json> = {
  readonly id: string;
  readonly deletes: boolean;
  readonly stamp: T;
};

export type Order<T extends Json> = {
  /** Below 0 when `a` is the weaker one. Total: only a version itself is as strong as it. */
  compare(a: T, b: T): number;
  /** A stamp for a write, and how long its acknowledgement waits; or why it is refused. */
  stamp(
    write: Write,
    clockMs: number,
  ): { readonly stamp: T; readonly waitMs: number } | { readonly reason: string };
  /** Another's stamp has come in. @returns why it is refused, or null */
  observe(stamp: T, clockMs: number): string | null;
  print(stamp: T): string;
  timestampMs(stamp: T): number | null;
};

/** Last writer wins, in whatever order "last" is meant. */
export function keepStrongest<T extends Json>(order: Order<T>): Replica {
  let held: Stamped<T> | null = null;
  const offer = (version: Stamped<T>) => {
    if (held === null || order.compare(held.stamp, version.stamp) < 0) held = version;
  };
  return {
    write(write, clockMs): Written {
      const given = order.stamp(write, clockMs);
      if ('reason' in given) return { accepted: false, reason: given.reason };
      const { stamp, waitMs } = given;
      const release = () => offer({ id: write.id, deletes: write.deletes, stamp });
      if (waitMs === 0) release();
      return {
        accepted: true,
        stamp: order.print(stamp),
        timestampMs: order.timestampMs(stamp),
        context: stamp,
        waitMs,
        ...(waitMs === 0 ? {} : { release }),
      };
    },
    versions(): readonly Version[] {
      return held === null || held.deletes ? [] : [{ id: held.id, stamp: order.print(held.stamp) }];
    },
    context: (): Context => held?.stamp ?? null,
    state: () => held,
    receive(state, clockMs) {
      const version = state as unknown as Stamped<T>;
      const refused = order.observe(version.stamp, clockMs);
      if (refused === null) offer(version);
      return refused;
    },
    metadata: () => ({
      entries: held === null ? 0 : 1,
      bytes: held === null ? 0 : JSON.stringify(held.stamp).length,
    }),
  };
}
