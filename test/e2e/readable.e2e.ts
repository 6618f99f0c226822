import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Settings } from '../../shared/models/settings.ts';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeCachedImage, makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { seriousIssuesOfThemes } from './accessibility.ts';
import { type LaunchedApp, launchApp } from './app.ts';
import { chooseMenuItem } from './menu-command.ts';
import { changeSettings } from './push-driver.ts';

const REPOSITORY = 'a-team-with-a-long-name/virtual-machines-of-macos/sequoia-base-with-xcode';

const pane = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const node = (page: Page, name: string | RegExp) => pane(page, 'Registries').getByRole('treeitem', { name });

/** Px of empty room before the first ink of each path that is cut in front: what the box has more than an ellipsis and whole letters. */
async function indents(page: Page): Promise<readonly number[]> {
  return await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.front-cut-path')]
      .filter((box) => box.scrollWidth > box.clientWidth && box.clientWidth > 30)
      .map((box) => {
        const text = box.querySelector('bdi')?.firstChild;
        const canvas = document.createElement('canvas').getContext('2d');
        if (text == null || canvas === null) return Number.NaN;
        const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(box);
        // The shorthand is empty where font features are set.
        canvas.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
        const room = box.getBoundingClientRect().width - canvas.measureText('…').width;
        const range = document.createRange();
        range.setEnd(text, text.textContent?.length ?? 0);
        for (let start = 0; ; start += 1) {
          range.setStart(text, start);
          const { width } = range.getBoundingClientRect();
          if (width <= room) return room - width;
        }
      }),
  );
}

