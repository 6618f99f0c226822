import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { startTokenServer, type TokenServer } from '../fixtures/token-server.ts';
import { seriousIssues } from './accessibility.ts';
import { type LaunchedApp, launchApp } from './app.ts';
import { hasFocus } from './has-focus.ts';

/** In a file of another program that cannot be read. */
const strayed = 'made-up-and-strayed';
const account = { user: 'alice', password: 'made-up-for-the-window' };

describe('signing in to a registry', () => {
  let server: TokenServer;
  let registry: DockerRegistry;
  let stateHome: string;
  let app: LaunchedApp;
  let page: Page;

  beforeAll(async () => {
    server = await startTokenServer({ account });
    registry = await startDockerRegistry({ token: server });
    stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
    const book = { added: [{ host: registry.host, insecure: false }], removed: [], read: {} };
    await writeFile(join(stateHome, 'registries.json'), JSON.stringify(book));
    // Read for every lookup, and not in its form: the log says so.
    await mkdir(join(stateHome, '.docker'));
    await writeFile(join(stateHome, '.docker', 'config.json'), `{"auths":{"${registry.host}":{"password":"${strayed}"`);
    app = await launchApp({ stateHome });
    page = app.page;
  });
  afterAll(async () => {
    await app.close();
    await Promise.all([registry.stop(), server.close(), rm(stateHome, { recursive: true, force: true })]);
  });

  const row = () => page.getByRole('treeitem', { name: registry.host });
  const dialog = () => page.getByRole('dialog', { name: `Sign in to ${registry.host}` });
  const type = async (password: string): Promise<void> => {
    await dialog().getByRole('textbox', { name: 'User name' }).fill(account.user);
    await dialog().getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
  };

  it('is offered where it is missing, tried before it is kept, shown with its source, and taken back', async () => {
    await row().getByRole('button', { name: 'Sign in' }).click();
    await dialog()
      .getByText(/offers no keychain: the sign-in is kept until Tartan quits/)
      .waitFor();
    await hasFocus(dialog().getByRole('textbox', { name: 'User name' }));
    expect(await seriousIssues(page)).toEqual([]);
    await type('another');
    await dialog().getByRole('alert').getByText('does not accept the sign-in').waitFor();
    await type(account.password);
    await page.getByRole('status').getByText(`Signed in to ${registry.host} as alice`).waitFor();
    await row().getByText('signed in as alice').waitFor();

    await row().click();
    const detail = page.getByRole('region', { name: 'Detail' });
    await detail.getByText('signed in as alice (Tartan)').waitFor();
    await detail.getByRole('button', { name: 'Change sign-in…' }).click();
    await dialog().getByRole('row', { name: 'Tartan alice in use' }).waitFor();
    await expect.poll(() => dialog().getByRole('textbox', { name: 'User name' }).inputValue()).toBe('alice');
    await dialog().getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('status').getByText(`Signed out of ${registry.host}`).waitFor();
    await detail.getByRole('heading', { name: `${registry.host} wants a sign-in.` }).waitFor();
  });

  it('leaves no secret in the state folder', async () => {
    const files = await readdir(stateHome, { recursive: true, withFileTypes: true });
    const found: string[] = [];
    for (const file of files.filter((entry) => entry.isFile())) {
      const bytes = await readFile(join(file.parentPath, file.name));
      if (file.parentPath.endsWith('.docker')) continue;
      const spelled = [account.password, strayed, Buffer.from(`alice:${account.password}`).toString('base64')];
      if (spelled.some((secret) => bytes.includes(secret))) found.push(file.name);
    }
    expect({ looked: files.some(({ name }) => name === 'tartan.log'), found }).toEqual({ looked: true, found: [] });
  });
});
