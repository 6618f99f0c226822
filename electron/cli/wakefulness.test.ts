import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWakefulness } from './wakefulness.ts';

let folder: string;
let log: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'awake-'));
  log = join(folder, 'log');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Puts a program of that name in the path: it writes down what it is asked, does it, and says when it ends. */
async function keeper(name: string): Promise<void> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\necho "$*" >> '${log}'\ncat\necho ended >> '${log}'\n`);
  await chmod(file, 0o755);
}

const written = (): Promise<string[]> =>
  readFile(log, 'utf8').then(
    (text) => text.trimEnd().split('\n'),
    () => [],
  );
const environment = (): NodeJS.ProcessEnv => ({ PATH: `${folder}:/usr/bin:/bin` });

describe.skipIf(process.platform === 'win32')('a computer that a command has work on', () => {
  it.each<[NodeJS.Platform, string, string]>([
    ['darwin', 'caffeinate', '-i cat'],
    ['linux', 'systemd-inhibit', '--what=idle --who=Tartan --why=An image is on its way --mode=block cat'],
  ])('is kept awake from the first job to the end of the last: %s', async (platform, name, args) => {
    await keeper(name);
    const wakefulness = createWakefulness({ platform, environment: environment(), afterMs: 0 });
    const [first, second] = [wakefulness.hold('push'), wakefulness.hold('copy')];
    await expect.poll(written).toEqual([args]);
    first();
    first();
    const before = await written();
    second();

    await expect.poll(written).toEqual([args, 'ended']);
    expect(before).toEqual([args]);
  });

  it('is left alone by a job that is over soon', async () => {
    await keeper('caffeinate');
    const wakefulness = createWakefulness({ platform: 'darwin', environment: environment(), afterMs: 0 });
    wakefulness.hold('push')();
    const release = wakefulness.hold('push');
    await expect.poll(written).toEqual(['-i cat']);
    release();

    await expect.poll(written).toEqual(['-i cat', 'ended']);
  });

  it.each<NodeJS.Platform>(['linux', 'win32'])(
    'does its work all the same where nothing keeps it awake: %s',
    async (platform) => {
      const wakefulness = createWakefulness({ platform, environment: { PATH: folder }, afterMs: 0 });
      const release = wakefulness.hold('push');
      // A timer set after the keeper's own: by then it was started, and its lack told.
      await new Promise((resolve) => setTimeout(resolve, 1));

      expect(() => {
        release();
        release();
      }).not.toThrow();
    },
  );
});
