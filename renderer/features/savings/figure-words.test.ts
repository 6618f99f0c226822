import { describe, expect, it } from 'vitest';
import { fixedUnit, groupedCount, percentOf, signedBytes } from './figure-words.ts';

describe('the figures of the savings screen', () => {
  it('say more than was due with a minus', () => {
    expect([signedBytes(4.71e12), signedBytes(0), signedBytes(-1.5e6)]).toEqual(['4.71 TB', '0 B', '−1.5 MB']);
  });

  it('group thousands from ten thousand on', () => {
    expect([groupedCount(214), groupedCount(9999), groupedCount(41206), groupedCount(1234567)]).toEqual([
      '214',
      '9999',
      '41\u202f206',
      '1\u202f234\u202f567',
    ]);
  });

  it('say all or nothing only of what is', () => {
    expect([percentOf(583, 641), percentOf(1, 1000), percentOf(999.5, 1000), percentOf(5, 5), percentOf(0, 5)]).toEqual(
      ['91 %', '0.1 %', '99.9 %', '100 %', '0 %'],
    );
    expect(percentOf(0, 0)).toBeNull();
  });

  it('stand in one unit in a column, and show a trace of what is small', () => {
    const { unit, words } = fixedUnit([200.6e9, 1.9e9, 3e6, 0]);
    expect([unit, words(200.6e9), words(1.9e9), words(3e6), words(0)]).toEqual(['GB', '200.6', '1.9', '<0.1', '0.0']);
    expect(fixedUnit([]).unit).toBe('B');
  });
});
