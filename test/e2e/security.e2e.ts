import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {} from '../../shared/contract/bridge.ts';
import { CHECKOUT, type LaunchedApp, launchApp } from './app.ts';
import { askHost } from './window-bridge.ts';

describe('the window is a closed room', () => {
  let app: LaunchedApp;

  beforeAll(async () => {
    app = await launchApp();
  });
  afterAll(() => app.close());

  it('has nothing of Node and Electron, only the three members of the bridge', async () => {
    const found = await app.page.evaluate(() => ({
      globals: ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter(
        (name) => name in globalThis,
      ),
      bridge: Object.keys(window.tartan),
      origin: location.origin,
    }));
    expect(found).toEqual({ globals: [], bridge: ['request', 'subscribe', 'pathForFile'], origin: 'app://tartan' });
  });

  it('runs in the sandbox with every protection on', async () => {
    const preferences = await app.electron.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      // Not in the typings: what Chromium was really told.
      return (contents as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences();
    });
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
    });
  });

  it('comes with a policy that lets no foreign code in', async () => {
    const headers = await app.page.evaluate(async () => {
      const [first, second] = await Promise.all([fetch('/'), fetch('/')]);
      const policy = (response: Response): string => response.headers.get('content-security-policy') ?? '';
      return { policy: policy(first), other: policy(second), sniff: first.headers.get('x-content-type-options') };
    });
    expect(headers.policy).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/]{24}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect([headers.policy === headers.other, headers.sniff]).toEqual([false, 'nosniff']);
  });

  it('runs no inline code and reaches no other place', async () => {
    app.expectProblem(/Content Security Policy/);
    const outcome = await app.page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.name = "inline"';
      document.body.append(script);
      script.remove();
      const frame = document.createElement('iframe');
      frame.src = 'https://example.com/';
      document.body.append(frame);
      frame.remove();
      const reached = await fetch('https://example.com/').then(
        () => true,
        () => false,
      );
      return { inline: window.name === 'inline', reached };
    });
    expect(outcome).toEqual({ inline: false, reached: false });
  });

  it('serves files of the window only', async () => {
    app.expectProblem(/Failed to load resource: the server responded with a status of 404/);
    const statuses = await app.page.evaluate(() =>
      Promise.all(
        ['/', '/..%2f..%2fpackage.json', '/..%2fnode/main.cjs', '/%2e%2e%2fpreload%2fpreload.cjs', '/nothing.js'].map(
          async (path) => (await fetch(path)).status,
        ),
      ),
    );
    expect(statuses).toEqual([200, 404, 404, 404, 404]);
  });

  it('goes nowhere and opens nothing', async () => {
    const opened = await app.page.evaluate(() => {
      const other = window.open('https://example.com/');
      location.assign('https://example.com/');
      const link = document.createElement('a');
      link.href = 'https://example.com/';
      link.target = '_blank';
      document.body.append(link);
      link.click();
      link.remove();
      return other !== null;
    });
    // Two turns of the host: a navigation that was let through would have begun.
    await askHost(app.page, 'app.info', null);
    await askHost(app.page, 'app.info', null);
    const windows = await app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => window.webContents.getURL()),
    );
    expect({ opened, windows }).toEqual({ opened: false, windows: ['app://tartan/'] });
  });

  it('is granted no permission', async () => {
    app.expectProblem(/Permissions policy violation/);
    const granted = await app.page.evaluate(async () => {
      const outcomes = await Promise.all([
        Notification.requestPermission(),
        navigator.permissions.query({ name: 'geolocation' }).then((status) => status.state),
        navigator.mediaDevices.getUserMedia({ audio: true }).then(
          () => 'granted',
          () => 'denied',
        ),
        navigator.clipboard.readText().then(
          () => 'granted',
          () => 'denied',
        ),
      ]);
      return outcomes.filter((outcome) => outcome === 'granted');
    });
    expect(granted).toEqual([]);
  });
});

describe('messages to the host', () => {
  let app: LaunchedApp;

  beforeAll(async () => {
    app = await launchApp();
  });
  afterAll(() => app.close());

  it.each([
    ['nothing.such', null, 'method.unknown'],
    ['__proto__', null, 'method.unknown'],
    ['jobs.get', { id: 7 }, 'input.invalid'],
    ['app.copyText', { text: { toString: 'x' } }, 'input.invalid'],
    ['app.revealVm', { vmId: '/etc' }, 'vm.notFound'],
  ])('for %s with %j are answered with %s', async (method, input, code) => {
    expect(await askHost(app.page, method, input)).toMatchObject({ type: 'error', error: { code } });
  });

  it('are refused from a page that is not ours, even with our preload', async () => {
    // Of the foreign page, which has no policy.
    app.expectProblem(/Electron Security Warning/);
    const answered = await app.electron.evaluate(
      async ({ BrowserWindow, clipboard }, preload) => {
        await clipboard.writeText('before');
        const foreign = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
        await foreign.loadURL('data:text/html,<p>foreign</p>');
        const heard: unknown = await foreign.webContents.executeJavaScript(`new Promise((resolve) => {
          window.tartan.subscribe((message) => resolve(message));
          window.tartan.request({ type: 'request', id: 1, method: 'app.copyText', input: { text: 'stolen' } });
          setTimeout(() => resolve('nothing'), 500);
        })`);
        foreign.destroy();
        return { heard, clipboard: await clipboard.readText() };
      },
      join(CHECKOUT, 'dist', 'preload', 'preload.cjs'),
    );
    expect(answered).toEqual({ heard: 'nothing', clipboard: 'before' });
  });
});
