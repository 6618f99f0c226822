import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fixedUnit } from '../../renderer/features/savings/figure-words.ts';
import { formatBytes } from '../../shared/format/bytes.ts';
import { PLAIN_PUSH } from '../../shared/models/push-options.ts';
import { reportDocumentSchema } from '../../shared/models/report.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { type RegistryStorage, readStorage, storedBlobs, storedLayers } from '../fixtures/registry-storage.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { cloneWithChanges } from '../fixtures/woven-vm.ts';
import { seriousIssues, seriousIssuesOfThemes } from './accessibility.ts';
import { type LaunchedApp, launchApp } from './app.ts';
import { chooseMenuItem } from './menu-command.ts';
import { vmRow } from './push-driver.ts';
import { askHost } from './window-bridge.ts';
import { writtenFiles } from './written-files.ts';

/** Three pushes of VMs that share most of their disk; the last is a clone as it was. */
const PUSHES = [
  { vm: 'builder', repository: 'team/base', tag: '1' },
  { vm: 'changed', repository: 'team/base', tag: '2' },
  { vm: 'again', repository: 'team/other', tag: '1' },
] as const;
const REPOSITORIES = ['team/base', 'team/other'];

/** What pushes came to, in packed bytes. */
interface Seen {
  readonly present: number;
  readonly mounted: number;
  readonly duplicate: number;
  readonly uploaded: number;
  readonly grown: number;
}

/** What a push came to, by the registry's own folders before and after it: nothing of it is what the app says. */
function seenBetween(
  layers: readonly string[],
  repository: string,
  before: RegistryStorage,
  after: RegistryStorage,
): Seen {
  const sum = (digests: readonly string[]): number =>
    digests.reduce((total, digest) => total + (after.blobs.get(digest) ?? Number.NaN), 0);
  const distinct = [...new Set(layers)];
  const had = (digest: string): boolean => before.linked.get(repository)?.has(digest) === true;
  const stored = (digest: string): boolean => before.blobs.has(digest);
  return {
    present: sum(distinct.filter(had)),
    mounted: sum(distinct.filter((digest) => !had(digest) && stored(digest))),
    duplicate: sum(layers) - sum(distinct),
    uploaded: sum(distinct.filter((digest) => !had(digest) && !stored(digest))),
    grown: sum(distinct.filter((digest) => !stored(digest))),
  };
}

