import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeTartHome, makeTartVm } from '../fixtures/tart-vm.ts';
import { CHECKOUT, launchApp } from './app.ts';
import { planPush } from './push-driver.ts';

describe('pushing a VM in the window', () => {
  let registry: DockerRegistry;
  beforeAll(async () => {
    registry = await startDockerRegistry();
  });
  afterAll(() => registry.stop());

  it('goes from the list to a correct image, and the second time nothing is sent', async () => {
    const tartHome = await makeTartHome();
    const vm = await makeTartVm(tartHome, { name: 'builder' });
    const app = await launchApp({ tartHome, colorScheme: 'light' });
    const { page } = app;
    const repository = `${registry.host}/window/builder`;
    const picture = async (step: string): Promise<void> => {
      for (const colorScheme of ['dark', 'light'] as const) {
        const folder = join(CHECKOUT, 'screenshots', colorScheme);
        await mkdir(folder, { recursive: true });
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: join(folder, `${step}.png`) });
      }
    };
    const local = () =>
      page.getByRole('region', { name: 'Local', exact: true }).getByRole('treeitem', { name: 'builder' });
    const push = async (tag: string): Promise<void> => {
      await planPush(page, 'builder', `${repository}:${tag}`);
    };

    await local().waitFor();
    await picture('1-window');
    await push('1.0');
    await picture('2-plan');
    await page.getByRole('button', { name: /^Push ~? ?\d/ }).click();
    await page.getByText('written').waitFor();
    await picture('3-pushed');
    const pulled = await pullWithSkopeo(`${repository}:1.0`);
    expect(pulled.disk.equals(readFileSync(vm.diskFile))).toBe(true);

    await push('2.0');
    await page.getByText(/^0 B/).first().waitFor();
    await expect.poll(() => page.getByText(/Upload/).count()).toBe(0);
    await picture('4-second-plan');
    await page.keyboard.press('Control+Enter');
    await expect
      .poll(async () =>
        (await pullWithSkopeo(`${repository}:2.0`).catch(() => null))?.manifestBytes.equals(pulled.manifestBytes),
      )
      .toBe(true);
    await app.close();
    await tartHome.remove();
  });
});
