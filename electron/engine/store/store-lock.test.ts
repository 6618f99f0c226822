import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { ManualClock, settle } from '../../../test/fixtures/manual-clock.ts';
import { StateLock } from '../state/state-lock.ts';
import { StoreLock } from './store-lock.ts';

let folder: string;
let file: string;
let clock: ManualClock;
let lock: StoreLock;
let other: StateLock;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-lock-'));
  file = join(folder, 'lock');
  clock = new ManualClock();
  lock = new StoreLock(file, clock);
  // Another engine's: SQLite tells those of one process apart.
  other = new StateLock(file, 0);
});
afterEach(async () => {
  await lock.close();
  other.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a store that another engine is changing', () => {
  it('is waited for, and changed when it is free', async () => {
    other.tryExclusive();
    let changed = false;
    const work = lock.hold(() => {
      changed = true;
      return Promise.resolve('changed');
    });
    await clock.advance(1000);
    const during = changed;
    other.release();
    await clock.advance(10);

    expect({ during, after: await work }).toEqual({ during: false, after: 'changed' });
  });

  it('is not waited for longer than a minute, and the next change is tried anew', async () => {
    other.tryExclusive();
    const refused = lock.hold(() => Promise.resolve('changed')).catch((thrown: unknown) => thrown);
    await settle();
    await clock.advance(61_000);
    const thrown = await refused;
    other.release();

    expect([
      thrown instanceof AppError && { code: thrown.code, params: thrown.params },
      await lock.hold(() => Promise.resolve('changed')),
    ]).toEqual([{ code: 'store.busy', params: { path: file } }, 'changed']);
  });
});
