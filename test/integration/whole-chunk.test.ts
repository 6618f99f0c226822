import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHUNK_SIZE } from '../../electron/host/engine-paths.ts';
import { planSchema } from '../../shared/models/plan.ts';
import { copyWithSkopeo, decodeStream } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { digestOf } from '../fixtures/embedded-registry.ts';
import { skopeo } from '../fixtures/oci-image.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { runTartan } from '../fixtures/tartan-process.ts';

const MIB = 1024 ** 2;
/** Layer of 512 MiB of zeros, as Apple's encoder makes it. */
const ZEROS = 'sha256:6f95979b1390a9ebe8ce08d802b2a6adba652c110ec73a40c8303363719cb4e9';
/** The last chunk: a little data, then a hole; no whole number of the codec's blocks. */
const SHORT = 180 * MIB + 300_000;
const RAW_SIZE = 'org.cirruslabs.tart.uncompressed-size';

let home: TartHome;
let stateHome: string;
let vm: TartVm;
let registry: DockerRegistry;

/** A chunk of ext4, one of zeros (4 MiB of them written, the rest a hole), a short one that is mostly a hole. */
async function makeSparseVm(): Promise<TartVm> {
  const made = await makeTartVm(home, {
    name: 'builder',
    disk: { chunkSize: CHUNK_SIZE, fileSystemSize: CHUNK_SIZE, contentSize: 9 * MIB, tail: ['hole', 'short'] },
  });
  const file = await open(made.diskFile, 'r+');
  await file.write(Buffer.alloc(4 * MIB), 0, 4 * MIB, CHUNK_SIZE + 64 * MIB);
  await file.truncate(2 * CHUNK_SIZE + SHORT);
  await file.sync();
  await file.close();
  return made;
}

beforeAll(async () => {
  home = await makeTartHome();
  stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
  [vm, registry] = await Promise.all([makeSparseVm(), startDockerRegistry()]);
});
afterAll(async () => {
  await Promise.all([registry.stop(), home.remove(), rm(stateHome, { recursive: true, force: true })]);
});

/** Digest of the disk that an image decodes to; one layer at a time is held. */
async function decodedDisk(reference: string): Promise<{ digest: string; rawSizes: readonly number[] }> {
  const image = await copyWithSkopeo(reference);
  try {
    const hash = createHash('sha256');
    const rawSizes: number[] = [];
    for (const layer of image.layers.filter(({ mediaType }) => mediaType.endsWith('.disk.v2'))) {
      const rawSize = Number(layer.annotations?.[RAW_SIZE]);
      hash.update(decodeStream(await image.blob(layer), rawSize));
      rawSizes.push(rawSize);
    }
    return { digest: hash.digest('hex'), rawSizes };
  } finally {
    await image.remove();
  }
}

describe('a disk of 1.2 GiB, cut as Tart cuts it', () => {
  it('is an image that skopeo inspects under the pushed digest, and that decodes to the disk', async () => {
    const reference = `${registry.host}/whole/chunks:1`;
    const place = { tartHome: home.root, stateHome, chunkSize: 0 };
    const pushed = await runTartan(['push', 'builder', reference, '--json'], place);
    expect(pushed).toMatchObject({ status: 0 });
    const [target] = planSchema.parse(JSON.parse(pushed.stdout)).targets;

    const raw = await skopeo('inspect', '--raw', `docker://${reference}`);
    const summary: unknown = JSON.parse(await skopeo('inspect', `docker://${reference}`));
    const layers = target?.layers.map(({ digest }) => digest);
    expect(digestOf(Buffer.from(raw))).toBe(target?.manifestDigest);
    expect(summary).toMatchObject({ Digest: target?.manifestDigest, RepoTags: ['1'], Layers: layers });
    expect(target?.layers.filter(({ kind }) => kind === 'disk')[1]).toMatchObject({ digest: ZEROS });

    const source = createHash('sha256');
    await pipeline(createReadStream(vm.diskFile), source);
    expect(await decodedDisk(reference)).toEqual({
      digest: source.digest('hex'),
      rawSizes: [CHUNK_SIZE, CHUNK_SIZE, SHORT],
    });
    // A disk that is mostly holes is not filled by what reads it.
    expect((await stat(vm.diskFile)).blocks * 512).toBeLessThan(64 * MIB);
  });
});
