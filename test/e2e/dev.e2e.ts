import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, open, readFile, rm, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachDevtools } from '../fixtures/devtools-page.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { CHECKOUT, launchEnvironment } from './app.ts';
import { startDevtoolsApp } from './devtools-app.ts';

const run = promisify(execFile);
const CHANGE_MS = 60_000;
const SAVES = 4;

/** Writes a text over a shorter one. The file is empty at no moment: a server that reads it then takes it for a module without anything. */
async function overwrite(path: string, text: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(text, 0);
  } finally {
    await file.close();
  }
}

describe('npm run dev', () => {
  let copy: string;
  let home: TartHome;

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'tartan-dev-'));
    const parts = ['build', 'dist', 'electron', 'renderer', 'shared', 'package.json', 'package-lock.json'];
    await run('cp', ['-a', ...parts.map((name) => join(CHECKOUT, name)), copy]);
    await symlink(join(CHECKOUT, 'node_modules'), join(copy, 'node_modules'));
    home = await makeTartHome();
    await makeTartVm(home, { name: 'builder' });
  });
  afterAll(() => Promise.all([home.remove(), rm(copy, { recursive: true, force: true })]));

  it('shows a change of the window without a reload, starts the app anew for a change behind it, and ends with Ctrl-C', async () => {
    const app = await startDevtoolsApp(
      process.execPath,
      [join(copy, 'build', 'scripts', 'dev.mjs'), '--remote-debugging-port=0', '--disable-gpu'],
      // The Electron that set-up laid out is found by the person's own home.
      launchEnvironment({ environment: { HOME: homedir() } }, home.root, join(copy, 'state')),
    );
    try {
      const { page } = app;
      await page.until(`document.body.textContent.includes('builder')`, CHANGE_MS);
      await page.evaluate(`window.policyViolations = []; window.isFirstPage = true;
        addEventListener('securitypolicyviolation', (event) => window.policyViolations.push(event.violatedDirective))`);

      /** Saves a file until the window shows it: on a busy machine the dev server's watcher is not told of every save. */
      const save = async (file: string, text: string, shown: string): Promise<void> => {
        for (let saves = 1; ; saves += 1) {
          await overwrite(file, `${text}${'\n'.repeat(saves)}`);
          try {
            await page.until(shown, CHANGE_MS / SAVES);
            return;
          } catch (thrown) {
            if (saves === SAVES) throw new Error(`${String(thrown)}\n${app.errors()}`, { cause: thrown });
          }
        }
      };
      const tokens = join(copy, 'renderer', 'app', 'tokens.css');
      await save(
        tokens,
        `${await readFile(tokens, 'utf8')}\n:root { --changed-token: 1px; }`,
        `getComputedStyle(document.documentElement).getPropertyValue('--changed-token') === '1px'`,
      );
      const view = join(copy, 'renderer', 'app', 'app.tsx');
      await save(
        view,
        (await readFile(view, 'utf8')).replace('className="window"', 'className="window" id="hot"'),
        `document.getElementById('hot') !== null`,
      );

      expect(await page.evaluate('({ first: window.isFirstPage, violations: window.policyViolations })')).toEqual({
        first: true,
        violations: [],
      });
      page.close();

      await appendFile(join(copy, 'electron', 'main', 'main.ts'), '\n// A change.\n');
      await expect.poll(() => app.addresses().length, { timeout: CHANGE_MS }).toBe(2);
      const again = await attachDevtools(app.addresses()[1] ?? '');
      await again.until(`document.body.textContent.includes('builder')`, CHANGE_MS);
      expect({ url: again.url, first: await again.evaluate('window.isFirstPage ?? false') }).toEqual({
        url: 'app://tartan/',
        first: false,
      });
      again.close();
    } finally {
      expect(await app.end('SIGINT', 'group')).toBe(0);
    }
    expect(app.errors()).not.toMatch(/Content Security Policy|unforeseen/);
    expect(await app.isGone()).toBe(true);
  });
});
