import { Tally } from '../../src/kit/tally.ts';
import type { RunSource } from '../../src/report/source.ts';
import { checkLinearizability, contradictionsIn } from '../../src/verify/index.ts';
import { Script, sourceWith } from './history.ts';

export const HOSTILE = '</script><img src=x onerror=alert(1)>"&\u2028';

/** A run in which a read misses a write, everything has a hostile name, and one fault of each sort was there. */
export function violatedRun(): RunSource {
  const history = new Script()
    .fault('partition', 1, { shape: HOSTILE, text: HOSTILE })
    .op(0, { f: 'write', key: HOSTILE, value: HOSTILE }, [2, 4])
    .op(1, { f: 'read', key: HOSTILE, node: 'n2' }, [5, 6], { type: 'ok', value: null })
    .op(2, { f: HOSTILE, key: '__proto__', node: HOSTILE }, [5, 8], { type: 'info', error: HOSTILE })
    .op(3, { f: 'write', key: 'constructor', value: 1 }, [7, 12])
    .fault('heal', 9)
    .fault('transfer', 10, ['n1', 'n2'])
    .fault(HOSTILE, 11, [HOSTILE])
    .history();
  const judged = checkLinearizability(history.filter(({ f }) => f !== HOSTILE));
  const messages = new Tally();
  messages.count(HOSTILE, 3);
  return sourceWith(history, {
    command: `actorum bench -- ${HOSTILE}`,
    facts: [['', HOSTILE]],
    messages,
    leaderships: [
      { timeMs: 0, node: 'n1', term: 1 },
      { timeMs: 6, node: 'n2', term: 3 },
    ],
    verdict: { outcome: 'illegal', headline: HOSTILE, notes: [HOSTILE, 'and more'] },
    contradictions: contradictionsIn(judged, null, null),
  });
}
