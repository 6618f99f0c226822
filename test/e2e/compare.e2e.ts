import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparisonSchema } from '../../shared/models/comparison.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { type LoopVolume, makeLoopVolume, VOLUME_KINDS } from '../fixtures/loop-volume.ts';
import { makeTartHome, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { cloneWithChanges, makeWovenVm } from '../fixtures/woven-vm.ts';
import { seriousIssuesOfThemes } from './accessibility.ts';
import { type LaunchedApp, launchApp } from './app.ts';
import { hasFocus } from './has-focus.ts';
import { changeSettings, closeSheet, planPush, vmRow } from './push-driver.ts';
import { writtenFiles } from './written-files.ts';

/** Chunks in which the clone differs: in the file system, and behind it. */
const CHANGED = [3, 18, 19];

/** A place where pushes make snapshots; null where no file system can be mounted. */
const volume: LoopVolume | null = VOLUME_KINDS.includes('xfs') ? makeLoopVolume('xfs') : null;

describe('somebody who wants to know what two images share', () => {
  let registry: DockerRegistry;
  let home: TartHome;
  let stateHome: string;
  let app: LaunchedApp;
  let page: Page;

  beforeAll(async () => {
    [registry, home, stateHome] = await Promise.all([
      startDockerRegistry(),
      makeTartHome(volume?.path),
      mkdtemp(join(tmpdir(), 'tartan-state-')),
    ]);
    const base = await makeWovenVm(home, { name: 'base', tail: '4r40h2r' });
    await cloneWithChanges(home, base, 'changed', CHANGED);
    // What was pushed before the app was started.
    const engine = await openTestEngine({ tartHome: home.root, stateHome });
    await engine.push({ vmId: 'vm:base', references: [`${registry.host}/macos/base:1.0`] });
    await engine.push({ vmId: 'vm:changed', references: [`${registry.host}/macos/base:1.1`] });
    const never = new AbortController().signal;
    await engine.handlers['repositories.read']({ host: registry.host, repository: 'macos/base' }, never);
    await engine.close();
    app = await launchApp({ tartHome: home, stateHome, size: { width: 1440, height: 900 } });
    page = app.page;
  });
  afterAll(async () => {
    await app.close();
    await registry.stop();
    await home.remove();
    volume?.remove();
    await rm(stateHome, { recursive: true, force: true });
  });

  const places = async (): Promise<string[]> =>
    await page.getByRole('grid', { name: 'Differences' }).locator('tbody tr td:first-child').allTextContents();

  it('compares a VM with an image of a registry, chunk by chunk, by the keyboard', async () => {
    await vmRow(page, 'base').click();
    await page.getByRole('button', { name: 'Compare with…' }).click();
    await page.getByRole('button', { name: /Image A base/ }).waitFor();
    await page.keyboard.press('Escape');
    await vmRow(page, 'base').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Compare with…' }).click();
    await page.getByRole('main', { name: 'Compare images' }).waitFor();
    await page.getByRole('button', { name: /Image B/ }).click();
    await hasFocus(page.getByRole('searchbox'));
    await page.keyboard.type('base:1.1');
    await expect.poll(() => page.getByRole('option').count()).toBe(1);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Differences' }).waitFor();
    await expect.poll(places).toEqual(CHANGED.map(String));

    const weave = page.getByRole('grid', { name: /^base above/ });
    await weave.focus();
    await page.keyboard.press('n');
    await page.keyboard.press('Enter');
    const row = page.getByRole('grid', { name: 'Differences' }).locator('tr[aria-selected="true"]');
    await expect.poll(() => row.locator('td').first().textContent()).toBe('3');
    expect(await seriousIssuesOfThemes(page)).toEqual([]);
  });

  it('writes what it shows into files: a document, tables, and a page with both weaves', async () => {
    const written = await writtenFiles(app, stateHome, 'difference');
    const document = comparisonSchema.parse(JSON.parse(written.json));
    const changed = document.chunks.flatMap(({ a, b }, at) => (a?.state === 'only' && b?.state === 'only' ? [at] : []));
    expect({ a: document.a.title, b: document.b.tags, changed }).toEqual({ a: 'base', b: ['1.1'], changed: CHANGED });
    const chunks = written.csv.split('\r\n').filter((line) => line.startsWith('chunk,'));
    expect(chunks.filter((line) => line.includes(',changed,'))).toHaveLength(CHANGED.length);
    expect(chunks).toHaveLength(document.chunks.length);
    expect(written.html.match(/<title>Chunk /g)).toHaveLength(document.chunks.length);
  });

  it('has room for every column in a narrow window with large text', async () => {
    const setSize = async (width: number, height: number, textScale: number): Promise<void> => {
      await app.electron.evaluate(
        ({ BrowserWindow }, [wide, high]) => BrowserWindow.getAllWindows()[0]?.setContentSize(wide, high),
        [width, height] as const,
      );
      await changeSettings(page, { textScale });
      const size = `${String((16 * textScale) / 100)}px`;
      await expect.poll(() => page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe(size);
      await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(width);
    };
    await setSize(1100, 700, 150);
    const cut = (): Promise<readonly string[]> =>
      page
        .locator('.compare, .compare-table, .compare-table th, .compare-table td:not(:last-child)')
        .evaluateAll((boxes) =>
          boxes.filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.textContent.slice(0, 80)),
        );
    await expect.poll(cut).toEqual([]);
    await setSize(1440, 900, 100);
  });

  it('swaps the sides, and goes back to where it was asked for', async () => {
    await page.getByRole('button', { name: 'Swap A and B' }).click();
    await page.getByRole('grid', { name: /above base$/ }).waitFor();
    await expect.poll(places).toEqual(CHANGED.map(String));
    await page.keyboard.press('Escape');
    await vmRow(page, 'base').waitFor();
  });

  it.skipIf(volume === null)('compares the snapshot that a push left with another VM', async () => {
    await vmRow(page, 'changed').click();
    await page.getByRole('button', { name: /^Commands for the snapshot of/ }).click();
    await page.getByRole('menuitem', { name: 'Compare with the VM now' }).click();
    await page.getByRole('grid', { name: /^changed, snapshot of .* above changed$/ }).waitFor();
    await expect.poll(places).toEqual([]);
    await page.getByRole('button', { name: /Image B/ }).click();
    await hasFocus(page.getByRole('searchbox'));
    await page.keyboard.type('base');
    await page.locator('.compare-choices [role="option"][data-focused]').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('grid', { name: /^changed, snapshot of .* above base$/ }).waitFor();
    await expect.poll(places).toEqual(CHANGED.map(String));
    await page.keyboard.press('Escape');
  });

  it('compares what is pushed with the image that its tag leaves, and comes back to the plan', async () => {
    await planPush(page, 'changed', `${registry.host}/macos/base:1.0`);
    // Typed and not yet a field of its own: leaving it for the button makes it one, and moves the button.
    await hasFocus(page.getByRole('dialog').getByRole('combobox').first());
    await page.keyboard.type(`${registry.host}/macos/other:1`);
    await page.getByRole('button', { name: 'Compare with the image that 1.0 points at' }).click();
    await page.getByRole('grid', { name: new RegExp(`^changed above ${registry.host}/macos/base`) }).waitFor();
    await expect.poll(places).toEqual(CHANGED.map(String));
    await page.keyboard.press('Escape');
    const sheet = page.getByRole('dialog', { name: 'Push changed' });
    await sheet.getByText(/Plan made/).waitFor();
    const fields = async (): Promise<readonly string[]> =>
      (await sheet.locator('.target').allTextContents()).map((text) => text.replaceAll(registry.host, ''));
    await expect
      .poll(fields)
      .toEqual([expect.stringMatching(/^\/macos\/base : ?1\.1 ?1\.0/), expect.stringMatching(/^\/macos\/other : ?1/)]);
    await closeSheet(page);
  });
});
