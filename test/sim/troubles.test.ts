import { describe, expect, it } from 'vitest';
import { Troubles } from '../../src/sim/troubles.ts';

describe('troubles', () => {
  it('are told when they begin and when they end, of the same nodes, and end once', () => {
    const told: string[] = [];
    const troubles = new Troubles((fault, nodes, text) =>
      told.push([fault, ...nodes, text].join(' ').trim()),
    );
    troubles.begin('pause', ['n1'], '', () => told.push('n1 goes on'));
    troubles.begin('pause', ['n2'], 'for a while', () => told.push('n2 goes on'));
    troubles.begin('crash-all', ['n1', 'n2'], '', () => told.push('both start'));
    expect(troubles.isOpen('pause', ['n1'])).toBe(true);
    troubles.end('pause', ['n1']);
    troubles.end('pause', ['n1']);
    expect(troubles.isOpen('pause', ['n1'])).toBe(false);
    troubles.endAll('pause');
    troubles.endAll();
    expect(told).toEqual([
      'pause n1',
      'pause n2 for a while',
      'crash-all n1 n2',
      'n1 goes on',
      'pause-end n1',
      'n2 goes on',
      'pause-end n2',
      'both start',
      'crash-all-end n1 n2',
    ]);
  });
});