describe('every view is readable for everybody', () => {
  let registry: DockerRegistry;
  let home: TartHome;
  let stateHome: string;
  let app: LaunchedApp | null = null;

  beforeAll(async () => {
    registry = await startDockerRegistry();
    home = await makeTartHome();
    stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
    const vm = await makeTartVm(home, { name: 'builder' });
    const engine = await openTestEngine({ tartHome: home.root, stateHome });
    const reference = `${registry.host}/${REPOSITORY}:1.0`;
    await engine.push({ vmId: 'vm:builder', references: [reference] });
    const never = new AbortController().signal;
    await engine.handlers['repositories.read']({ host: registry.host, repository: REPOSITORY }, never);
    await engine.close();
    const { manifestBytes: manifest } = await pullWithSkopeo(reference);
    await makeCachedImage(home, { host: registry.host, repository: REPOSITORY, tags: ['1.0'], manifest, content: vm });
  });
  afterEach(async () => {
    await app?.close();
    app = null;
  });
  afterAll(async () => {
    await registry.stop();
    await home.remove();
    await rm(stateHome, { recursive: true });
  });

  async function start(options: Parameters<typeof launchApp>[0]): Promise<Page> {
    app = await launchApp(options);
    return app.page;
  }

  it('a registry, a repository, an image, what is asked and what is planned', async () => {
    const page = await start({ tartHome: home, stateHome });
    const found: Record<string, readonly string[]> = {};
    const look = async (view: string): Promise<void> => {
      found[view] = await seriousIssuesOfThemes(page);
    };

    await node(page, registry.host).click();
    await pane(page, 'Detail').getByRole('heading', { level: 1, name: registry.host }).waitFor();
    await look('registry');
    await page.keyboard.press('ArrowRight');
    await node(page, REPOSITORY).click();
    await pane(page, 'Detail').getByRole('heading', { level: 1 }).getByText('sequoia-base').waitFor();
    await look('repository');
    await page.keyboard.press('ArrowRight');
    await node(page, /^1\.0/).click();
    await pane(page, 'Detail').getByText('Manifest', { exact: true }).first().waitFor();
    await look('image');

    await node(page, registry.host).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Remove…' }).waitFor();
    await look('menu');
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    await page.getByRole('alertdialog').waitFor();
    await look('removal');
    await page.keyboard.press('Escape');
    await pane(page, 'Registries').getByRole('button', { name: 'Add registry', exact: true }).click();
    await page.getByRole('textbox', { name: 'Host' }).waitFor();
    await look('new registry');
    await page.keyboard.press('Escape');

    await pane(page, 'Local').getByRole('treeitem', { name: 'builder' }).click();
    await pane(page, 'Detail').getByRole('button', { name: 'Push…' }).click();
    await page.getByText(/Plan made/).waitFor();
    await look('plan');

    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((view) => [view, []])));
  });

  it('the first run', async () => {
    const page = await start({});
    await page.getByText('No VM found yet').waitFor();

    expect(await seriousIssuesOfThemes(page)).toEqual([]);
  });

  it('and a path that is cut in front starts where its neighbours start, whatever the width, the language and the size of the text', async () => {
    const page = await start({ tartHome: home, stateHome });
    await pane(page, 'Local')
      .getByRole('treeitem', { name: /sequoia-base/ })
      .waitFor();
    const splitter = page.getByRole('separator', { name: 'Width of Local' });
    await splitter.focus();
    for (let step = 0; step < 4; step += 1) {
      await expect.poll(async () => (await indents(page)).length).toBeGreaterThan(0);
      await expect.poll(async () => Math.max(...(await indents(page)))).toBeLessThan(1);
      await page.keyboard.press('ArrowRight');
    }
    const changes: readonly Partial<Settings>[] = [{ language: 'zh-CN' }, { textScale: 110 }, { language: 'en' }];
    for (const change of changes) {
      await changeSettings(page, change);
      await page.waitForFunction(
        ([lang, px]) =>
          (lang === undefined || document.documentElement.lang === lang) &&
          (px === undefined || document.documentElement.style.fontSize === px),
        [change.language, change.textScale === undefined ? undefined : `${(16 * change.textScale) / 100}px`],
      );
      await expect.poll(async () => (await indents(page)).length).toBeGreaterThan(0);
      await expect.poll(async () => Math.max(...(await indents(page)))).toBeLessThan(1);
    }
  });

  it('and a name that was cut in a narrow window is whole again in a wide one', async () => {
    const page = await start({ tartHome: home, stateHome, size: { width: 960, height: 600 } });
    await pane(page, 'Local').getByRole('treeitem', { name: 'builder' }).click();
    const name = pane(page, 'Detail').locator('.weave-title .front-cut-path');
    const isCut = (): Promise<boolean> => name.evaluate((box) => box.scrollWidth > box.clientWidth);
    await expect.poll(isCut).toBe(true);
    await app?.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(2400, 900);
    });
    await expect.poll(isCut).toBe(false);
  });

  it('and the heads of the columns have their room at every text size', async () => {
    const page = await start({ tartHome: home });
    // Figures without a unit are for the eye; who listens is told with it.
    await pane(page, 'Local')
      .getByRole('treeitem', { name: /^stopped builder [\d.]+ [kM]B disk, [\d.]+ [kM]B on this disk/ })
      .waitFor();
    const clipped = (): Promise<readonly string[]> =>
      page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('.local-heads > *')]
          .filter((head) => head.scrollWidth > head.clientWidth)
          .map((head) => head.textContent),
      );
    const before = await clipped();
    await changeSettings(page, { textScale: 150 });
    await page.reload();
    await expect.poll(() => page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe('24px');

    const splitter = page.getByRole('separator', { name: 'Width of Local' });
    await splitter.focus();
    const width = async (): Promise<number> => (await pane(page, 'Local').boundingBox())?.width ?? 0;
    for (let step = 0; step < 20 && (await width()) > 360; step += 1) await page.keyboard.press('ArrowLeft');
    await expect.poll(width).toBeLessThanOrEqual(360);

    await expect.poll(clipped).toEqual([]);
    expect(before).toEqual([]);

    // Over a tall drawer the rows scroll, and a scrollbar takes room from them.
    await app?.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(960, 600));
    if (app !== null) await chooseMenuItem(app, 'Show or hide transfers');
    const overColumn = (): Promise<unknown> =>
      page.evaluate(() => {
        const right = (selector: string): number =>
          Math.round(document.querySelector(selector)?.getBoundingClientRect().right ?? Number.NaN);
        const rows = document.querySelector('.pane-local .tree-list');
        return {
          scrolls: rows !== null && rows.scrollHeight > rows.clientHeight,
          off: right('.local-heads > .local-used') - right('.tree-list .local-used'),
        };
      });
    await expect.poll(overColumn).toEqual({ scrolls: true, off: 0 });
  });
});
