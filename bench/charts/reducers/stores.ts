import { sameJson } from '../../../machines/json.ts';
import type {
  RegisterContext,
  RegisterEffect,
  RegisterEvent,
} from '../../../machines/register/linear.machine.ts';
import type {
  RywReadContext,
  RywReadEffect,
  RywReadEvent,
} from '../../../machines/session/ryw-read.machine.ts';
import type { SessionContext, SessionEvent } from '../../../machines/session/session.machine.ts';
import { type Reducer, uncovered } from './reducer.ts';

/** A register that holds a value. */
export const reduceRegister: Reducer<RegisterContext, RegisterEvent, RegisterEffect> = (
  value,
  context,
  event,
) => {
  if (value !== 'present') return uncovered(value, event.type);
  switch (event.type) {
    case 'read': {
      const outcome = { type: 'read_ok', value: context.value } as const;
      return { value, context, effects: [{ type: 'answer', outcome }] };
    }
    case 'write': {
      const effects = [{ type: 'answer', outcome: { type: 'write_ok' } }] as const;
      return { value, context: { value: event.value }, effects };
    }
    case 'cas': {
      if (!sameJson(context.value, event.from)) return uncovered(value, 'a cas that is refused');
      const effects = [{ type: 'answer', outcome: { type: 'cas_ok' } }] as const;
      return { value, context: { value: event.to }, effects };
    }
  }
};

/** A session that is shown something new. */
export const reduceSession: Reducer<SessionContext, SessionEvent, never> = (value, context, { index }) => {
  if (index <= context.shownIndex) return { value, context, effects: [] };
  return { value: 'tracking', context: { shownIndex: index }, effects: [] };
};

/** A read by token that a follower serves at once. */
export const reduceRywRead: Reducer<RywReadContext, RywReadEvent, RywReadEffect> = (
  value,
  context,
  event,
) => {
  if (value !== 'checking' || event.type !== 'read.began') return uncovered(value, event.type);
  const { key, token, preferFollower, sinceMs, appliedIndex, leads, remembers, waitedMs, waitMs } = context;
  if (leads || !preferFollower || !remembers) {
    const effects = [{ type: 'redirect', key, minIndex: token, sinceMs }] as const;
    return { value: 'redirecting', context, effects };
  }
  if (appliedIndex >= token) return { value: 'done', context, effects: [{ type: 'serve', key, waitedMs }] };
  return { value: 'waitingForApply', context, effects: [{ type: 'timer.set', timer: 'wait', ms: waitMs }] };
};
