import { gossipTests } from './gossip.model.ts';
import { lwwTests } from './lww.model.ts';
import { maelstromIoTests } from './maelstrom-io.model.ts';
import { raftTests } from './raft.model.ts';
import { registerTests } from './register.model.ts';
import { requestsTests } from './requests.model.ts';
import { rywReadTests } from './ryw-read.model.ts';
import { sessionTests } from './session.model.ts';
import { siblingsTests } from './siblings.model.ts';
import type { ChartTests } from './subject.ts';
import { tombstoneTests } from './tombstone.model.ts';

/** Every chart of the catalogue, with what it is tested by: one file each. */
export const MODELS: readonly ChartTests[] = [
  raftTests,
  requestsTests,
  maelstromIoTests,
  registerTests,
  lwwTests,
  siblingsTests,
  sessionTests,
  rywReadTests,
  gossipTests,
  tombstoneTests,
];

/** Charts of the catalogue that have no model yet, each with the reason. */
export const WITHOUT_MODEL: { readonly [chart: string]: string } = {};
