import { describe, it } from 'vitest';
import { type LaunchedApp, launchApp } from '../e2e/app.ts';
import { makeTartHome } from '../fixtures/tart-vm.ts';
import { openAlbum } from './album.ts';

const WORDS = {
  en: { try: 'Try it', made: /Plan made/, again: 'Push as v2…', saved: /^v2 is there/, remove: 'Remove everything' },
  'zh-CN': { try: '试一试', made: /方案生成于/, again: '推送为 v2…', saved: /^v2 已写入/, remove: '全部移除' },
} as const;

describe.each(['en', 'zh-CN'] as const)('the first minute (%s)', (language) => {
  it('keeps a picture of each step', async () => {
    const tartHome = await makeTartHome();
    const app: LaunchedApp = await launchApp({
      tartHome,
      chunkSize: 512 * 1024 ** 2,
      size: { width: 1440, height: 900 },
    });
    const { page } = app;
    const words = WORDS[language];
    const album = await openAlbum(app, 'first-minute', language);
    await page.getByRole('button', { name: words.try, exact: true }).waitFor();
    await album.take('1-offers');
    await page.getByRole('button', { name: words.try, exact: true }).click();
    await page.getByText(words.made).waitFor({ timeout: 60_000 });
    await album.take('2-first-plan');
    await album.set({ bandwidthLimit: 4_000_000 });
    await page.keyboard.press('Control+Enter');
    await page.waitForTimeout(6000);
    await album.take('3-watching');
    await album.set({ bandwidthLimit: null });
    await page.getByRole('button', { name: words.again }).waitFor({ timeout: 90_000 });
    await album.take('4-suggestion');
    await page.getByRole('button', { name: words.again }).click();
    await page.getByText(words.made).waitFor({ timeout: 60_000 });
    await album.take('5-second-plan');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: words.saved }).waitFor({ timeout: 60_000 });
    await album.take('6-saved');
    await page.getByRole('button', { name: words.remove }).click();
    await page.getByRole('alertdialog').waitFor();
    await album.take('7-remove');
    await page.getByRole('alertdialog').getByRole('button', { name: words.remove }).click();
    await page.getByRole('button', { name: words.try, exact: true }).waitFor();
    await app.close();
    await tartHome.remove();
  });
});
