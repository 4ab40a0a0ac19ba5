/**
 * The catalogue of charts, and the pure functions beside them, for others to use.
 * @module
 */

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
  },
  {
    name: 'requests',
    machine: requestsMachine,
    title: 'Client requests',
    purpose: 'The client requests of one node, from their arrival to their one answer.',
  },
  {
    name: 'maelstrom-io',
    machine: maelstromIoMachine,
    title: 'The wire',
    purpose: "The node's end of Maelstrom's protocol: init, serving, draining, closed.",
  },
  {
    name: 'linear-register',
    machine: linearRegisterMachine,
    title: 'Linearizable register',
    purpose: 'One key of the linearizable store: absent, then present with the latest value.',
  },
  {
    name: 'lww-register',
    machine: lwwRegisterMachine,
    title: 'Last-writer-wins register',
    purpose: 'One key of the conflict store of which the strongest entry is kept, and the others are lost.',
  },
  {
    name: 'siblings-register',
    machine: siblingsRegisterMachine,
    title: 'Register of siblings',
    purpose: 'One key of the conflict store of which every version is kept that no later write has seen.',
  },
  {
    name: 'session',
    machine: sessionMachine,
    title: 'Session',
    purpose: 'What one client has been shown by one node, and so must not see earlier again.',
  },
  {
    name: 'ryw-read',
    machine: rywReadMachine,
    title: 'Waiting read',
    purpose: 'One read that must not be older than what its client has seen: served here, or by the leader.',
  },
] as const;

export { InvariantViolation, invariant } from './assert.ts';
export * as dotted from './clocks/dotted.ts';
export * as hybrid from './clocks/hybrid.ts';
export * as lamport from './clocks/lamport.ts';
export * as trueTime from './clocks/true-time.ts';
export * as versionVector from './clocks/version-vector.ts';
export * as wall from './clocks/wall.ts';
export * from './json.ts';
export * from './operations.ts';
export * from './raft/context.ts';
export type * from './raft/events.ts';
export * as raftLog from './raft/log.ts';
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
export {
  linearRegisterMachine,
  lwwRegisterMachine,
  maelstromIoMachine,
  raftMachine,
  requestsMachine,
  rywReadMachine,
  sessionMachine,
  siblingsRegisterMachine,
};