describe('the savings screen after three pushes of related VMs', () => {
  let home: TartHome;
  let registry: DockerRegistry;
  let folder: string;
  let app: LaunchedApp;
  let page: Page;
  let seen: Seen[];
  let storage: RegistryStorage;

  const total = (pick: (push: Seen) => number): number => seen.reduce((sum, push) => sum + pick(push), 0);
  /** Bytes of blobs, as the registry's files are. */
  const sizeOf = (digests: Iterable<string>): number =>
    [...digests].reduce((sum, digest) => sum + (storage.blobs.get(digest) ?? Number.NaN), 0);
  const figure = async (name: string): Promise<string | null> =>
    await page.locator(`.savings-figure[data-figure="${name}"] > .savings-figure-value`).textContent();
  const region = (name: string): Locator => page.getByRole('region', { name, exact: true });
  const focused = (): Promise<string | null> =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);

  beforeAll(async () => {
    registry = await startDockerRegistry();
    home = await makeTartHome();
    folder = await mkdtemp(join(tmpdir(), 'tartan-report-'));
    const vm = await makeTartVm(home, { name: 'builder' });
    await cloneWithChanges(home, vm, 'changed', [3]);
    await cloneWithChanges(home, vm, 'again', []);
    app = await launchApp({ tartHome: home, size: { width: 1440, height: 900 } });
    page = app.page;
    // The system's own dialogs cannot be clicked from outside.
    await app.electron.evaluate(({ dialog }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
    });
    await vmRow(page, 'builder').waitFor();
    await chooseMenuItem(app, 'Savings');
    await page.getByRole('heading', { name: 'Nothing was pushed yet' }).waitFor();
    expect(await seriousIssues(page)).toEqual([]);
    await page.getByRole('button', { name: 'Go to Images' }).click();
    seen = [];
    storage = await readStorage(registry, REPOSITORIES);
    for (const { vm: name, repository, tag } of PUSHES) {
      await askHost(page, 'jobs.push', {
        ...PLAIN_PUSH,
        vmId: `vm:${name}`,
        references: [`${registry.host}/${repository}:${tag}`],
      });
      const layers = await vi.waitFor(() => storedLayers(registry, repository, tag), {
        timeout: 60_000,
        interval: 100,
      });
      const after = await readStorage(registry, REPOSITORIES);
      seen.push(seenBetween(layers, repository, storage, after));
      storage = after;
    }
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Savings' }).click();
    await region('Totals').waitFor();
  });
  afterAll(async () => {
    await app.close();
    await registry.stop();
    await home.remove();
    await rm(folder, { recursive: true });
  });

  it('has the figures that the registry’s own folders tell', async () => {
    const notSent = total(({ present, mounted, duplicate }) => present + mounted + duplicate);
    const sent = total(({ uploaded }) => uploaded);
    await expect.poll(() => figure('notSent')).toBe(formatBytes(notSent));
    expect([await figure('sent'), await figure('notStored')]).toEqual([
      formatBytes(sent),
      formatBytes(notSent + sent - total(({ grown }) => grown)),
    ]);
    await page.getByRole('button', { name: /^Not sent: / }).click();
    const formula = await page.locator('.savings-formula').textContent();
    expect(formula).toContain(`present ${formatBytes(total(({ present }) => present))}`);
    expect(formula).toContain(`mount ${formatBytes(total(({ mounted }) => mounted))}`);
    expect(formula).toContain(`duplicate ${formatBytes(total(({ duplicate }) => duplicate))}`);
  });

  it('says what the registry stores, as its blobs are', async () => {
    const blobs = await Promise.all(PUSHES.map(({ repository, tag }) => storedBlobs(registry, repository, tag)));
    const stored = sizeOf(new Set(blobs.flatMap((of) => [...of])));
    const counted = blobs.reduce((sum, of) => sum + sizeOf(of), 0);
    const row = region('By registry and repository').getByRole('row', { name: registry.host });
    const { words } = fixedUnit([counted]);
    await expect
      .poll(() => row.getByRole('cell').allTextContents())
      .toEqual([registry.host, '3', words(counted), words(stored), words(counted - stored)]);
  });

  it('goes down the map with the keyboard, to a layer and the images that use it', async () => {
    const map = region('What fills the registries');
    const way = map.getByRole('navigation');
    await map.locator('.treemap-cell[tabindex="0"]').focus();
    await page.keyboard.press('Enter');
    await way.getByRole('button').first().waitFor();
    await expect.poll(() => map.evaluate((one) => one.contains(document.activeElement))).toBe(true);
    for (const step of [/team\//, /team\/.*:\d/]) {
      await page.keyboard.press('ArrowRight');
      await expect.poll(focused).toMatch(/unique of/);
      await page.keyboard.press('Enter');
      await expect.poll(() => way.textContent()).toMatch(step);
    }
    await expect.poll(() => map.getByRole('button', { name: /^Layer / }).count()).toBeGreaterThan(2);
    const shared = map.getByRole('button', { name: /^Layer .*used by 3 images/ }).first();
    await shared.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => region('Also used by').getByRole('listitem').count()).toBe(3);
    expect(await seriousIssuesOfThemes(page)).toEqual([]);
    await shared.focus();
    for (let up = 0; up < 3; up += 1) await page.keyboard.press('Escape');
    await expect.poll(() => way.getByRole('button').count()).toBe(0);
  });

  it('says what removing images would free, by the blobs that no other image names', async () => {
    const map = region('What fills the registries');
    await map.getByRole('radio', { name: 'Table' }).click();
    await map.getByRole('checkbox', { name: /team\/base:2$/ }).press('Space');
    const [removed, ...others] = await Promise.all([
      storedBlobs(registry, 'team/base', '2'),
      storedBlobs(registry, 'team/base', '1'),
      storedBlobs(registry, 'team/other', '1'),
    ]);
    const kept = new Set(others.flatMap((of) => [...of]));
    const freed = sizeOf([...removed].filter((digest) => !kept.has(digest)));
    const panel = region('What removing these would free');
    await expect
      .poll(() => panel.getByRole('heading').textContent())
      .toContain(`up to ${formatBytes(freed)} of ${formatBytes(sizeOf(removed))}`);
    await panel.getByRole('button', { name: 'Clear choice' }).click();
    await map.getByRole('radio', { name: 'Map' }).click();
  });

  it('says which images share how much', async () => {
    const section = region('Which images share layers');
    const grid = section.getByRole('grid');
    await grid.locator('[tabindex="0"]').focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const [one, two] = await Promise.all([
      storedBlobs(registry, 'team/base', '1'),
      storedBlobs(registry, 'team/base', '2'),
    ]);
    const both = [...one].filter((digest) => two.has(digest));
    const shared = `share ${String(both.length)} layers, ${formatBytes(sizeOf(both))}`;
    await section.getByText(shared, { exact: true }).waitFor();
    await section.getByRole('radio', { name: 'Table' }).click();
    await section.getByRole('cell', { name: formatBytes(sizeOf(both)), exact: true }).waitFor();
    await section.getByRole('radio', { name: 'Matrix' }).click();
  });

  it('writes files whose sums are those of the screen', async () => {
    const written = await writtenFiles(app, folder, 'report');
    const document = reportDocumentSchema.parse(JSON.parse(written.json));
    const notSent = total(({ present, mounted, duplicate }) => present + mounted + duplicate);
    const { totals, byRepository, byRegistry, byVm } = document.savings;
    expect([totals.notSent, totals.sent]).toEqual([notSent, total(({ uploaded }) => uploaded)]);
    for (const rows of [byRepository, byRegistry, byVm]) {
      expect(rows.reduce((sum, row) => sum + row.notSent, 0)).toBe(notSent);
    }
    expect(written.csv).toContain(String(notSent));
    expect(written.html).toContain(formatBytes(notSent));
    // The map has a cell for each image that was pushed.
    expect(written.html.match(/<g class="cell"><title>/g)).toHaveLength(PUSHES.length);
    expect(written.html.match(/https?:|<script|\b(?:src|href|on\w+)=/g)).toBeNull();
  });
});
