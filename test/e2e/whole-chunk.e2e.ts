import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeTartHome, makeTartVm } from '../fixtures/tart-vm.ts';
import { launchApp } from './app.ts';
import { planPush, pushButton } from './push-driver.ts';

const CHUNK = 512 * 1024 ** 2;
/** Layer digest of 512 MiB of zeros, as Apple's encoder makes it. */
const ZEROS = 'sha256:6f95979b';

describe('a disk cut as Tart cuts it', () => {
  let registry: DockerRegistry;
  beforeAll(async () => {
    registry = await startDockerRegistry();
  });
  afterAll(() => registry.stop());

  it('is pushed by the window in chunks of 512 MiB: a full one, one of zeros, a short one', async () => {
    const tartHome = await makeTartHome();
    const vm = await makeTartVm(tartHome, {
      name: 'builder',
      disk: { chunkSize: CHUNK, fileSystemSize: CHUNK, contentSize: 9 * 1024 ** 2, tail: ['hole', 'short'] },
    });
    const app = await launchApp({ tartHome, chunkSize: CHUNK });
    const reference = `${registry.host}/whole/chunks:1`;
    await planPush(app.page, 'builder', reference);
    await pushButton(app.page).click();
    await app.page.getByText('written').waitFor({ timeout: 120_000 });
    await app.close();

    const pulled = await pullWithSkopeo(reference);
    const { layers } = pulled.manifest as { layers: { mediaType: string; digest: string }[] };
    const disk = layers.filter(({ mediaType }) => mediaType.endsWith('.disk.v2'));
    const source = createHash('sha256');
    await pipeline(createReadStream(vm.diskFile), source);
    expect(disk).toHaveLength(3);
    expect(disk[1]?.digest.startsWith(ZEROS)).toBe(true);
    expect(createHash('sha256').update(pulled.disk).digest('hex')).toBe(source.digest('hex'));
    await tartHome.remove();
  });
});
