import { createRequire } from 'node:module';
import { type Cluster, operationOf } from './task.ts';

/**
 * The peer: three `RawNode`s of `@coaty/consensus.raft`, each with its own `MemoryStorage`, driven as its
 * documentation (and etcd's) says: save what is ready, send, apply, advance.
 */

/** The part of the package that is used here; it has types of its own, which are not there when it is not. */
type Entry = { readonly data: unknown };
type Message = { readonly to: string };
type Ready = {
  readonly hardState: { isEmptyHardState(): boolean };
  readonly entries: Entry[];
  readonly committedEntries: Entry[];
  readonly messages: readonly Message[];
};
type Storage = {
  readonly snapshot: { readonly metadata: { confState: unknown } };
  Append(entries: Entry[]): unknown;
  SetHardState(state: unknown): unknown;
};
type RawNode = {
  campaign(): unknown;
  propose(data: unknown): Error | null;
  step(message: Message): Error | null;
  hasReady(): boolean;
  ready(): Ready;
  advance(ready: Ready): void;
};
type Package = {
  readonly RawNode: { NewRawNode(config: unknown): RawNode };
  readonly MemoryStorage: { NewMemoryStorage(): Storage };
  readonly RaftConfig: new (fields: object) => unknown;
  readonly discardLogger: unknown;
  readonly Message: new (fields: object) => Message;
  readonly Entry: new (fields: object) => Entry;
  readonly MessageType: { readonly MsgProp: number };
  readonly ConfState: new (fields: object) => unknown;
};

/** @throws Error when the package is not installed there */
function load(peersDir: string): Package {
  const require = createRequire(`${peersDir}/`);
  const part = (path: string): object => require(`@coaty/consensus.raft/ported/${path}.js`) as object;
  return Object.assign(
    {},
    ...['rawnode', 'storage', 'raft', 'logger', 'raftpb/raft.pb'].map(part),
  ) as Package;
}

const NAMES = ['n1', 'n2', 'n3'];

type Member = { readonly node: RawNode; readonly storage: Storage; applied: number };

/**
 * Three nodes, of which the first leads.
 * @param peersDir where the package is installed
 * @param atOnce a batch is one message with many entries, and not as many proposals
 */
export function startCoaty(peersDir: string, atOnce: boolean): Cluster {
  const raft = load(peersDir);
  const members = new Map(NAMES.map((name) => [name, start(raft, name)]));
  const leader = members.get('n1') as Member;

  function settle(): void {
    let wire = takeReady(leader);
    while (wire.length > 0) {
      for (const message of wire) members.get(message.to)?.node.step(message);
      wire = [...members.values()].flatMap(takeReady);
    }
  }

  leader.node.campaign();
  settle();

  return {
    commit(count, number) {
      if (atOnce) {
        const data = Array.from({ length: count }, (_, i) => operationOf(number + i));
        const entries = data.map((data) => new raft.Entry({ data }));
        accept(leader.node.step(new raft.Message({ type: raft.MessageType.MsgProp, from: 'n1', entries })));
      } else {
        for (let i = 0; i < count; i += 1) accept(leader.node.propose(operationOf(number + i)));
      }
      settle();
    },
    applied: () => [...members.values()].map(({ applied }) => applied),
  };
}

function accept(refused: Error | null): void {
  if (refused !== null) throw refused;
}

function start(raft: Package, name: string): Member {
  const storage = raft.MemoryStorage.NewMemoryStorage();
  // A storage tells its node of the cluster's members by the snapshot that it begins with.
  storage.snapshot.metadata.confState = new raft.ConfState({ voters: NAMES });
  const config = new raft.RaftConfig({
    id: name,
    electionTick: 10,
    heartbeatTick: 1,
    storage,
    maxSizePerMsg: 256 * 1024,
    maxInflightMsgs: 16,
    checkQuorum: true,
    preVote: true,
    logger: raft.discardLogger,
  });
  return { node: raft.RawNode.NewRawNode(config), storage, applied: 0 };
}

/** Carries out what a node wants done. @returns what it sends */
function takeReady(member: Member): Message[] {
  const { node, storage } = member;
  const sent: Message[] = [];
  while (node.hasReady()) {
    const ready = node.ready();
    if (!ready.hardState.isEmptyHardState()) storage.SetHardState(ready.hardState);
    storage.Append(ready.entries);
    sent.push(...ready.messages);
    for (const { data } of ready.committedEntries) if (isOperation(data)) member.applied += 1;
    node.advance(ready);
  }
  return sent;
}

/** The entry with which a leader opens its term holds none. */
function isOperation(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data;
}
