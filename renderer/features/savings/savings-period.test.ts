import { describe, expect, it } from 'vitest';
import { bucketStart, bucketsBetween, periodRange, SAVINGS_PERIODS } from './savings-period.ts';

const at = (text: string): number => new Date(text).getTime();
const day = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toLocaleDateString('sv-SE'));
const THURSDAY = at('2026-11-26T09:30:00');

describe('the periods of the savings screen', () => {
  it('begin with a whole day, week or month, in the time of this computer', () => {
    const ranges = SAVINGS_PERIODS.map((period) => {
      const { sinceMs, bucket } = periodRange(period, THURSDAY);
      return [period, day(sinceMs), bucket];
    });
    expect(ranges).toEqual([
      ['days30', '2026-10-28', 'day'],
      ['months6', '2026-05-25', 'week'],
      ['year', '2026-01-01', 'month'],
      ['all', null, 'month'],
    ]);
    expect(periodRange('year', at('2026-02-03T10:00:00')).bucket).toBe('day');
    expect(periodRange('year', at('2026-05-03T10:00:00')).bucket).toBe('week');
  });

  it('have a bar for every day, week or month, the empty ones too', () => {
    expect(bucketsBetween(at('2026-10-30T12:00:00'), at('2026-11-02T00:00:00'), 'day').map(day)).toEqual([
      '2026-10-30',
      '2026-10-31',
      '2026-11-01',
      '2026-11-02',
    ]);
    expect(bucketsBetween(at('2026-11-08T23:00:00'), THURSDAY, 'week').map(day)).toEqual([
      '2026-11-02',
      '2026-11-09',
      '2026-11-16',
      '2026-11-23',
    ]);
    expect(bucketsBetween(at('2025-12-31T12:00:00'), at('2026-02-01T00:00:00'), 'month').map(day)).toEqual([
      '2025-12-01',
      '2026-01-01',
      '2026-02-01',
    ]);
    expect(bucketsBetween(at('2020-01-01T12:00:00'), THURSDAY, 'day')).toHaveLength(120);
  });

  it('have weeks that begin on Monday, also on a Sunday', () => {
    expect(day(bucketStart(at('2026-11-29T23:59:00'), 'week'))).toBe('2026-11-23');
  });
});
