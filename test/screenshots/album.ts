import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Settings, settingsSchema } from '../../shared/models/settings.ts';
import { CHECKOUT, type LaunchedApp } from '../e2e/app.ts';
import { standsStill } from '../e2e/stands-still.ts';
import { askHost } from '../e2e/window-bridge.ts';

/** High contrast is looked at in English only: words do not change it. */
const THEMES = { en: ['light', 'dark', 'contrast'], 'zh-CN': ['light', 'dark'] } as const;
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1100, height: 700 },
] as const;

/** Keeps pictures of a story: `screenshots/STORY/STEP-WIDTHxHEIGHT-THEME-LANGUAGE.png`. */
export interface Album {
  /** A picture of the window as it stands, in every theme and size. */
  take(step: string): Promise<void>;
  /** Changes some settings as the settings dialog would. */
  set(part: Partial<Settings>): Promise<void>;
}

/** Opens an album of a running app. */
export async function openAlbum(app: LaunchedApp, story: string, language: 'en' | 'zh-CN' = 'en'): Promise<Album> {
  const folder = join(CHECKOUT, 'screenshots', story);
  await mkdir(folder, { recursive: true });
  async function set(part: Partial<Settings>): Promise<void> {
    const answer = await askHost(app.page, 'settings.get', null);
    const settings = settingsSchema.parse(
      answer !== null && typeof answer === 'object' && 'output' in answer ? answer.output : null,
    );
    await askHost(app.page, 'settings.set', { ...settings, ...part });
  }
  if (language !== 'en') {
    await set({ language });
    await app.page.reload();
    await app.page.waitForLoadState('load');
  }
  return {
    set,
    async take(step) {
      for (const size of SIZES) {
        await app.electron.evaluate(({ BrowserWindow }, { width, height }) => {
          BrowserWindow.getAllWindows()[0]?.setContentSize(width, height);
        }, size);
        for (const theme of THEMES[language]) {
          await set({ theme });
          await app.page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme);
          await standsStill(app.page);
          await app.page.screenshot({
            path: join(folder, `${step}-${size.width}x${size.height}-${theme}-${language}.png`),
          });
        }
      }
      await set({ theme: 'light' });
      await app.electron.evaluate(({ BrowserWindow }, { width, height }) => {
        BrowserWindow.getAllWindows()[0]?.setContentSize(width, height);
      }, SIZES[0]);
    },
  };
}
