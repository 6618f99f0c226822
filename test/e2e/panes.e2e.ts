import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { seriousIssues } from './accessibility.ts';
import { type LaunchedApp, launchApp } from './app.ts';
import { hasFocus } from './has-focus.ts';
import { chooseMenuItem, menuBar } from './menu-command.ts';
import { closeSheet } from './push-driver.ts';

const pane = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const focusedPane = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.closest('[data-pane]')?.getAttribute('data-pane') ?? null);
const title = (page: Page): Promise<string | null> =>
  pane(page, 'Detail').getByRole('heading', { level: 1 }).textContent();
const clipboard = (app: LaunchedApp): Promise<string> =>
  app.electron.evaluate(async ({ clipboard: board }) => await board.readText());

describe('the three panes', () => {
  let home: TartHome;
  let registry: DockerRegistry;
  let app: LaunchedApp;
  let page: Page;

  beforeAll(async () => {
    registry = await startDockerRegistry();
    home = await makeTartHome();
    await makeTartVm(home, { name: 'alpha' });
    await makeTartVm(home, { name: 'beta' });
    await makeTartVm(home, { name: 'broken', config: { cpuCount: 'four' } });
  });
  afterAll(async () => {
    await registry.stop();
    await home.remove();
  });
  beforeEach(async () => {
    app = await launchApp({ tartHome: home });
    page = app.page;
    await pane(page, 'Local').getByRole('treeitem', { name: 'alpha' }).waitFor();
  });
  afterEach(() => app.close());

  it('are reached, walked and folded with the keyboard alone', async () => {
    await chooseMenuItem(app, 'Local');
    await expect.poll(() => focusedPane(page)).toBe('local');
    await page.keyboard.press('b');
    await expect.poll(() => title(page)).toBe('beta');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => title(page)).toBe('alpha');
    await page.keyboard.press('F6');
    await expect.poll(() => focusedPane(page)).toBe('registries');
    await page.keyboard.press('Shift+F6');
    await expect.poll(() => focusedPane(page)).toBe('local');

    await chooseMenuItem(app, 'Show or hide Local');
    await page.getByRole('button', { name: 'Show Local' }).waitFor();
    await chooseMenuItem(app, 'Local');
    await expect.poll(() => focusedPane(page)).toBe('local');
    await chooseMenuItem(app, 'Show or hide transfers');
    await page.getByRole('region', { name: 'Transfers' }).waitFor();

    // The menu is there while the page is not.
    await app.electron.evaluate(async ({ BrowserWindow, Menu }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      await new Promise((resolve) => {
        contents?.once('did-start-navigation', resolve);
        contents?.reload();
      });
      const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
      // Electron types the method as a bare Function.
      (items.find(({ label }) => label === 'Savings') as unknown as { click(): void }).click();
    });
    await page.locator('.savings').waitFor();
  });

  it('take the width that they are given, keep it, and take the usual one again', async () => {
    const splitter = page.getByRole('separator', { name: 'Width of Local' });
    const width = async (): Promise<number> => (await pane(page, 'Local').boundingBox())?.width ?? 0;
    const usual = await width();
    await splitter.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(width).toBe(usual + 48);
    await page.reload();
    await pane(page, 'Local').getByRole('treeitem', { name: 'alpha' }).waitFor();
    await expect.poll(width).toBe(usual + 48);
    await splitter.dblclick();
    await expect.poll(width).toBe(usual);
  });

  it('say what is wrong with a VM that cannot be pushed', async () => {
    await pane(page, 'Local').getByRole('treeitem', { name: 'broken' }).click();
    await pane(page, 'Detail').getByRole('alert').getByText('vm.configInvalid').waitFor();
    await expect.poll(() => pane(page, 'Detail').getByRole('button', { name: 'Push…' }).count()).toBe(0);
  });

  it('are filtered, and say so where nothing is found', async () => {
    await page.getByRole('textbox', { name: 'Filter VMs and images' }).fill('nobody');
    await page.getByText('Nothing matches “nobody”').waitFor();
    await page.getByRole('button', { name: 'Clear filter' }).last().click();
    await pane(page, 'Local').getByRole('treeitem', { name: 'beta' }).waitFor();
  });

  it('give each row its commands, and the focus back to the row', async () => {
    const row = pane(page, 'Local').getByRole('treeitem', { name: 'beta' });
    await row.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Copy name' }).click();
    await expect.poll(() => clipboard(app)).toBe('beta');
    await expect.poll(() => focusedPane(page)).toBe('local');
    await page.keyboard.press('Shift+F10');
    await hasFocus(page.getByRole('menuitem', { name: 'Push…' }));
    await page.keyboard.press('Enter');
    await hasFocus(page.getByRole('dialog').getByRole('combobox').first());
    await closeSheet(page);
    await expect.poll(() => focusedPane(page)).toBe('local');
  });

  it('keep the selection when a VM comes and goes', async () => {
    await pane(page, 'Local').getByRole('treeitem', { name: 'beta' }).click();
    await makeTartVm(home, { name: 'aardvark' });
    await pane(page, 'Local').getByRole('treeitem', { name: 'aardvark' }).waitFor();
    await expect.poll(() => title(page)).toBe('beta');
    await rm(join(home.root, 'vms', 'aardvark'), { recursive: true });
    await expect.poll(() => pane(page, 'Local').getByRole('treeitem', { name: 'aardvark' }).count()).toBe(0);
    await expect.poll(() => title(page)).toBe('beta');
  });

  it('add a registry that answers, say why one does not, and forget it again', async () => {
    await pane(page, 'Registries').getByRole('button', { name: 'Add registry', exact: true }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Host' }).fill('127.0.0.1:1');
    await page.getByRole('dialog').getByRole('button', { name: 'Test and add' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Host' }).fill(registry.host);
    await page.keyboard.press('Enter');
    const row = pane(page, 'Registries').getByRole('treeitem', { name: registry.host });
    await row.waitFor();
    await expect.poll(() => title(page)).toBe(registry.host);
    await row.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await expect.poll(() => row.count()).toBe(0);
  });

  it('speak another language at once, in the menu bar too', async () => {
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('tab', { name: 'Language' }).click();
    await page.getByText('简体中文').click();
    await page.getByRole('tab', { name: '语言' }).waitFor();
    await expect.poll(() => menuBar(app)).toEqual(['文件', '编辑', '显示', '帮助']);
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: '本地', exact: true }).waitFor();
  });

  it.each(['light', 'dark'] as const)(
    'and the settings are readable for everybody in %s, text at 150 %',
    async (theme) => {
      await page.emulateMedia({ colorScheme: theme });
      await page.getByRole('button', { name: 'Settings' }).click();
      const found: string[] = [];
      for (const section of [
        'Registries',
        'Local VMs',
        'Transfers',
        'Appearance',
        'Language',
        'Keyboard',
        'Notifications',
      ]) {
        await page.getByRole('tab', { name: section }).click();
        found.push(...(await seriousIssues(page)));
      }
      await page.getByRole('tab', { name: 'Appearance' }).click();
      await page.getByRole('textbox', { name: 'Text size' }).fill('150');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe('24px');
      await page.getByRole('button', { name: 'Images', exact: true }).click();
      await pane(page, 'Local').getByRole('treeitem', { name: 'broken' }).click();
      found.push(...(await seriousIssues(page)));
      expect(found).toEqual([]);
    },
  );
});

