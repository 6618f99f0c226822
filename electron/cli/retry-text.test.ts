import { describe, expect, it } from 'vitest';
import type { Retry } from '../../shared/models/job.ts';
import { retryText, ToldRetries } from './retry-text.ts';

const NOW = 1_000_000;
const retry = (more: Partial<Retry> = {}): Retry => ({
  attempt: 2,
  attempts: 5,
  atMs: NOW + 90_000,
  error: {
    code: 'registry.unavailable',
    params: { host: 'ghcr.io', status: 503, registryMessage: 'down' },
    retry: 'later',
    actions: [],
  },
  ...more,
});

describe('a wait for the next try on the terminal', () => {
  it('says which try it is, when it follows, and why', () => {
    expect([retryText(retry(), NOW), retryText(retry({ atMs: NOW }), NOW)]).toEqual([
      'Try 2 of 5 in 1 min 30 s: ghcr.io does not answer as it should: 503. down (registry.unavailable)',
      'Try 2 of 5: ghcr.io does not answer as it should: 503. down (registry.unavailable)',
    ]);
  });

  it('is said once, however many layers wait for it and however often it is looked at', () => {
    const lines: string[] = [];
    const told = new ToldRetries((line) => lines.push(line));
    for (const one of [retry(), null, retry({ atMs: NOW + 90_001 }), retry(), retry({ attempt: 3 })]) told.tell(one);

    expect(lines.map((line) => line.slice(0, 10))).toEqual(['Try 2 of 5', 'Try 3 of 5']);
  });
});
