import { mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/models/settings.ts';
import { freePort } from '../fixtures/free-port.ts';
import { makeLayout, skopeo } from '../fixtures/oci-image.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';
import { seriousIssuesOfThemes } from './accessibility.ts';
import { type LaunchedApp, launchApp } from './app.ts';
import { hasFocus } from './has-focus.ts';
import { openSheet, planPush, pushButton } from './push-driver.ts';

const pane = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
const detail = (page: Page): Locator => pane(page, 'Detail');
const ownRow = (page: Page): Locator => pane(page, 'Registries').getByRole('treeitem', { name: 'This computer' });
const ownSwitch = (page: Page): Locator => ownRow(page).getByRole('switch', { name: 'Registry of this computer' });
const clipboard = (app: LaunchedApp): Promise<string> =>
  app.electron.evaluate(async ({ clipboard: board }) => await board.readText());
/** Where it is seen: the input itself is hidden, and a click at its place may come while the row moves. */
const pressSwitch = (page: Page): Promise<void> => ownRow(page).locator('.serve-switch').click();
const isOn = (page: Page): Promise<boolean> => ownSwitch(page).isChecked();

/** Answers the next dialogs for files and folders without showing one. */
async function answerDialogs(app: LaunchedApp, path: string): Promise<void> {
  await app.electron.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, path);
}

