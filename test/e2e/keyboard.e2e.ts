import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeTartHome, makeTartVm } from '../fixtures/tart-vm.ts';
import { seriousIssues } from './accessibility.ts';
import { launchApp } from './app.ts';
import { hasFocus } from './has-focus.ts';
import { changeSettings } from './push-driver.ts';

/** Words that a person sees on the way, in both languages. */
const WORDS = {
  en: {
    local: 'Local',
    push: 'Push…',
    target: 'Target',
    made: /Plan made/,
    weave: /^Weave of the push/,
    written: 'written',
    layers: 'Layers',
  },
  'zh-CN': {
    local: '本地',
    push: '推送…',
    target: '目标',
    made: /方案生成于/,
    weave: /的织图$/,
    written: '已写入',
    layers: '层',
  },
} as const;

/** Name of the element that has the focus. */
async function focused(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const element = document.activeElement;
    return element === null || element === document.body
      ? ''
      : (element.getAttribute('aria-label') ?? element.textContent);
  });
}

/** Presses a key until the focus is where it is wanted. */
async function pressUntil(page: Page, key: string, there: (name: string) => boolean): Promise<void> {
  for (let press = 0; press < 60; press += 1) {
    if (there(await focused(page))) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} did not lead there; the focus is on “${await focused(page)}”`);
}

describe('with the keyboard alone', () => {
  let registry: DockerRegistry;
  beforeAll(async () => {
    registry = await startDockerRegistry();
  });
  afterAll(() => registry.stop());

  it.each(['en', 'zh-CN'] as const)('a VM is found, planned, read about and pushed (%s)', async (language) => {
    const words = WORDS[language];
    const tartHome = await makeTartHome();
    const vm = await makeTartVm(tartHome, { name: 'builder' });
    const app = await launchApp({ tartHome });
    const { page } = app;
    await changeSettings(page, { language });
    await page.reload();
    await page.getByText('builder').first().waitFor();

    await pressUntil(page, 'Tab', (name) => name === words.local);
    await page.keyboard.press('ArrowDown');
    await pressUntil(page, 'Tab', (name) => name === words.push);
    await page.keyboard.press('Enter');
    const field = page.getByRole('combobox', { name: words.target });
    await hasFocus(field);
    const reference = `${registry.host}/keyboard/${language.toLowerCase()}:1.0`;
    await page.keyboard.type(reference);
    await page.keyboard.press('Enter');
    await page.keyboard.type('latest');
    await page.keyboard.press('Enter');
    await page.getByText(words.made).waitFor();
    expect(await seriousIssues(page)).toEqual([]);

    await pressUntil(page, 'Tab', (name) => words.weave.test(name));
    const cell = () =>
      page.evaluate(() => {
        const id = document.activeElement?.getAttribute('aria-activedescendant') ?? '';
        return (
          document.getElementById(id)?.getAttribute('aria-label') ?? document.getElementById(id)?.textContent ?? ''
        );
      });
    const first = await cell();
    await page.keyboard.press('ArrowRight');
    await expect.poll(cell).not.toBe(first);
    await page.keyboard.press('End');
    await page.locator('.weave-tooltip').waitFor();
    await pressUntil(page, 'Tab', (name) => name === words.layers);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Control+Enter');
    await page.getByText(words.written).first().waitFor();
    expect(await seriousIssues(page)).toEqual([]);
    expect((await pullWithSkopeo(reference)).disk.equals(readFileSync(vm.diskFile))).toBe(true);
    expect((await pullWithSkopeo(reference.replace(':1.0', ':latest'))).disk.length).toBe(vm.diskSize);
    await app.close();
    await tartHome.remove();
  });
});
