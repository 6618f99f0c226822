import { afterAll, beforeAll, describe, it } from 'vitest';
import { type LaunchedApp, launchApp } from '../e2e/app.ts';
import { vmRow } from '../e2e/push-driver.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeTartHome, type TartHome } from '../fixtures/tart-vm.ts';
import { cloneWithChanges, makeWovenVm } from '../fixtures/woven-vm.ts';
import { openAlbum } from './album.ts';

const TAIL = '40r1d20r3d10r18h30r20h4r23h';

describe.each(['en', 'zh-CN'] as const)('a push, step by step (%s)', (language) => {
  let registry: DockerRegistry;
  let home: TartHome;
  let app: LaunchedApp;

  beforeAll(async () => {
    registry = await startDockerRegistry();
    home = await makeTartHome();
    const base = await makeWovenVm(home, { name: 'sonoma-base', tail: TAIL });
    await cloneWithChanges(home, base, 'sonoma-xcode-16.2', [0, 17, 18, 42, 71, 72, 73, 96, 120, 143, 150]);
    app = await launchApp({ tartHome: home, size: { width: 1440, height: 900 } });
  });
  afterAll(async () => {
    await app.close();
    await registry.stop();
    await home.remove();
  });

  it('keeps a picture of each step', async () => {
    const { page } = app;
    const words =
      language === 'en'
        ? { local: 'Local', push: 'Push…', made: /Plan made/, written: 'written', options: 'Options' }
        : { local: '本地', push: '推送…', made: /方案生成于/, written: '已写入', options: '选项' };
    const album = await openAlbum(app, 'push', language);
    const openSheet = async (name: string) => {
      await vmRow(page, name, words.local).click();
      await page.getByRole('button', { name: words.push, exact: true }).click();
    };
    await openSheet('sonoma-base');
    await album.take('1-empty-sheet');
    await page.keyboard.type(`${registry.host}/macos/Sonoma:14`);
    await album.take('2-wrong-reference');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(`${registry.host}/macos/sonoma:14.4.1 latest `);
    await page.getByText(words.made).waitFor();
    await album.take('3-first-plan');
    await album.set({ bandwidthLimit: 1_500_000 });
    await page.keyboard.press('Control+Enter');
    await page.waitForTimeout(9000);
    await album.take('4-running');
    await album.set({ bandwidthLimit: null });
    await page.getByText(words.written).first().waitFor();
    await album.take('5-done');
    await openSheet('sonoma-xcode-16.2');
    await page.keyboard.type('son');
    await album.take('6-suggestions');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type('16.2 latest ');
    await page.getByText(words.made).waitFor();
    await page
      .getByRole('dialog')
      .locator('.weave-band')
      .hover({ position: { x: 632, y: 24 } });
    await page.locator('.weave-tooltip').waitFor();
    await album.take('7-second-plan');
    await page.keyboard.type(`${registry.host}/ci/runners:sonoma-xcode`);
    await page.keyboard.press('Enter');
    await page.getByText(words.made).waitFor();
    await album.take('8-two-targets');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await openSheet('sonoma-base');
    await page.getByText(words.made).waitFor();
    await page.getByRole('button', { name: words.options }).click();
    await album.take('9-all-there-with-options');
  });
});
