import { describe, expect, it } from 'vitest';
import { formatChange, formatCompact, formatDuration, formatError, formatFixed } from '../../../src/components/format';
import { readNumber } from '../../../src/components/NumberInput';

describe('numbers', () => {
  it('have a true minus sign and no negative zero', () => {
    expect(formatFixed(-6.634)).toBe('−6.63');
    expect(formatFixed(-0.001)).toBe('0.00');
    expect(formatFixed(undefined)).toBe('–');
    expect(formatFixed(-Infinity)).toBe('−∞');
  });

  it('show a change with its sign', () => {
    expect([1.855, -3.129, 0.0004].map((value) => formatChange(value))).toEqual(['+1.85', '−3.13', '0.00']);
  });

  it('stay short at any size', () => {
    expect([0.0002, 1.5e-7, -12.3456, 4096, 2.5e9, 0].map((value) => formatCompact(value))).toEqual([
      '0.0002', '1.5e−7', '−12.35', '4,096', '2.5e9', '0',
    ]);
  });

  it('keep two digits of an error', () => {
    expect([4e-7, 0.00123, 0, 0.25, Infinity, NaN].map((value) => formatError(value))).toEqual(['4.0e−7', '1.2e−3', '0', '2.5e−1', '∞', '–']);
  });

  it('tell time as a clock does', () => {
    expect([7_000, 760_000, 3_723_000, -5].map(formatDuration)).toEqual(['0:07', '12:40', '1:02:03', '0:00']);
  });
});

describe('a number field', () => {
  it('reads numbers the ways people write them', () => {
    expect(['2e-4', ' 0.5 ', '−3', '.25', '1,5', '+7'].map((text) => readNumber(text, {}))).toEqual([2e-4, 0.5, -3, 0.25, 1.5, 7]);
  });

  it('says what is wrong instead of guessing', () => {
    for (const text of ['', 'abc', '1e', '0x10', '1 2', 'Infinity', '1e999']) expect(readNumber(text, {}), text).toEqual(expect.any(String));
    expect(readNumber('1.5', { whole: true })).toMatch(/whole/);
    expect(readNumber('0', { min: 0, exclusiveMin: true })).toMatch(/more than 0/);
    expect(readNumber('0', { min: 0 })).toBe(0);
    expect(readNumber('200', { max: 100 })).toMatch(/at most 100/);
  });
});
