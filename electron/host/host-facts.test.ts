import { isAbsolute } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hostFacts } from './host-facts.ts';

afterEach(() => vi.unstubAllEnvs());

describe('the home of the user', () => {
  it.runIf(process.platform !== 'win32')('is a folder of its own also where HOME is empty', () => {
    vi.stubEnv('HOME', '/srv/someone');
    const named = hostFacts({}).home;
    vi.stubEnv('HOME', '');

    expect([named, isAbsolute(hostFacts({}).home)]).toEqual(['/srv/someone', true]);
  });
});
