import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../src/report/faults.ts';
import type { HistoryEvent } from '../../src/verify/index.ts';
import { Script } from './history.ts';

const NODES = ['n1', 'n2', 'n3'];

/** Bands as `name what from-to`, with a `+` where the history does not say that they ended. */
function bands(history: readonly HistoryEvent[]): string[] {
  return faultsOf(history, NODES, 1000).bands.map(
    ({ name, what, fromMs, toMs, ended }) => `${name} ${what} ${fromMs}-${toMs}${ended ? '' : '+'}`,
  );
}

describe('the bands of faults', () => {
  it('go from a name to its end with the same value, also when several are at work', () => {
    const script = new Script()
      .fault('slow-disk', 10, ['n1'])
      .fault('slow-disk', 20, ['n2'])
      .fault('slow-disk-end', 30, ['n2'])
      .fault('slow-disk-end', 50, ['n1']);
    expect(bands(script.history())).toEqual(['slow-disk n1 10-50', 'slow-disk n2 20-30']);
  });

  it('know the names that were there before', () => {
    const script = new Script()
      .fault('pause', 10, ['n1'])
      .fault('crash', 15, ['n2'])
      .fault('partition', 20, { shape: 'leader', cut: [], text: 'n1 | n2 n3' })
      .fault('restart', 30, ['n2'])
      .fault('heal', 40, null)
      .fault('resume', 50, ['n1']);
    expect(bands(script.history())).toEqual([
      'pause n1 10-50',
      'crash n2 15-30',
      'partition n1 | n2 n3 (leader) 20-40',
    ]);
  });

  it('end where another cut of the network replaces them', () => {
    const script = new Script()
      .fault('partition', 10, ['n1'])
      .fault('one-way-partition', 20, ['n2'])
      .fault('heal-partition', 30, []);
    expect(bands(script.history())).toEqual(['partition n1 10-20', 'one-way-partition n2 20-30']);
  });

  it('overlap where cuts have ends of their own', () => {
    const script = new Script()
      .fault('partition', 10, ['n1'])
      .fault('one-way-partition', 20, ['n2'])
      .fault('partition-end', 30, ['n1'])
      .fault('one-way-partition-end', 40, ['n2']);
    expect(bands(script.history())).toEqual(['partition n1 10-30', 'one-way-partition n2 20-40']);
  });

  it('end all together when everything is healed, and only then', () => {
    const script = new Script().fault('pause', 10, ['n1']).fault('loss', 20, NODES).fault('heal', 30, []);
    expect(bands(script.history())).toEqual(['pause n1 10-30', 'loss all nodes 20-30']);
    expect(bands(new Script().fault('pause', 10, ['n1']).fault('heal', 30, null).history())).toEqual([
      'pause n1 10-1000+',
    ]);
  });

  it('last to the end of the run when nothing ends them, whatever their name', () => {
    const script = new Script().fault('meteor', 10, { size: 3 }).fault('__proto__', 20, 'why');
    expect(bands(script.history())).toEqual(['meteor {"size":3} 10-1000+', '__proto__ why 20-1000+']);
  });

  it('end with an end of another value: the oldest; of none: all of that name', () => {
    const begun = () =>
      new Script().fault('loss', 10, [0.1]).fault('loss', 20, [0.2]).fault('pause', 30, ['n1']);
    expect(bands(begun().fault('loss-end', 40, [0.9]).history())).toEqual([
      'loss 0.1 10-40',
      'loss 0.2 20-1000+',
      'pause n1 30-1000+',
    ]);
    expect(bands(begun().fault('loss-end', 40).history())).toEqual([
      'loss 0.1 10-40',
      'loss 0.2 20-40',
      'pause n1 30-1000+',
    ]);
  });

  it('say whom they struck, and leave out what is over at once', () => {
    const script = new Script().fault('crash', 10, ['n2', 'n9']).fault('transfer', 20, ['n1', 'n3']);
    const found = faultsOf(script.history(), NODES, 1000);
    expect(found.bands.map(({ nodes }) => nodes)).toEqual([['n2']]);
    expect(found.moments).toEqual([{ name: 'transfer', what: 'n1 n3', timeMs: 20 }]);
  });

  it('say what those who made them say, where they say anything, and as often as it happened', () => {
    const script = new Script()
      .fault('kill', 10, ['n1'])
      .fault('kill-end', 20, ['n1'])
      .fault('kill', 30, ['n2'])
      .fault('loss', 35, ['n1'])
      .fault('kill', 40, ['n3']);
    const texts = [
      { name: 'kill', text: 'kill -9 of n1' },
      { name: 'kill', text: '' },
      { name: 'kill', text: 'kill: n3 (it leads)' },
    ];
    const found = faultsOf(script.history(), NODES, 1000, texts);
    expect(found.bands.map(({ what }) => what)).toEqual(['kill -9 of n1', 'n2', 'n1', 'n3 (it leads)']);
  });

  it('end when the same happens to the same again, and a change of members is one where it has an end', () => {
    const script = new Script()
      .fault('clock-skew', 10, ['n1'])
      .fault('clock-skew', 20, ['n1'])
      .fault('membership', 30, ['n2'])
      .fault('membership-end', 40, ['n2']);
    expect(bands(script.history())).toEqual([
      'clock-skew n1 10-20',
      'clock-skew n1 20-1000+',
      'membership n2 30-40',
    ]);
    expect(bands(new Script().fault('membership', 30, ['n2']).history())).toEqual([]);
  });

  it('ignore an end without a beginning', () => {
    expect(bands(new Script().fault('kill-end', 10, ['n1']).fault('heal', 20).history())).toEqual([]);
  });
});
