import { describe, expect, it } from 'vitest';
import { momentOption } from './report.ts';

describe('a moment on the command line', () => {
  it('is a day of the calendar, at its beginning here, or so long ago', () => {
    const days = ['2026-02-28', '2024-02-29'].map((day) => new Date(momentOption(day)).toString().slice(4, 24));

    expect(days).toEqual(['Feb 28 2026 00:00:00', 'Feb 29 2024 00:00:00']);
    expect(Math.round((Date.now() - momentOption('30d')) / 86_400_000)).toBe(30);
  });

  it.each(['2026-13-45', '2026-02-29', '2026-00-10', '1969-12-31', 'yesterday', '-3d', ''])('is not %s', (text) => {
    expect(() => momentOption(text)).toThrow(/\.$/);
  });
});
