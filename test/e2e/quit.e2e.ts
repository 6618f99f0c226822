import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { electronRuntime } from '../../build/scripts/electron-runtime.mjs';
import { PLAIN_PUSH } from '../../shared/models/push-options.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';
import { CHECKOUT, type LaunchedApp, launchApp, launchEnvironment } from './app.ts';
import { askHost } from './window-bridge.ts';

/** Answers the system's question in the person's place: the dialog itself belongs to the system. */
async function answerQuestions(app: LaunchedApp, button: number): Promise<void> {
  await app.electron.evaluate(({ dialog, BrowserWindow }, response) => {
    const asked: string[] = [];
    const bars: number[] = [];
    Object.assign(globalThis, { asked, bars });
    const answer = (...args: unknown[]): Promise<{ response: number; checkboxChecked: boolean }> => {
      const options = args.at(-1);
      if (typeof options === 'object' && options !== null && 'message' in options) asked.push(String(options.message));
      return Promise.resolve({ response, checkboxChecked: false });
    };
    dialog.showMessageBox = answer;
    const [window] = BrowserWindow.getAllWindows();
    if (window === undefined) return;
    const draw = window.setProgressBar.bind(window);
    window.setProgressBar = (progress, options) => {
      bars.push(progress);
      draw(progress, options);
    };
  }, button);
}

const recorded = (app: LaunchedApp, name: 'asked' | 'bars'): Promise<readonly unknown[]> =>
  app.electron.evaluate((_electron, wanted) => Reflect.get(globalThis, wanted) as unknown[], name);

describe('quitting while a push runs', () => {
  const scene = prepareVmAndRegistry();

  async function pushSlowly(app: LaunchedApp, repository: string): Promise<void> {
    const settings = await askHost(app.page, 'settings.get', null);
    const { output } = settings as { output: Record<string, unknown> };
    await askHost(app.page, 'settings.set', { ...output, bandwidthLimit: 65_536 });
    await askHost(app.page, 'jobs.push', {
      vmId: 'vm:builder',
      references: [`${scene.registry.host}/${repository}:1`],
      ...PLAIN_PUSH,
    });
    await expect
      .poll(async () => (await recorded(app, 'bars')).some((bar) => Number(bar) > 0 && Number(bar) < 1))
      .toBe(true);
  }

  it('asks, and “Keep running” keeps window and push; the taskbar shows how far it is', async () => {
    const app = await launchApp({ tartHome: scene.home });
    await answerQuestions(app, 0);
    await pushSlowly(app, 'quit/kept');
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await expect.poll(() => recorded(app, 'asked')).toEqual(['A transfer is still running.']);
    const [job] = ((await askHost(app.page, 'jobs.list', null)) as { output: { state: string; id: string }[] }).output;
    expect(job?.state).toBe('running');
    await askHost(app.page, 'jobs.cancel', { id: job?.id });
    await expect.poll(async () => (await recorded(app, 'bars')).at(-1)).toBe(-1);
    await app.close();
  });

  it('“Quit and resume later” leaves, and the push is offered at the next start', async () => {
    const first = await launchApp({ tartHome: scene.home });
    await answerQuestions(first, 1);
    await pushSlowly(first, 'quit/left');
    const ended = new Promise((resolve) => first.electron.process().once('exit', resolve));
    await first.electron.evaluate(({ app }) => {
      setImmediate(() => app.quit());
    });
    await ended;
    const again = await launchApp({ tartHome: scene.home, stateHome: first.stateHome });
    const { output } = (await askHost(again.page, 'jobs.list', null)) as {
      output: { state: string; actions: string[] }[];
    };
    await again.close();
    expect(output).toMatchObject([{ state: 'interrupted', actions: expect.arrayContaining(['resume']) }]);
  });
});

describe('quitting while the window is still opening', () => {
  let stateHome: string;
  /** Where the page comes from: it takes the request and never answers. */
  let server: Server;
  let child: ChildProcess | null = null;

  beforeEach(async () => {
    stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
    server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    const pid = child?.exitCode === null && child.signalCode === null ? child.pid : undefined;
    // The whole group: a program that hangs has helpers.
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    server.closeAllConnections();
    server.close();
    await rm(stateHome, { recursive: true, force: true });
  });

  it('ends it at once and without a word', async () => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const asked = once(server, 'request');
    const { executable } = await electronRuntime();
    const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const environment = { TARTAN_DEV_URL: `http://127.0.0.1:${address.port}/` };
    child = spawn(executable, [...flags, '--disable-gpu', CHECKOUT], {
      env: launchEnvironment({ environment }, stateHome, stateHome),
      stdio: 'ignore',
      detached: true,
    });
    const ended = once(child, 'exit');
    await asked;
    child.kill('SIGTERM');

    expect(await ended).toEqual([0, null]);
    expect(await readFile(join(stateHome, 'logs', 'tartan.log'), 'utf8').catch(() => '')).toBe('');
  });
});
