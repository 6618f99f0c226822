import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { ManualClock } from '../../../../test/fixtures/manual-clock.ts';
import { HostPace } from './host-pace.ts';

const LIMIT = new AppError('registry.rateLimited', { host: 'ghcr.io' });
const never = new AbortController().signal;

describe('a host that asks to be asked less often', () => {
  it('gets half as many requests at once, and slowly more again', async () => {
    const pace = new HostPace(new ManualClock());
    const before = pace.of(8);
    await pace.limited(LIMIT, 0, () => Promise.resolve());
    const after = pace.of(8);
    for (let answers = 0; answers < 8; answers += 1) pace.answered();
    const later = pace.of(8);
    for (let answers = 0; answers < 24; answers += 1) pace.answered();
    expect({ before, after, later, last: pace.of(8) }).toEqual({ before: 8, after: 4, later: 5, last: 8 });
  });

  it('lets nobody pass before its time where the request that met the limit is given up', async () => {
    const clock = new ManualClock();
    const pace = new HostPace(clock);
    const until = clock.now() + 7000;
    const passed: string[] = [];
    const given = pace.limited(LIMIT, until, () => Promise.reject(new AppError('cancelled')));
    const other = pace.pass(never, (error, atMs) => passed.push(`${error.code} ${atMs - until}`));
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    await clock.advance(6999);
    const early = [...passed];
    void other.then(() => passed.push('passed'));
    await clock.advance(1);
    expect({ early, passed }).toEqual({
      early: ['registry.rateLimited 0'],
      passed: ['registry.rateLimited 0', 'passed'],
    });
  });
});

it('knows how soon a host answers at best', () => {
  const pace = new HostPace(new ManualClock());
  const before = pace.quickestMs;
  for (const ms of [40, 6, 90]) pace.answered({ kind: 'HEAD', ms });
  pace.answered(null);
  expect({ before, after: pace.quickestMs }).toEqual({ before: null, after: 6 });
});
