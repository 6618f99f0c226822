import { expect, it } from 'vitest';
import { dayWords, momentWords } from './moment.ts';

const NOW = new Date(2026, 10, 25, 12).getTime();

it('names the year only if it is not this one', () => {
  const recent = new Date(2026, 10, 20, 14, 41).getTime();
  const older = new Date(2025, 10, 20, 14, 41).getTime();
  expect([
    momentWords(recent, 'en', NOW),
    momentWords(older, 'en', NOW),
    dayWords(recent, 'en', NOW),
    momentWords(recent, 'zh-CN', NOW),
  ]).toEqual(['20 Nov, 14:41', '20 Nov 2025, 14:41', '20 Nov', '11月20日 14:41']);
});