it('stays quick with ten thousand tags: only rows in sight are in the document', async () => {
  const home = await makeTartHome();
  const stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
  const digest = (at: number): string => `sha256:${at.toString(16).padStart(64, '0')}`;
  const groups = Array.from({ length: 10_000 }, (_, at) => ({
    digest: digest(at),
    tags: [`1.${String(10_000 - at)}`],
    size: 1_000_000,
    uploadTime: null,
  }));
  const host = '127.0.0.1:1';
  await writeFile(
    join(stateHome, 'registries.json'),
    JSON.stringify({
      added: [{ host, insecure: false }],
      removed: [],
      read: { [host]: [{ repository: 'many', readMs: 1, tagCount: 10_000, groups }] },
    }),
  );
  const app = await launchApp({ tartHome: home, stateHome });
  const tree = pane(app.page, 'Registries').getByRole('tree');
  await tree.getByRole('treeitem', { name: 'many' }).click();
  await app.page.keyboard.press('ArrowRight');
  await tree.getByRole('treeitem', { name: '1.10000' }).waitFor();
  await app.page.keyboard.press('End');
  await tree.getByRole('treeitem', { name: /^1\.1\s/ }).waitFor();
  const rows = await tree.getByRole('treeitem').count();
  await app.close();
  await rm(stateHome, { recursive: true });
  await home.remove();

  expect(rows).toBeLessThan(120);
});
