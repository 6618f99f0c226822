import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { seriousIssuesOfThemes } from './accessibility.ts';
import { CHECKOUT, type LaunchedApp, launchApp } from './app.ts';
import { chooseMenuItem } from './menu-command.ts';
import { pushButton, vmRow } from './push-driver.ts';
import { askHost } from './window-bridge.ts';

/** The sample is laid out for the chunks of Tart. */
const CHUNK = 512 * 1024 ** 2;
const SHOTS = join(CHECKOUT, 'screenshots');

describe('the first minute', () => {
  let tartHome: TartHome;
  let stateHome: string;
  let app: LaunchedApp | null;
  beforeEach(async () => {
    tartHome = await makeTartHome();
    stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
    app = null;
    await mkdir(join(SHOTS, 'light'), { recursive: true });
  });
  afterEach(async () => {
    await app?.close();
    await Promise.all([tartHome.remove(), rm(stateHome, { recursive: true, force: true })]);
  });

  async function open(): Promise<Page> {
    app = await launchApp({ tartHome, stateHome, chunkSize: CHUNK, colorScheme: 'light' });
    return app.page;
  }
  async function close(): Promise<void> {
    await app?.close();
    app = null;
  }
  const strip = (page: Page) => page.getByRole('region', { name: 'Trying Tartan' });
  const verdict = (page: Page, kind: string) =>
    page.getByRole('dialog').getByRole('button', { name: new RegExp(`^${kind} .*layers?`) });
  async function output(page: Page, method: string): Promise<Record<string, unknown>> {
    const answer = await askHost(page, method, null);
    // The host checked its answer with the schema of the contract.
    return (answer as { readonly output: Record<string, unknown> }).output;
  }

  /** Those of all registries in the list. */
  async function repositories(page: Page): Promise<unknown[]> {
    // An array by the contract.
    const registries = (await output(page, 'registries.list')) as unknown as { readonly repositories: unknown[] }[];
    return registries.flatMap((registry) => registry.repositories);
  }

  it('makes a sample VM, pushes it, changes it, shows present and upload side by side, says what was saved, and removes it all', async () => {
    // Tart was never started here.
    await tartHome.remove();
    const page = await open();
    const shot = (step: string) => page.screenshot({ path: join(SHOTS, 'light', `first-minute-${step}.png`) });
    const issues: string[] = [];
    const look = async (step: string): Promise<void> => {
      await shot(step);
      issues.push(...(await seriousIssuesOfThemes(page)));
    };
    for (const name of ['Try it', 'Add a registry', 'Choose where VMs are']) {
      await page.getByRole('heading', { name, exact: true }).waitFor();
    }
    await page.getByText('Zero chunk').waitFor();
    await look('1-offers');

    await page.getByRole('button', { name: 'Try it', exact: true }).click();
    await page.getByRole('dialog').getByText('try/sample').first().waitFor();
    await page.getByRole('dialog').getByText('v1', { exact: true }).first().waitFor();
    await page.getByText(/Plan made/).waitFor();
    await look('2-first-plan');
    await pushButton(page).click();
    await strip(page).getByText('The sample VM is being pushed').waitFor();
    await shot('3-watching');

    await strip(page).getByText('A little of the disk has changed: push it as v2').waitFor();
    await look('4-suggestion');
    await strip(page).getByRole('button', { name: 'Push as v2…' }).click();
    await page.getByRole('dialog').getByText('v2', { exact: true }).first().waitFor();
    await page.getByText(/Plan made/).waitFor();
    await expect.poll(() => verdict(page, 'Present').textContent()).toMatch(/^Present8 layers/);
    await expect.poll(() => verdict(page, 'Upload').textContent()).toMatch(/^Upload1 layer/);
    await look('5-second-plan');
    await pushButton(page).click();
    await strip(page)
      .getByRole('heading', { name: /^v2 is there: [\d.]+ MB of 1\d\d MB sent$/ })
      .waitFor();
    await expect
      .poll(() => strip(page).getByRole('definition').allTextContents())
      .toEqual([
        expect.stringMatching(/^8\.\d GB not read8\.\d GB not encoded~ /),
        expect.stringMatching(/^\d+ MB of \d+ MB not sent$/),
      ]);
    await page.getByText('written').first().waitFor();
    await look('6-saved');
    const { address } = await output(page, 'serve.state');
    const { stdout } = await promisify(execFile)('skopeo', [
      ...['inspect', '--raw', '--tls-verify=false'],
      `docker://${String(address)}/try/sample:v2`,
    ]);
    expect(stdout.match(/tart\.disk\.v2/g)).toHaveLength(16);

    await strip(page).getByRole('button', { name: 'Remove everything' }).click();
    await page.getByRole('alertdialog').getByText('Your own VMs and images stay as they are').waitFor();
    await look('7-remove');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove everything' }).click();
    await strip(page).waitFor({ state: 'detached' });
    await page.getByText('No VM found yet').waitFor();
    expect({
      serve: await output(page, 'serve.state'),
      jobs: await output(page, 'jobs.list'),
      repositories: await repositories(page),
      store: await output(page, 'store.list'),
      sample: (await readdir(stateHome)).includes('sample'),
      tartHome: await stat(tartHome.root).catch(() => null),
      issues,
    }).toEqual({
      serve: expect.objectContaining({ on: false }),
      jobs: [],
      repositories: [],
      store: expect.objectContaining({ images: [], usedBytes: 0 }),
      sample: false,
      tartHome: null,
      issues: [],
    });
  });

  it('goes on where it was when the app was closed, and leaves the VMs of the person alone', async () => {
    const own = await makeTartVm(tartHome, { name: 'sample' });
    const before = await readdir(tartHome.root, { recursive: true });
    let page = await open();
    await vmRow(page, 'sample').waitFor();
    // The first start, though there is a VM already.
    await page.getByRole('button', { name: 'Try it', exact: true }).press('Enter');
    await page.getByText(/Plan made/).waitFor();
    await page.keyboard.press('Control+Enter');
    await strip(page).getByText('A little of the disk has changed').waitFor();
    await close();

    page = await open();
    await strip(page).getByText('A little of the disk has changed').waitFor();
    await page
      .getByRole('region', { name: 'Local', exact: true })
      .getByRole('treeitem')
      .filter({ hasText: 'samplesample' })
      .waitFor();
    await strip(page).getByRole('button', { name: 'Push as v2…' }).click();
    await page.getByText(/Plan made/).waitFor();
    await expect.poll(() => verdict(page, 'Present').textContent()).toMatch(/^Present8 layers/);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await strip(page).getByRole('button', { name: 'Remove everything' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove everything' }).click();
    await strip(page).waitFor({ state: 'detached' });

    await page.getByRole('heading', { level: 1, name: 'sample' }).waitFor();
    expect((await output(page, 'serve.state'))['on']).toBe(false);
    // It can be tried again at any time, also where the offers are no longer in sight.
    if (app === null) throw new Error('the app is closed');
    await chooseMenuItem(app, 'Try it with a sample VM');
    await page.getByText(/Plan made/).waitFor();
    await page.keyboard.press('Escape');
    await strip(page).getByText('The sample VM is made: push it').waitFor();
    expect(await readdir(tartHome.root, { recursive: true })).toEqual(before);
    expect((await stat(own.diskFile)).size).toBe(own.diskSize);
  });
});
