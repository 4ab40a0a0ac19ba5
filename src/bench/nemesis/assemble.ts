import type { Dice } from '../../kit/dice.ts';

import type { Fault, FaultName } from './fault.ts';
import type { Grounds, Own } from './grounds.ts';
import { clockSkewFault, slowDiskFault } from './injected.ts';
import { killAllFault, killFault } from './kill.ts';
import { membershipFault } from './membership.ts';
import type { NemesisOptions } from './options.ts';
import { oneWayFault, partitionFault } from './partition.ts';
import { pauseFault } from './pause.ts';
import { rhythmOf } from './rhythm.ts';
import { type FaultObserver, Nemesis } from './scheduler.ts';
import { weatherFault } from './weather.ts';

/** Strikes that leave nothing to be served take less of a run. */
const LENGTH_SHARES: { readonly [fault in FaultName]?: number } = { 'kill-all': 1 / 3 };

/**
 * A nemesis that does what the options say. Each fault has dice of its own, so that what one of them draws does not
 * depend on which others there are.
 */
export function createNemesis(
  options: NemesisOptions,
  grounds: Grounds,
  dice: Dice,
  observer: FaultObserver,
): Nemesis {
  const { faults, intervalMs, rates } = options;
  const scheduled = faults.map((name, place) => {
    const own: Own = { ...grounds, dice: dice.fork() };
    return {
      fault: faultOf(name, own, options),
      rhythm: rhythmOf({
        intervalMs,
        perSecond: rates[name],
        lengthShare: LENGTH_SHARES[name] ?? 1,
        place,
        of: faults.length,
        dice: dice.fork(),
      }),
    };
  });
  return new Nemesis(scheduled, observer);
}

function faultOf(name: FaultName, own: Own, options: NemesisOptions): Fault {
  const { shares, spreadMs } = options;
  switch (name) {
    case 'partition':
      return partitionFault(own, options.partition);
    case 'one-way-partition':
      return oneWayFault(own);
    case 'kill':
      return killFault(own, options.kill);
    case 'kill-all':
      return killAllFault(own);
    case 'pause':
      return pauseFault(own, options.pause);
    case 'loss':
    case 'duplicate':
    case 'reorder':
      return weatherFault(name, own, shares[name], spreadMs);
    case 'slow-disk':
      return slowDiskFault(own, options.slowDiskMs);
    case 'clock-skew':
      return clockSkewFault(own, options.clockSkewMs);
    case 'membership':
      return membershipFault(own);
  }
}
