import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../fixtures/fake-registry.ts';
import { makeTartHome, type TartHome } from '../fixtures/tart-vm.ts';
import { seriousIssues } from './accessibility.ts';
import { type LaunchedApp, launchApp } from './app.ts';

const TART = 'application/vnd.cirruslabs.tart';
const MANY = 10_000;

const pane = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

/** Images of a VM that share layers, one of another program, and an index, as a registry holds them. */
function fill({ content }: FakeRegistry): void {
  const repository = 'macos/sonoma';
  for (const [at, tags] of [['2026-11-20', 'latest'], ['14.4.1', 'sonoma'], ['14.4.0']].entries()) {
    content.image(repository, {
      tags,
      layers: ['of all', `only ${String(at)}`],
      layerType: `${TART}.disk.v2`,
      annotations: { 'org.cirruslabs.tart.upload-time': `2026-11-${String(20 - at)}T10:00:00Z` },
    });
  }
  content.image(repository, { tags: ['vetu'], layers: ['vetu'], layerType: 'application/vnd.cirruslabs.vetu.disk.v1' });
  const child = content.image(repository, { layers: ['arm'], layerType: 'application/vnd.oci.image.layer.v1.tar' });
  content.index(repository, [{ ...child, platform: { os: 'linux', architecture: 'arm64' } }], ['multi']);
  content.image(repository, { tags: [`${child.digest.replace(':', '-')}.sig`], layers: ['signed'] });
}

describe('a registry that is browsed', () => {
  let home: TartHome;
  let stateHome: string;
  let registry: FakeRegistry;
  let app: LaunchedApp;
  let page: Page;

  beforeAll(async () => {
    home = await makeTartHome();
    registry = await startFakeRegistry();
    fill(registry);
    stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
    const groups = Array.from({ length: MANY }, (_, at) => ({
      digest: `sha256:${at.toString(16).padStart(64, '0')}`,
      tags: [`1.${String(MANY - at)}`],
      size: 1_000_000,
      uploadTime: null,
    }));
    const many = { repository: 'many', readMs: 1, tagCount: MANY, groups };
    await writeFile(
      join(stateHome, 'registries.json'),
      JSON.stringify({
        added: [{ host: registry.host, insecure: false }],
        removed: [],
        read: { [registry.host]: [many] },
      }),
    );
    app = await launchApp({ tartHome: home, stateHome });
    page = app.page;
  });
  afterAll(async () => {
    await app.close();
    await registry.close();
    await rm(stateHome, { recursive: true });
    await home.remove();
  });

  const tree = (): Locator => pane(page, 'Registries').getByRole('tree');
  const row = (name: string | RegExp): Locator => tree().getByRole('treeitem', { name });
  const table = (): Locator => page.getByRole('grid', { name: /^Tags of/ });
  const chosen = (): Promise<string[]> => table().locator('[data-tag][data-selected]').allTextContents();
  const title = (): Promise<string | null> => pane(page, 'Detail').getByRole('heading', { level: 1 }).textContent();

  it('shows the tags of a repository by digest, and what each digest is; signatures only when asked', async () => {
    await row(/^macos\/sonoma/).click();
    await page.keyboard.press('ArrowRight');
    await table()
      .getByRole('row', { name: /^14\.4\.0/ })
      .waitFor();
    await expect.poll(() => table().getByRole('row').count()).toBe(6);
    await expect.poll(() => row(/sha256-/).count()).toBe(0);
    await page.getByText('Vetu VM').waitFor();
    await page.getByRole('button', { name: 'Show 1 tag of signatures and the like' }).click();
    await table()
      .getByRole('row', { name: /^sha256-/ })
      .waitFor();
    await page.getByRole('button', { name: /^Hide 1 tag/ }).click();
    expect(await seriousIssues(page)).toEqual([]);
  });

  it('lets tags be chosen one by one, in a range and all, with the mouse and with the keyboard', async () => {
    await table().locator('[data-tag="14.4.0"]').click();
    await expect.poll(chosen).toEqual(['14.4.0']);
    await table()
      .locator('[data-tag="latest"]')
      .click({ modifiers: ['ControlOrMeta'] });
    await expect.poll(chosen).toEqual(['latest', '14.4.0']);
    await page.getByRole('radio', { name: 'A to Z' }).click();
    await table().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+ArrowDown');
    await expect.poll(chosen).toEqual(['14.4.0', '14.4.1']);
    await page.keyboard.press('Control+ArrowDown');
    await page.keyboard.press('Control+ArrowDown');
    await page.keyboard.press(' ');
    await expect.poll(chosen).toEqual(['14.4.0', '14.4.1', 'latest']);
    await page.keyboard.press('Control+a');
    await page.getByText('7 tags selected').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(chosen).toEqual([]);
  });

  it('finds tags, and shows an index with its images and what belongs to them', async () => {
    await page.getByRole('textbox', { name: 'Filter tags' }).fill('mul');
    await expect.poll(() => table().getByRole('row').count()).toBe(2);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(title).toBe(`${registry.host}/macos/sonoma:multi`);
    await page.getByRole('button', { name: 'linux/arm64' }).click();
    await page.getByText('cosign.sig').waitFor();
    await page.getByRole('button', { name: 'The whole index' }).click();
    await page.getByRole('button', { name: 'linux/arm64' }).waitFor();
    expect(await seriousIssues(page)).toEqual([]);
  });

  it('takes a repository by its name, and off the list again', async () => {
    registry.content.image('by/hand', { tags: ['1'], layers: ['by hand'] });
    await row(registry.host).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Add repository…' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Repository' }).fill(`${registry.host}/by/hand:1`);
    await page.keyboard.press('Enter');
    await row(/^by\/hand/).waitFor();
    await expect.poll(title).toBe(`${registry.host}/by/hand`);
    await table().getByRole('row', { name: /^1/ }).waitFor();
    await row(/^by\/hand/).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Take off the list' }).click();
    await expect.poll(() => row(/^by\/hand/).count()).toBe(0);
  });

  it('stays quick with ten thousand tags: only rows in sight are in the document', async () => {
    await row(/^many/).click();
    await table()
      .getByRole('row', { name: /^1\.1\s/ })
      .waitFor();
    await table().focus();
    await page.keyboard.press('End');
    await table()
      .getByRole('row', { name: /^1\.10000/ })
      .waitFor();
    const rows = await table().locator('tr[data-row]').count();
    await page.keyboard.press('Control+a');
    await page.getByText('10,000 tags selected').waitFor();
    await page.getByRole('textbox', { name: 'Filter tags' }).fill('1.77');
    await expect
      .poll(() =>
        table()
          .getByRole('row', { name: /^1\.77\s/ })
          .count(),
      )
      .toBe(1);
    expect(rows).toBeLessThan(120);
  });
});
