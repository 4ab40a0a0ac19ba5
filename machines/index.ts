/**
 * The catalogue of charts, and the pure functions beside them, for others to use.
 * @module
 */

import { gossipMachine } from './gossip/gossip.machine.ts';
import { tombstoneMachine } from './gossip/tombstone.machine.ts';
import { maelstromIoMachine } from './maelstrom/maelstrom-io.machine.ts';
import { raftMachine } from './raft/raft.machine.ts';
import { linearRegisterMachine } from './register/linear.machine.ts';
import { lwwRegisterMachine } from './register/lww.machine.ts';
import { siblingsRegisterMachine } from './register/siblings.machine.ts';
import { requestsMachine } from './requests/requests.machine.ts';
import { rywReadMachine } from './session/ryw-read.machine.ts';
import { sessionMachine } from './session/session.machine.ts';

/** Every chart of the house, with its purpose in one line. */
export const catalogue = [
  {
    name: 'raft',
    machine: raftMachine,
    title: 'Raft',
    purpose: 'One node of a Raft cluster: who leads, what is in the log, and what of it is committed.',
    sources: [
      'Raft paper (Ongaro and Ousterhout 2014, extended version) 5.1: terms',
      'Raft paper 5.2: leader election',
      'Raft paper 5.3: log replication',
      'Raft paper 5.4: safety, by the restriction on elections and on what is committed by count',
      'Raft paper 8: the no-op with which a leader opens its term',
      'Ongaro, thesis (2014) 3.10: transfer of leadership',
      'Thesis 4.1 and 4.3: changes of members, one at a time, by joint consensus',
      'Thesis 4.2.1: new servers learn before they vote',
      'Thesis 4.2.2: a leader that is removed steps down',
      'Thesis 4.2.3: servers that disrupt a live leader',
      'Ongaro 2015, bug in single-server membership changes (raft-dev): no change before an entry of the own term is committed',
      'Thesis 6.2: a leader that no majority answers steps down (CheckQuorum)',
      'Thesis 6.4: reads that bypass the log (ReadIndex)',
      'Thesis 9.6: PreVote',
    ],
  },
  {
    name: 'requests',
    machine: requestsMachine,
    title: 'Client requests',
    purpose: 'The client requests of one node, from their arrival to their one answer.',
    sources: [
      'Raft paper (Ongaro and Ousterhout 2014, extended version) 8: clients find the leader through any server',
      'Ongaro, thesis (2014) 6.3: a request that stands in the log twice is applied once',
    ],
  },
  {
    name: 'maelstrom-io',
    machine: maelstromIoMachine,
    title: 'The wire',
    purpose: "The node's end of Maelstrom's protocol: init, serving, draining, closed.",
    sources: ["Maelstrom's protocol: messages, init, echo, and the workload lin-kv with its error codes"],
  },
  {
    name: 'linear-register',
    machine: linearRegisterMachine,
    title: 'Linearizable register',
    purpose: 'One key of the linearizable store: absent, then present with the latest value.',
    sources: [
      'Herlihy and Wing 1990, Linearizability: the register that the log makes atomic',
      "Maelstrom's workload lin-kv: read, write and cas, with errors 20 and 22",
    ],
  },
  {
    name: 'lww-register',
    machine: lwwRegisterMachine,
    title: 'Last-writer-wins register',
    purpose: 'One key of the conflict store of which the strongest entry is kept, and the others are lost.',
    sources: [
      'Johnson and Thomas 1975, The Maintenance of Duplicate Databases (RFC 677): the last writer wins, and deletions are kept',
      'Shapiro, Preguiça, Baquero, Zawirski 2011, A Comprehensive Study of Convergent and Commutative Replicated Data Types: LWW-Register',
    ],
  },
  {
    name: 'siblings-register',
    machine: siblingsRegisterMachine,
    title: 'Register of siblings',
    purpose: 'One key of the conflict store of which every version is kept that no later write has seen.',
    sources: [
      'Parker et al. 1983, Detection of Mutual Inconsistency in Distributed Systems: version vectors',
      'DeCandia et al. 2007, Dynamo: siblings, and contexts that are handed back',
      'Preguiça et al. 2010, Dotted Version Vectors: why one entry for each server is not enough for siblings',
    ],
  },
  {
    name: 'session',
    machine: sessionMachine,
    title: 'Session',
    purpose: 'What one client has been shown by one node, and so must not see earlier again.',
    sources: [
      'Terry et al. 1994, Session Guarantees for Weakly Consistent Replicated Data: read your writes, monotonic reads',
    ],
  },
  {
    name: 'ryw-read',
    machine: rywReadMachine,
    title: 'Waiting read',
    purpose: 'One read that must not be older than what its client has seen: served here, or by the leader.',
    sources: [
      'Terry et al. 1994, Session Guarantees for Weakly Consistent Replicated Data: read your writes, monotonic reads',
      'Ongaro, thesis (2014) 6.4: the leader confirms a read with a majority, without the log',
    ],
  },
  {
    name: 'gossip',
    machine: gossipMachine,
    title: 'Gossip',
    purpose:
      'One replica of the conflict store and one other: changes sent at once, and what both hold compared.',
    sources: [
      'Demers et al. 1987, Epidemic Algorithms for Replicated Database Maintenance: direct mail, and anti-entropy',
      'Merkle 1987, A Digital Signature Based on a Conventional Encryption Function: trees of hashes',
    ],
  },
  {
    name: 'tombstone',
    machine: tombstoneMachine,
    title: 'Tombstone',
    purpose: 'One deletion at one node, from when it is learnt until nobody can undo it and it is dropped.',
    sources: [
      'Demers et al. 1987, Epidemic Algorithms for Replicated Database Maintenance 2: death certificates',
      'Wuu and Bernstein 1984, Efficient Solutions to the Replicated Log and Dictionary Problems: what everybody knows may be forgotten',
    ],
  },
] as const;

export { InvariantViolation, invariant } from './assert.ts';
export * as dotted from './clocks/dotted.ts';
export * as hybrid from './clocks/hybrid.ts';
export * as lamport from './clocks/lamport.ts';
export * as trueTime from './clocks/true-time.ts';
export * as versionVector from './clocks/version-vector.ts';
export * as wall from './clocks/wall.ts';
export type * from './gossip/gossip.machine.ts';
export type * from './gossip/messages.ts';
export type * from './gossip/tombstone.machine.ts';
export * from './json.ts';
export * from './operations.ts';
export * from './raft/context.ts';
export type * from './raft/events.ts';
export * as raftLog from './raft/log.ts';
export * as membership from './raft/membership.ts';
export * as quorum from './raft/quorum.ts';
export { triage } from './raft/terms.ts';
export * from './random.ts';
export type * from './register/linear.machine.ts';
export type * from './register/lww.machine.ts';
export * from './register/lww-entry.ts';
export * from './register/owner.ts';
export type * from './register/siblings.machine.ts';
export * as versions from './register/versions.ts';
export type * from './requests/events.ts';
export type * from './requests/pending.ts';
export type * from './session/ryw-read.machine.ts';
export type * from './session/session.machine.ts';
export type * from './store/items.ts';
export * from './store/operations.ts';
export {
  gossipMachine,
  linearRegisterMachine,
  lwwRegisterMachine,
  maelstromIoMachine,
  raftMachine,
  requestsMachine,
  rywReadMachine,
  sessionMachine,
  siblingsRegisterMachine,
  tombstoneMachine,
};
