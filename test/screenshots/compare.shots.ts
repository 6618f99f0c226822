import { open } from 'node:fs/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type LaunchedApp, launchApp } from '../e2e/app.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { type LoopVolume, makeLoopVolume } from '../fixtures/loop-volume.ts';
import { makeTartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, TEST_CHUNK } from '../fixtures/test-engine.ts';
import { changeChunks, cloneWithChanges, makeWovenVm } from '../fixtures/woven-vm.ts';
import { openAlbum } from './album.ts';

const WORDS = {
  en: { compare: 'Compare images', onlyA: /^Only in A/, table: 'Table', weave: 'Weave', comma: ', ' },
  'zh-CN': { compare: '比较镜像', onlyA: /^仅在 A 中/, table: '表格', weave: '织图', comma: '，' },
} as const;

/** Puts chunks to other places of a disk. */
async function moveChunks(vm: TartVm, moves: readonly (readonly [from: number, to: number])[]): Promise<void> {
  const file = await open(vm.diskFile, 'r+');
  const bytes = Buffer.alloc(TEST_CHUNK);
  for (const [from, to] of moves) {
    await file.read(bytes, 0, TEST_CHUNK, from * TEST_CHUNK);
    await file.write(bytes, 0, TEST_CHUNK, to * TEST_CHUNK);
  }
  await file.sync();
  await file.close();
}

describe.each(['en', 'zh-CN'] as const)('two images beside each other (%s)', (language) => {
  let registry: DockerRegistry;
  let volume: LoopVolume;
  let app: LaunchedApp;

  beforeAll(async () => {
    registry = await startDockerRegistry();
    volume = makeLoopVolume('xfs', undefined, 1024 ** 3);
    const home = await makeTartHome(volume.path);
    const stateHome = `${volume.path}/state`;
    const base = await makeWovenVm(home, { name: 'sonoma-base', tail: '40r1d20r3d10r18h60r' });
    const xcode = await cloneWithChanges(home, base, 'sonoma-xcode-16.2', [3, 18, 19, 42, 71, 72]);
    await moveChunks(xcode, [
      [50, 54],
      [51, 55],
    ]);
    const engine = await openTestEngine({ tartHome: home.root, stateHome });
    const push = async (name: string, reference: string, populateCache = false) =>
      await engine.push({ vmId: `vm:${name}`, references: [`${registry.host}/${reference}`], populateCache });
    await push('sonoma-base', 'macos/sonoma:14.4.1', true);
    await push('sonoma-base', 'macos/sonoma:latest');
    await push('sonoma-xcode-16.2', 'macos/xcode:16.2');
    await changeChunks(base, [18, 19], 'later');
    // By now the tag is another image in the registry than in Tart's cache.
    await push('sonoma-base', 'macos/sonoma:14.4.1');
    await changeChunks(base, [5, 30, 31], 'not pushed');
    const { signal } = new AbortController();
    for (const repository of ['macos/sonoma', 'macos/xcode']) {
      await engine.handlers['repositories.read']({ host: registry.host, repository }, signal);
    }
    await engine.close();
    app = await launchApp({ tartHome: home, stateHome });
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await registry.stop();
    volume.remove();
  });

  it('keeps a picture of each step', async () => {
    const { page } = app;
    const words = WORDS[language];
    const album = await openAlbum(app, 'compare', language);
    // What is found first has the focus at once.
    const pick = async (typed: string) => {
      await page.keyboard.type(typed);
      await page.locator('.compare-choices [role="option"][data-focused]').waitFor();
      await page.keyboard.press('Enter');
    };
    const choose = async (letter: 'A' | 'B', typed: string) => {
      const sides = page.locator('.compare-side-button');
      await sides.nth(letter === 'A' ? 0 : 1).click();
      await pick(typed);
    };
    await page.getByRole('button', { name: words.compare }).click();
    await album.take('1-nothing-chosen');
    await choose('A', 'sonoma-xcode');
    await choose('B', 'sonoma:latest');
    await page.locator('.compare-legend').waitFor();
    await album.take('2-vm-and-tag');
    await page.getByRole('button', { name: words.onlyA }).click();
    await page.mouse.move(0, 0);
    await album.take('3-filtered');
    await page.getByRole('button', { name: words.onlyA }).click();
    await page.getByRole('radio', { name: words.table }).click();
    await album.take('4-table');
    await page.getByRole('radio', { name: words.weave }).click();
    await choose('A', `sonoma-base${words.comma}`);
    await choose('B', 'sonoma-base');
    await page.locator('.compare-legend').waitFor();
    await album.take('5-snapshot-and-vm');
    await choose('A', 'sonoma:14.4.1');
    await page.locator('.compare-namesake').first().waitFor();
    await page.locator('.compare-side-button').nth(1).click();
    await page.keyboard.type('sonoma');
    await album.take('6-other-image-under-the-tag');
    await page.keyboard.press('Control+A');
    await pick('xcode:16.2');
    await page.locator('.compare-legend').waitFor();
    await album.set({ textScale: 150 });
    await album.take('7-large-text');
    await album.set({ textScale: 100 });
  });
});
