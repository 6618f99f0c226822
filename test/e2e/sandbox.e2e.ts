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

/** How the kernel filters the system calls of a process: `Seccomp` of proc(5). */
async function systemCallFilter(pid: number): Promise<string | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return ['not at all', 'strictly', 'by rules'][Number(/^Seccomp:\s*(\d)/m.exec(status)?.[1])];
}

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
    // Of the careless window, which has no policy.
    app.expectProblem(/Electron Security Warning/);
    const careless = await app.electron.evaluate(async ({ BrowserWindow }) => {
      const window = new BrowserWindow({ show: false, webPreferences: { sandbox: false, nodeIntegration: true } });
      await window.loadURL('about:blank');
      return window.webContents.getOSProcessId();
    });
    const filters = await Promise.all([main.page, careless].map(systemCallFilter));

    expect(main.user).not.toBe(0);
    expect(main.flags).not.toContain('--no-sandbox');
    // Ours, and any other that somebody would open without thinking of it.
    expect(filters).toEqual(['by rules', 'by rules']);
    expect(listed).toMatchObject({
      type: 'result',
      output: { vms: [{ name: 'builder', state: 'stopped', defect: null }] },
    });
  });
});
