import { describe, expect, it } from 'vitest';
import { backoffMs, retryAfterMs } from './backoff.ts';

const NOW = Date.UTC(2026, 10, 25, 12, 0, 0);
/** UTF-8 as HTTP clients hand it over, byte for byte. */
const asLatin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

describe('Retry-After', () => {
  it.each<[string, string | undefined, number | null]>([
    ['none', undefined, null],
    ['seconds', '7', 7000],
    ['blanks', ' 30 ', 30_000],
    ['a fraction', '0.5', 500],
    ['a date', 'Wed, 25 Nov 2026 12:01:00 GMT', 60_000],
    ['a date that has passed', 'Wed, 25 Nov 2026 11:00:00 GMT', 0],
    ['an hour: the person decides', '3600', 600_000],
    ['GHCR, with the micro sign', '880.092µs, allowed: 44000/minute', 0.880_092],
    ['GHCR, byte for byte', asLatin1('880.092µs, allowed: 44000/minute'), 0.880_092],
    ['GHCR, with the Greek letter', asLatin1('880.092μs'), 0.880_092],
    ['milliseconds', '250ms', 250],
    ['minutes', '2m', 120_000],
    ['minutes and seconds, as Go writes them', '1m30s', 90_000],
    ['words', 'soon', null],
    ['a negative figure', '-5', null],
  ])('%s', (_name, header, ms) => {
    const found = retryAfterMs(header, NOW);
    if (ms === null || found === null) expect(found).toBe(ms);
    else expect(found).toBeCloseTo(ms, 6);
  });
});

describe('back-off', () => {
  it('is anything between nothing and a step that doubles up to 30 seconds', () => {
    const longest = [1, 2, 3, 4, 10].map((attempt) => backoffMs(attempt, () => 1));
    expect({ longest, shortest: backoffMs(4, () => 0) }).toEqual({
      longest: [1000, 2000, 4000, 8000, 30_000],
      shortest: 0,
    });
  });
});
