import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { type LaunchedApp, launchApp } from './app.ts';
import { makeOrdinaryUser, type OrdinaryUser } from './ordinary-user.ts';
import { askHost } from './window-bridge.ts';

/** Elsewhere the whole suite runs as an ordinary user anyway. */
const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)('for an ordinary user', () => {
  let user: OrdinaryUser;
  let home: TartHome;
  let stateHome: string;
  let app: LaunchedApp | null = null;

  beforeEach(async () => {
    user = await makeOrdinaryUser();
    home = await makeTartHome();
    stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
  });
  afterEach(async () => {
    await app?.close();
    await Promise.all([user.remove(), home.remove(), rm(stateHome, { recursive: true, force: true })]);
  });

  it('the page runs in Chromium’s own sandbox and the engine behind it works', async () => {
    await makeTartVm(home, { name: 'builder' });
    await user.own(home.root);
    await user.own(stateHome);
    app = await launchApp({
      executable: user.executable,
      args: [user.app],
      withoutSandbox: false,
      tartHome: home,
      stateHome,
    });
    const listed = await askHost(app.page, 'vms.list', null);
    const main = await app.electron.evaluate(({ BrowserWindow }) => ({
      user: process.getuid?.(),
      flags: process.argv,
      page: BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
    }));
    const status = await readFile(`/proc/${main.page}/status`, 'utf8');

    expect(main.user).not.toBe(0);
    expect(main.flags).not.toContain('--no-sandbox');
    // 2 = system calls are filtered.
    expect(/^Seccomp:\s*(\d)/m.exec(status)?.[1]).toBe('2');
    expect(listed).toMatchObject({
      type: 'result',
      output: { vms: [{ name: 'builder', state: 'stopped', defect: null }] },
    });
  });
});
