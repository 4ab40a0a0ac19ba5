// Register of siblings: One key of the conflict store of which every version is kept that no later write has seen.
// Made from the chart. Paste this into https://stately.ai/editor, or open it with the XState extension. Guards and
// actions are names here: every guard holds, and no action does anything.
import { createMachine } from 'xstate';

export const machine = createMachine(
  {
    id: 'siblings-register',
    description: 'One key, of which every version is kept that no later write has seen: a conflict is a state.',
    context: {
      versions: [],
      vc: null,
    },
    initial: 'absent',
    on: {
      'version.write': {
        target: '.weighing',
        actions: ['writeVersion', 'answerVector', 'announceVersions'],
      },
      'version.delete': {
        target: '.weighing',
        actions: ['removeVersions', 'answerVector', 'announceVersions'],
      },
      'versions.merged': {
        guard: 'isNews',
        target: '.weighing',
        actions: ['mergeVersions', 'announceVersions'],
      },
      'versions.read': {
        actions: 'answerSiblings',
      },
    },
    states: {
      absent: {
        description: 'Nothing was heard of this key. Reads as no values.',
      },
      weighing: {
        description: 'The versions have changed. How many are alive decides the state; nothing stays here.',
        always: [
          {
            guard: 'hasNone',
            target: 'deleted',
          },
          {
            guard: 'hasOne',
            target: 'settled',
          },
          {
            target: 'conflicted',
          },
        ],
      },
      settled: {
        description: 'One version is alive: every other was seen by whoever replaced it.',
      },
      conflicted: {
        description: 'More than one version is alive: none of their writers had seen the others.',
      },
      deleted: {
        description: 'No version is alive. What remains holds off the versions that were deleted.',
      },
    },
  },
  {
    guards: {
      isNews: () => true,
      hasNone: () => true,
      hasOne: () => true,
    },
    actions: {
      writeVersion: () => {},
      removeVersions: () => {},
      mergeVersions: () => {},
      announceVersions: () => {},
      answerVector: () => {},
      answerSiblings: () => {},
    },
  },
);
