import { expect, test } from 'vitest';
import { numberOption, parseOptions, UsageError } from '../../src/cli/usage.ts';

const options = {
  offset: { type: 'string' },
  rate: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
} as const;
const parse = (...args: string[]) => ({ ...parseOptions('try', args, options) });

test('an option takes a negative number as its value, with or without "="', () => {
  expect(parse('--offset', '-250', '--rate', '1')).toEqual({ offset: '-250', rate: '1' });
  expect(parse('--offset', '-.5')).toEqual({ offset: '-.5' });
  expect(parse('--offset=-1e3')).toEqual({ offset: '-1e3' });
});

test('what is no number is not taken for one', () => {
  expect(parse('--rate', '2', '-q')).toEqual({ rate: '2', quiet: true });
  expect(() => parse('--offset', '-q')).toThrow(UsageError);
  expect(() => parse('--offset=1', '-2')).toThrow(UsageError);
});

test('a number outside its range is named with the range', () => {
  expect(() => numberOption('--offset', '-5', { min: -4, max: 4 })).toThrow('--offset is "-5"');
  expect(numberOption('--offset', '-4', { min: -4, max: 4 })).toBe(-4);
});

test('what is wrong is told in one line', () => {
  const told = (...args: string[]) => {
    try {
      return JSON.stringify(parse(...args));
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (const args of [['--offset'], ['--offset', '--rate'], ['--frob'], ['stray'], ['--quiet=1']]) {
    expect(told(...args)).toMatch(/^[^\n{]+[^\n. ]$/);
  }
});
