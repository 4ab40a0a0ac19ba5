import { setup } from 'xstate';
import { chartActions } from '../chart.ts';
import type { RequestsEffect, RequestsEvent } from './events.ts';
import { handOver, respondToOrigins } from './forwarding.ts';
import {
  answerClients,
  createRequestsContext,
  giveUp,
  patrol,
  type RequestsContext,
  type RequestsInput,
  setPatrol,
  settleResponse,
  settleResults,
  takeIn,
  turnTo,
} from './pending.ts';

/**
 * The client requests that one node has taken, on their way to the leader and back. Any node answers any client:
 * whoever is not the leader passes the request on, again after a change of leader or a lost message, and answers
 * once, when the outcome is known or the client would stop waiting. That a request reaches the log twice does
 * no harm: its origin makes both one (thesis section 6.3).
 */
const { update, effects, guard } = chartActions<RequestsContext, RequestsEvent, RequestsEffect>();

export const requestsMachine = setup({
  types: {
    context: {} as RequestsContext,
    events: {} as RequestsEvent,
    emitted: {} as RequestsEffect,
    input: {} as RequestsInput,
  },
  actions: {
    takeIn: update('requests.arrived', takeIn),
    turnTo: update('leader.changed', turnTo),
    settleResults: update('results.ready', settleResults),
    settleResponse: update('forward.response', settleResponse),
    patrol: update('patrol.timeout', patrol),
    giveUp: update('node.failed', giveUp),
    answerClients: effects(answerClients),
    handOver: effects(handOver),
    setPatrol: effects(setPatrol),
    respondToOrigins: effects('results.ready', (context, { results }) => respondToOrigins(context, results)),
  },
  guards: {
    /** This node leads now. */
    isThisNode: guard('leader.changed', ({ settings }, { leader }) => leader === settings.id),
    /** Nobody is known to lead now. */
    isNobody: guard('leader.changed', (_context, { leader }) => leader === null),
  },
}).createMachine({
  id: 'requests',
  description: 'The client requests of one node, from their arrival to their one answer.',
  context: createRequestsContext,
  initial: 'leaderless',
  on: {
    'requests.arrived': { actions: ['takeIn', 'answerClients', 'handOver', 'setPatrol'] },
    'leader.changed': [
      { guard: 'isNobody', target: '.leaderless', actions: 'turnTo' },
      { guard: 'isThisNode', target: '.leading', actions: ['turnTo', 'answerClients', 'handOver'] },
      { target: '.following', actions: ['turnTo', 'answerClients', 'handOver'] },
    ],
    'results.ready': { actions: ['settleResults', 'answerClients'] },
    'forward.response': { actions: ['settleResponse', 'answerClients'] },
    'patrol.timeout': { actions: ['patrol', 'answerClients', 'handOver', 'setPatrol'] },
    'node.failed': {
      actions: ['giveUp', 'answerClients'],
      description: 'Whoever waits is told, and whether it may have happened.',
    },
  },
  states: {
    leaderless: {
      description:
        'Nobody is known to lead: requests wait. What was never handed over stands in no log, and can fail for certain.',
    },
    following: {
      description: 'Another node leads: requests are passed to it, and it tells what became of them.',
    },
    leading: {
      description:
        'This node leads: requests go into its own log, and their origins are told what became of them.',
      on: { 'results.ready': { actions: ['settleResults', 'answerClients', 'respondToOrigins'] } },
    },
  },
});
