import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { CHECKOUT, launchEnvironment } from './app.ts';
import { startDevtoolsApp } from './devtools-app.ts';

const run = promisify(execFile);

describe('npm start', () => {
  let home: TartHome;
  let stateHome: string;
  beforeEach(async () => {
    home = await makeTartHome();
    await makeTartVm(home, { name: 'builder' });
    stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
  });
  afterEach(() => Promise.all([home.remove(), rm(stateHome, { recursive: true, force: true })]));

  it('opens the app without any set-up; a second one finds it open, and Ctrl-C closes it', async () => {
    const script = join(CHECKOUT, 'build', 'scripts', 'start.mjs');
    // The Electron that set-up laid out is found by the person's own home.
    const environment = launchEnvironment({ environment: { HOME: homedir() } }, home.root, stateHome);
    const app = await startDevtoolsApp(
      process.execPath,
      [script, '--remote-debugging-port=0', '--disable-gpu'],
      environment,
    );
    try {
      await app.page.until(`document.body.textContent.includes('builder')`);
      const second = await run(process.execPath, [script, '--disable-gpu'], { env: environment });

      expect({ url: app.page.url, second: second.stdout }).toEqual({
        url: 'app://tartan/',
        second: 'Tartan is running already; its window comes to the front.\n',
      });
      expect(app.errors()).not.toMatch(/\.\.\. /);
    } finally {
      app.page.close();
      expect(await app.end('SIGINT', 'group')).toBe(0);
    }
    expect(await app.isGone()).toBe(true);
  });
});
