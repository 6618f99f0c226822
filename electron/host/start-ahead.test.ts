import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bundleInto, folderBesidePackages } from '../../test/fixtures/bundle.ts';
import { openState } from '../engine/state/state-database.ts';
import { startAhead } from './start-ahead.ts';
import { systemClock } from './system-clock.ts';

let built: string;
beforeAll(async () => {
  built = await folderBesidePackages('start-ahead');
  await bundleInto(built, 'state-worker');
  await bundleInto(built, 'lock-helper');
  await bundleInto(built, 'codec-worker');
});
afterAll(() => rm(built, { recursive: true, force: true }));

const homeOf = (name: string): string => join(built, name);

describe('what starts while the command line loads', () => {
  it('is the state and the lock of a command that reads a VM; the engine goes on with both', async () => {
    const stateHome = homeOf('push');
    const { state, helpers } = startAhead(built, ['push', 'builder', 'registry.example/a:1'], {
      TARTAN_HOME: stateHome,
    });
    const warnings: string[] = [];
    const opened = await openState({
      directory: stateHome,
      workerFile: join(built, 'state-worker.cjs'),
      clock: systemClock,
      log: { debug: () => undefined, warn: (message) => warnings.push(message) },
      started: state,
    });
    await opened.run([
      { sql: 'INSERT INTO machine_rates (name, rate, learned_ms) VALUES (?, ?, ?)', params: ['x', 2, 1] },
    ]);
    const rates = await opened.all('SELECT rate FROM machine_rates', [], z.object({ rate: z.number() }));
    await opened.close();
    const ready = helpers.fork(join(built, 'lock-helper.cjs'), []);
    const ended = new Promise((resolve) => ready.onExit(resolve));
    helpers.close();
    ready.kill();
    await ended;

    expect({ mode: opened.mode, rates, warnings, pid: typeof ready.pid }).toEqual({
      mode: { kind: 'file' },
      rates: [{ rate: 2 }],
      warnings: [],
      pid: 'number',
    });
  });

  it('is a thread that reads, too, where nothing was ever seen', async () => {
    const environment = { TARTAN_HOME: homeOf('first') };
    const started: number[] = [];
    for (const args of [
      ['push', 'builder', 'registry.example/a:1'],
      ['plan', 'builder', 'registry.example/a:1'],
      ['list'],
    ]) {
      const { state, helpers, startCodec } = startAhead(built, args, environment);
      const codec = startCodec();
      started.push(codec.length);
      await state?.opened;
      helpers.close();
      for (const worker of [state?.worker, ...codec]) await worker?.terminate();
    }
    expect(started).toEqual([1, 0, 0]);
  });

  it.each([
    ['another command', ['list']],
    ['no command', []],
    ['a command without a name', ['push']],
    ['a cached image, which nobody locks', ['push', 'ghcr.io/images/base:1', 'registry.example/a:1']],
    ['help', ['push', 'builder', '--help']],
  ])('is nothing for %s', async (_name, args) => {
    const stateHome = homeOf('nothing');
    const { state, helpers } = startAhead(built, args, { TARTAN_HOME: stateHome });
    helpers.close();
    expect(state).toBeNull();
    await expect(access(stateHome)).rejects.toThrow('ENOENT');
  });
});
