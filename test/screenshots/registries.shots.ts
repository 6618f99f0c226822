import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type LaunchedApp, launchApp } from '../e2e/app.ts';
import { chooseMenuItem } from '../e2e/menu-command.ts';
import { askHost } from '../e2e/window-bridge.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { openAlbum } from './album.ts';

const ACCOUNT = { user: 'builder', password: 'made-up-for-pictures' };
/** Tags of each image of the repository, the oldest first. */
const IMAGES = [
  ['base-2025'],
  ['base'],
  ['14.3', '2026-02', 'sonoma-old'],
  ['14.4.0', '2026-10-30'],
  ['14.4.1', 'sonoma'],
  ['2026-11-20', '2026-11', 'latest'],
];

describe('registries', () => {
  let open: DockerRegistry;
  let closed: DockerRegistry;
  let home: TartHome;
  let stateHome: string;
  let app: LaunchedApp;

  beforeAll(async () => {
    open = await startDockerRegistry();
    closed = await startDockerRegistry({ account: ACCOUNT });
    home = await makeTartHome();
    stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
    const engine = await openTestEngine({ tartHome: home.root, stateHome });
    for (const [at, tags] of IMAGES.entries()) {
      await makeTartVm(home, { name: `builder-${at}` });
      const references = tags.map((tag) => `${open.host}/macos/sonoma:${tag}`);
      await engine.push({ vmId: `vm:builder-${at}`, references });
    }
    await engine.push({
      vmId: 'vm:builder-1',
      references: [`${open.host}/ci/runners:7`, `${open.host}/macos/xcode:16`],
    });
    await engine.close();
    app = await launchApp({ tartHome: home, stateHome, size: { width: 1440, height: 900 } });
    app.page.setDefaultTimeout(15_000);
    await askHost(app.page, 'registries.add', { host: closed.host, insecure: true });
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await Promise.all([open.stop(), closed.stop(), home.remove(), rm(stateHome, { recursive: true })]);
  });

  const centre = async (place: Locator): Promise<{ x: number; y: number }> => {
    const box = await place.boundingBox();
    if (box === null) throw new Error('not drawn');
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  /** A row of the tree, whatever the language. */
  const row = (name: string): Locator =>
    app.page.locator('.pane-registries [role="treeitem"]', { hasText: name }).first();
  const token = (tag: string): Locator => app.page.locator(`.pane-detail [data-tag="${tag}"]`).first();
  const settled = (): Promise<void> => app.page.waitForLoadState('networkidle');

  it('are shown with their repositories, tags and what they can do', async () => {
    const { page } = app;
    const album = await openAlbum(app, 'registries');
    await row(open.host).click();
    await page.getByRole('button', { name: 'Ask again' }).waitFor();
    await album.take('1-registry');
    await row(closed.host).click();
    await settled();
    await album.take('2-closed');
    await page.getByRole('region', { name: 'Detail' }).getByRole('button', { name: 'Sign in…' }).first().click();
    await page.getByRole('dialog').waitFor();
    await album.take('3-sign-in');
    await page.keyboard.press('Escape');
    await row('macos/sonoma').click();
    await token('latest').waitFor();
    await album.take('4-repository');
  });

  it('have tags that are edited in a list', async () => {
    const { page } = app;
    const album = await openAlbum(app, 'registries');
    await token('14.4.1').click();
    await page.getByRole('button', { name: 'Add tag…' }).click();
    await page.getByRole('dialog').getByLabel('Tags').fill('latest, stable');
    await page
      .getByRole('dialog')
      .getByText(/moves from/)
      .waitFor();
    await album.take('5-add-tags');
    await page.getByRole('button', { name: 'Add 2 tags' }).click();
    await token('14.3').click();
    await page.keyboard.press('Delete');
    await token('base').click();
    await page.getByRole('button', { name: 'Rename…' }).click();
    await page.getByRole('dialog').getByLabel('New name').fill('base-2026');
    await page.keyboard.press('Enter');
    await page
      .getByText(/asks first/)
      .first()
      .waitFor();
    await album.take('6-pending');
    await page.getByRole('button', { name: /^Apply/ }).click();
    await page.getByRole('alertdialog').waitFor();
    await album.take('7-delete');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Discard all' }).click();
  });

  it('are targets of what is carried', async () => {
    const { page } = app;
    const album = await openAlbum(app, 'registries');
    for (const theme of ['light', 'dark'] as const) {
      await album.set({ theme });
      const from = await centre(token('latest'));
      const to = await centre(row('ci/runners'));
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      await page.mouse.move(to.x - 40, to.y + 40, { steps: 4 });
      await page.mouse.move(to.x - 4, to.y);
      await page.mouse.move(to.x, to.y);
      await page.locator('.drag-chip').waitFor();
      await settled();
      await page.screenshot({ path: join('screenshots', 'registries', `8-drag-${theme}.png`) });
      await page.keyboard.press('Escape');
      await page.mouse.up();
    }
    await token('latest').click({ button: 'right' });
    await page.getByRole('menu').waitFor();
    await album.take('9-menu');
    await page.getByRole('menuitem', { name: /Copy to/ }).click();
    await page.getByRole('dialog').waitFor();
    await settled();
    await album.take('10-copy');
    // The first one closes the suggestions.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await chooseMenuItem(app, 'Search and commands…');
    await page.keyboard.type('son');
    await page.getByRole('option').first().waitFor();
    await album.take('11-palette');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
  });

  it('have a page of their own in the settings', async () => {
    const { page } = app;
    const album = await openAlbum(app, 'registries');
    await row(open.host).click();
    await page.getByRole('button', { name: 'Registry settings' }).click();
    await page.getByRole('button', { name: 'Test again' }).click();
    await page.getByRole('row', { name: /^Upload/ }).waitFor();
    await settled();
    await album.take('12-settings');
    await page.getByRole('button', { name: 'Images', exact: true }).click();
    await page.getByRole('button', { name: 'Add registry' }).first().click();
    await page.getByRole('dialog').waitFor();
    await album.take('13-add');
    await page.keyboard.press('Escape');
  });

  it('speak Chinese', async () => {
    const { page } = app;
    const album = await openAlbum(app, 'registries', 'zh-CN');
    await row(open.host).click();
    await settled();
    await album.take('1-registry');
    await row('macos/sonoma').click();
    await token('latest').waitFor();
    await token('14.3').click();
    await page.keyboard.press('Delete');
    await page.waitForTimeout(1500);
    await album.take('6-pending');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('alertdialog').waitFor();
    await album.take('7-delete');
  });
});
