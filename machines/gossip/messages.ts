import type { Item } from '../store/items.ts';

/**
 * What replicas of the conflict store say to each other. An item is named by its id (`itemId`): a letter for its kind,
 * and the key's canonical spelling. Digests and hashes are 16 hexadecimal digits; an empty range has the digest `''`.
 */

/** What every message says of its link, so that nothing is taken that its sender has outlived (src/actors/gossip/link.ts). */
export type LinkFields = {
  readonly from: string;
  /** Which life of the sender speaks: higher in every later one. */
  readonly epoch: number;
  /** Which life of the receiver is spoken to: the latest that the sender has heard of, 0 for none. */
  readonly to: number;
  /** How many batches of statements the sender has made to the receiver, this message included. */
  readonly fence: number;
};

/** A part of the space of hashed ids: all whose hash begins with these hexadecimal digits; at most 8. */
export type Prefix = string;

/** One digest stands for the whole range, sixteen stand for its parts, by their next digit. */
export type RangeDigests = readonly [range: Prefix, digests: readonly string[]];

/** All that the sender holds of a range, from the id `from` on and before `until`; null stands for the end. */
export type RangeList = {
  readonly range: Prefix;
  readonly from: string;
  readonly until: string | null;
  readonly entries: readonly (readonly [id: string, hash: string])[];
};

/** One step of a comparison, either way: what the receiver needs in order to find or to mend a difference. */
export type Findings = {
  readonly ranges: readonly RangeDigests[];
  readonly lists: readonly RangeList[];
  /** What the receiver lacks, or has otherwise. */
  readonly items: readonly Item[];
  /** Ids of what the sender lacks, or has otherwise. */
  readonly wants: readonly string[];
  /** More was found than one message holds: the next round will find it again. */
  readonly cut: boolean;
};

export const NOTHING: Findings = { ranges: [], lists: [], items: [], wants: [], cut: false };

/** Whether findings ask for nothing and bring nothing. */
export function isNothing({ ranges, lists, items, wants }: Findings): boolean {
  return ranges.length + lists.length + items.length + wants.length === 0;
}

/** What a node says of a tombstone: that it may go as far as this node is concerned, and that it is on its way out. */
export type Stage = 'ripe' | 'condemned';
export type Statement = readonly [id: string, hash: string, stage: Stage];

export type GossipMessage = LinkFields &
  (
    | { readonly type: 'gossip.hello' }
    /** What changed at the sender in its last turn. */
    | { readonly type: 'gossip.push'; readonly items: readonly Item[] }
    /** From the node whose round it is; it begins with step 0. */
    | ({ readonly type: 'gossip.compare'; readonly round: number; readonly step: number } & Findings)
    /** The answer to the step before, with what the sender takes for the current lives of all nodes, by name. */
    | ({
        readonly type: 'gossip.differ';
        readonly round: number;
        readonly step: number;
        readonly view: readonly number[];
      } & Findings)
    /** Statements that hold among these lives of all nodes. */
    | {
        readonly type: 'gossip.tell';
        readonly number: number;
        readonly view: readonly number[];
        readonly statements: readonly Statement[];
      }
    /** What was told was taken down, but for these ids. */
    | { readonly type: 'gossip.told'; readonly number: number; readonly refused: readonly string[] }
  );

export type GossipType = GossipMessage['type'];
export type MessageOf<T extends GossipType> = Extract<GossipMessage, { type: T }>;

/** Whether a message between nodes is one of these. */
export function isGossip<M extends { readonly type: string }>(
  message: M,
): message is Extract<M, GossipMessage> {
  return message.type.startsWith('gossip.');
}

/** A message before its link fields are added. */
export type Content = GossipMessage extends infer M
  ? M extends GossipMessage
    ? Omit<M, keyof LinkFields>
    : never
  : never;

/** The one name of a key's history: `l"a"` for what the key `"a"` holds by timestamps, `v"a"` by version vectors. */
export function itemId(kind: Item['kind'], name: string): string {
  return (kind === 'lww' ? 'l' : 'v') + name;
}