describe('this computer among the registries', () => {
  const scene = prepareVmAndRegistry();
  let stateHome: string;
  let host: string;
  let app: LaunchedApp;
  let page: Page;

  beforeEach(async () => {
    stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
    const servePort = await freePort();
    host = `127.0.0.1:${servePort}`;
    await writeFile(join(stateHome, 'settings.json'), JSON.stringify({ ...DEFAULT_SETTINGS, servePort }));
    await start();
  });
  afterEach(async () => {
    await app.close();
    await rm(stateHome, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    app = await launchApp({ tartHome: scene.home, stateHome });
    page = app.page;
    await ownRow(page).waitFor();
  }

  async function switchOn(): Promise<void> {
    await pressSwitch(page);
    await ownRow(page).getByText(host).waitFor();
  }

  async function command(row: Locator, name: string): Promise<void> {
    await row.click({ button: 'right' });
    await page.getByRole('menuitem', { name }).click();
  }

  const sizeOf = async (): Promise<string> => (await ownRow(page).locator('.figure').textContent()) ?? '';
  const blobs = (): string => join(stateHome, 'store', 'blobs', 'sha256');

  it('is off until it is switched on; then its address is copied, a VM is pushed to it, and the tree and its size follow', async () => {
    await expect.poll(sizeOf).toBe('0 images, 0 B');
    expect(await isOn(page)).toBe(false);
    expect(await readdir(stateHome)).not.toContain('store');
    await switchOn();
    await ownRow(page).getByRole('button', { name: 'Copy address' }).click();
    await expect.poll(() => clipboard(app)).toBe(host);

    await planPush(page, 'builder', `${host}/vms/builder:1`);
    await pushButton(page).click();
    const tree = pane(page, 'Registries');
    await tree.getByRole('treeitem', { name: 'vms/builder' }).waitFor();
    await tree.getByRole('treeitem', { name: /^1\s/ }).waitFor();
    await expect.poll(sizeOf).toMatch(/^1 image, \d.*[kM]B$/);

    await tree.getByRole('treeitem', { name: /^1\s/ }).click();
    await detail(page).getByText(`tart pull ${host}/vms/builder:1 --insecure`).waitFor();
    await detail(page)
      .getByRole('heading', { name: /^Layers/ })
      .waitFor();
    await skopeo(
      'copy',
      '--src-tls-verify=false',
      `docker://${host}/vms/builder:1`,
      `dir:${join(stateHome, 'pulled')}`,
    );

    await pressSwitch(page);
    await expect.poll(() => tree.getByRole('treeitem', { name: 'vms/builder' }).count()).toBe(0);
    await expect.poll(() => isOn(page)).toBe(false);
    await expect.poll(sizeOf).toMatch(/^1 image, /);
  });

  it('stays as it was left when the app starts again', async () => {
    await switchOn();
    await app.close();
    await start();
    await ownRow(page).getByText(host).waitFor();
    await expect.poll(() => isOn(page)).toBe(true);
    await pressSwitch(page);
    await expect.poll(() => isOn(page)).toBe(false);
    await app.close();
    await start();
    expect(await isOn(page)).toBe(false);
  });

  it('is worked with the keyboard alone', async () => {
    await pane(page, 'Registries').getByRole('tree').focus();
    await page.keyboard.press('End');
    await expect.poll(() => detail(page).getByRole('heading', { level: 1 }).textContent()).toBe('This computer');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await ownRow(page).getByText(host).waitFor();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+F10');
    await hasFocus(page.getByRole('menuitem', { name: 'Switch off' }));
    await page.keyboard.press('Enter');
    await expect.poll(() => isOn(page)).toBe(false);
  });

  it('is switched on from the sheet of a push to it', async () => {
    await openSheet(page, 'builder');
    await page.keyboard.type(`${host}/vms/builder:1`);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Switch on This computer' }).click();
    await page.getByText(/Plan made/).waitFor();
    await pushButton(page).click();
    await pane(page, 'Registries').getByRole('treeitem', { name: 'vms/builder' }).waitFor();
    await expect.poll(() => isOn(page)).toBe(true);
  });

  it('says that its port is taken, and takes another', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(Number(host.split(':')[1]), '127.0.0.1', resolve));
    await ownRow(page).click();
    await pressSwitch(page);
    await detail(page).getByRole('alert').getByText('serve.portBusy').waitFor();
    expect(await isOn(page)).toBe(false);
    await detail(page).getByRole('button', { name: 'Use another port' }).click();
    await expect.poll(() => isOn(page)).toBe(true);
    await expect.poll(() => ownRow(page).getByText(host).count()).toBe(0);
    await new Promise((resolve) => taken.close(resolve));
  });

  it('tags, checks, repairs, exports, imports and frees from its detail', async () => {
    await switchOn();
    await planPush(page, 'builder', `${host}/vms/builder:1`, `${scene.registry.host}/vms/builder:1`);
    await pushButton(page).click();
    await pane(page, 'Registries').getByRole('treeitem', { name: 'vms/builder' }).nth(1).waitFor();
    await ownRow(page).click();
    const row = (name: string): Locator => detail(page).getByRole('row', { name });
    await row('vms/builder:1').waitFor();

    await row('vms/builder:1').getByRole('button', { name: 'Commands for' }).click();
    await page.getByRole('menuitem', { name: 'Add a tag…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Not A Name');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Not A Name is not a name of the local store.').waitFor();
    await page.getByRole('textbox', { name: 'Name' }).fill('vms/builder:2');
    await page.keyboard.press('Enter');
    await row('vms/builder:2').waitFor();
    await row('vms/builder:1').getByRole('button', { name: 'Commands for' }).click();
    await page.getByRole('menuitem', { name: 'Remove this tag…' }).click();
    await page.getByRole('alertdialog').getByText('The image keeps 1 other tag: vms/builder:2.').waitFor();
    await page.getByRole('button', { name: 'Remove tag' }).click();
    await expect.poll(() => row('vms/builder:1').count()).toBe(0);

    await detail(page).getByRole('button', { name: 'Check' }).click();
    await detail(page)
      .getByText(/blobs read, .*: all are right/)
      .waitFor();
    const sizes = await Promise.all(
      (await readdir(blobs())).map(async (name) => ({ name, size: (await stat(join(blobs(), name))).size })),
    );
    const [largest] = sizes.sort((left, right) => right.size - left.size);
    const file = await open(join(blobs(), largest?.name ?? ''), 'r+');
    await file.write(Buffer.from('damaged'), 0, 7, 0);
    await file.close();
    await detail(page).getByRole('button', { name: 'Check' }).click();
    await detail(page).getByText('1 blob is not right').waitFor();
    await detail(page).getByRole('button', { name: 'Repair…' }).click();
    await page.getByRole('textbox', { name: 'Repository' }).fill(`${scene.registry.host}/vms/builder`);
    await page.keyboard.press('Enter');
    await detail(page).getByText('1 blob was repaired').waitFor();

    const archive = join(stateHome, 'out.tar');
    await answerDialogs(app, archive);
    await detail(page).getByRole('button', { name: 'Export all…' }).click();
    await page.getByRole('menuitem', { name: 'Export to archive…' }).click();
    await detail(page).getByText(`1 image exported to ${archive}`).waitFor();
    const layout = join(stateHome, 'layout');
    await makeLayout(layout, 'team/app:7', ['one', 'two']);
    await answerDialogs(app, layout);
    await detail(page).getByRole('button', { name: 'Import…' }).click();
    await page.getByRole('menuitem', { name: 'Import layout folder…' }).click();
    await detail(page).getByText(`1 image imported from ${layout}`).waitFor();
    await pane(page, 'Registries').getByRole('treeitem', { name: 'team/app' }).waitFor();

    await writeFile(join(blobs(), 'a'.repeat(64)), Buffer.alloc(3_000_000));
    await detail(page).getByRole('button', { name: 'Collect…' }).click();
    await page.getByRole('alertdialog').getByText('Nothing can be freed now.').waitFor();
    await page
      .getByRole('alertdialog')
      .getByText(/1 blob of 3\.0 MB stays: it is younger than a day/)
      .waitFor();
    await page.keyboard.press('Escape');
  });

  it('has its place and its budget in the settings; what does not fit is refused and said', async () => {
    await switchOn();
    await skopeo('copy', '--dest-tls-verify=false', `oci:${await layoutOf('a')}:x`, `docker://${host}/team/app:1`);
    await expect.poll(sizeOf).toMatch(/^1 image/);
    await command(ownRow(page), 'Local store settings');
    const thesis = await mkdtemp(join(tmpdir(), 'tartan-thesis-'));
    await writeFile(join(thesis, 'thesis.txt'), 'words');
    await answerDialogs(app, thesis);
    await page.getByRole('button', { name: 'Choose…' }).click();
    await page
      .getByRole('alert')
      .getByText(`${thesis} is not an OCI image layout that this version can read.`)
      .waitFor();
    const other = join(stateHome, 'volume', 'images');
    await answerDialogs(app, other);
    await page.getByRole('button', { name: 'Choose…' }).click();
    await page.getByText(`The images in ${join(stateHome, 'store')} stayed there.`).waitFor();
    await page.getByRole('button', { name: 'Copy them here' }).click();
    await page.getByText(/1 image imported from/).waitFor();
    await page.getByRole('textbox', { name: 'Budget' }).fill('0.001');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Show This computer' }).click();
    await detail(page)
      .getByText(/ of 1\.0 MB, \d+ %/)
      .waitFor();

    await planPush(page, 'builder', `${host}/vms/builder:1`);
    await page.getByText(/The budget of the local store leaves .*; this push needs/).waitFor();
    await pushButton(page).click();
    await page.getByText('registry.full').first().waitFor();
    await rm(thesis, { recursive: true });
  });

  it('is readable for everybody in every theme', async () => {
    await ownRow(page).click();
    const found: Record<string, readonly string[]> = {};
    const look = async (view: string): Promise<void> => {
      found[view] = await seriousIssuesOfThemes(page);
    };
    await look('off');
    await switchOn();
    await skopeo('copy', '--dest-tls-verify=false', `oci:${await layoutOf('a')}:x`, `docker://${host}/team/app:1`);
    await detail(page).getByRole('row', { name: 'team/app:1' }).waitFor();
    await detail(page).getByRole('button', { name: 'Check' }).click();
    await detail(page)
      .getByText(/all are right/)
      .waitFor();
    await look('on');
    await detail(page).getByRole('button', { name: 'Collect…' }).click();
    await page.getByRole('alertdialog').getByText('Nothing can be freed now.').waitFor();
    await look('collection');
    await page.keyboard.press('Escape');
    await detail(page).getByRole('button', { name: 'Local store settings' }).click();
    await page.getByRole('tab', { name: 'Local store', selected: true }).waitFor();
    await look('settings');
    await page.getByRole('tab', { name: 'Registries' }).click();
    await look('registries');
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((view) => [view, []])));
  });

  async function layoutOf(name: string): Promise<string> {
    const path = join(stateHome, name);
    await makeLayout(path, 'x', ['one', 'two']);
    return path;
  }
});
