// Client requests: The client requests of one node, from their arrival to their one answer.
// Made from the chart. Paste this into https://stately.ai/editor, or open it with the XState extension. Guards and
// actions are names here: every guard holds, and no action does anything.
import { createMachine } from 'xstate';

export const machine = createMachine(
  {
    id: 'requests',
    description: 'The client requests of one node, from their arrival to their one answer.',
    initial: 'leaderless',
    on: {
      'requests.arrived': {
        actions: ['takeIn', 'answerClients', 'handOver', 'setPatrol'],
      },
      'leader.changed': [
        {
          guard: 'isNobody',
          target: '.leaderless',
          actions: 'turnTo',
        },
        {
          guard: 'isThisNode',
          target: '.leading',
          actions: ['turnTo', 'answerClients', 'handOver'],
        },
        {
          target: '.following',
          actions: ['turnTo', 'answerClients', 'handOver'],
        },
      ],
      'results.ready': {
        actions: ['settleResults', 'answerClients'],
      },
      'forward.response': {
        actions: ['settleResponse', 'answerClients'],
      },
      'patrol.timeout': {
        actions: ['patrol', 'answerClients', 'handOver', 'setPatrol'],
      },
      'node.failed': {
        actions: ['giveUp', 'answerClients'],
        description: 'Whoever waits is told, and whether it may have happened.',
      },
    },
    states: {
      leaderless: {
        description: 'Nobody is known to lead: requests wait. What was never handed over stands in no log, and can fail for certain.',
      },
      following: {
        description: 'Another node leads: requests are passed to it, and it tells what became of them.',
      },
      leading: {
        description: 'This node leads: requests go into its own log, and their origins are told what became of them.',
        on: {
          'results.ready': {
            actions: ['settleResults', 'answerClients', 'respondToOrigins'],
          },
        },
      },
    },
  },
  {
    guards: {
      isThisNode: () => true,
      isNobody: () => true,
    },
    actions: {
      takeIn: () => {},
      turnTo: () => {},
      settleResults: () => {},
      settleResponse: () => {},
      patrol: () => {},
      giveUp: () => {},
      answerClients: () => {},
      handOver: () => {},
      setPatrol: () => {},
      respondToOrigins: () => {},
    },
  },
);
