import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleInto, folderBesidePackages } from '../../../test/fixtures/bundle.ts';
import { codecWasm } from '../../../test/fixtures/codec-wasm.ts';
import { identityOf } from '../../../test/fixtures/identity-of.ts';
import { pushSourceOf } from '../../../test/fixtures/push-source.ts';
import { randomBytesOf } from '../../../test/fixtures/seeded-bytes.ts';
import { openTestState, type TestState } from '../../../test/fixtures/test-state.ts';
import { CodecPool } from '../codec/codec-pool.ts';
import { DigestCache } from '../digests/digest-cache.ts';
import { createDraft, type PushDraft } from './push-draft.ts';
import { groupTargets } from './push-targets.ts';
import { fillSmallLayers, singleLayer } from './small-layers.ts';

const MIB = 1024 * 1024;
const NEVER = new AbortController().signal;

let built: string;
let folder: string;
let state: TestState;
let codec: CodecPool;
let digestCache: DigestCache;
beforeAll(async () => {
  built = await folderBesidePackages('small-layers');
  codec = new CodecPool({
    workerFile: await bundleInto(built, 'codec-worker'),
    wasmFile: codecWasm(),
    workers: 1,
    started: [],
  });
  state = await openTestState(() => Date.now());
  digestCache = new DigestCache(state.database, () => Date.now());
});
afterAll(async () => {
  await codec.close();
  await state.remove();
  await rm(built, { recursive: true, force: true });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'small-layers-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A push of a VM whose NVRAM was identified as the file is now. Bytes. */
async function openedWith(nvramSize: number): Promise<PushDraft> {
  const nvramPath = join(folder, 'nvram.bin');
  await writeFile(nvramPath, randomBytesOf('nvram', nvramSize));
  const nvram = await identityOf(nvramPath);
  const source = pushSourceOf(MIB, { nvramPath, nvramSize, nvramIdentity: nvram, own: { disk: nvram, nvram } });
  return createDraft(source, groupTargets(['registry.test/acme/vm:new']), MIB);
}

// NVRAM of Linux VMs is hashed where it is read, the longer one of macOS by a worker.
describe.each([
  ['short', 131_072],
  ['long', 2 * MIB + 7],
])('NVRAM that is %s', (_kind, nvramSize) => {
  it('is a layer of its own bytes, and is read once as long as it stays as it is', async () => {
    const draft = await openedWith(nvramSize);
    await fillSmallLayers({ codec, digestCache }, draft, NEVER);
    const again = createDraft(draft.source, groupTargets(['registry.test/acme/vm:new']), MIB);
    await fillSmallLayers({ codec, digestCache }, again, NEVER);
    const digest = `sha256:${createHash('sha256').update(randomBytesOf('nvram', nvramSize)).digest('hex')}`;

    expect([draft, again].map((one) => singleLayer(one, 'nvram'))).toEqual([
      expect.objectContaining({ digest, rawDigest: digest, size: nvramSize, work: { read: nvramSize, encoded: 0 } }),
      expect.objectContaining({ digest, rawDigest: digest, size: nvramSize, work: { read: 0, encoded: 0 } }),
    ]);
  });

  it('is not read from another file in its place, and nothing of that one is remembered', async () => {
    const draft = await openedWith(nvramSize);
    const { nvramPath, nvramIdentity } = draft.source;
    await writeFile(join(folder, 'other'), randomBytesOf('another VM', nvramSize));
    await rename(join(folder, 'other'), nvramPath);
    const ended: unknown = await fillSmallLayers({ codec, digestCache }, draft, NEVER).catch((error: unknown) => error);

    expect({
      ended,
      digest: singleLayer(draft, 'nvram').digest,
      remembered: (await digestCache.lookup(nvramIdentity, nvramSize)).size,
    }).toEqual({
      ended: expect.objectContaining({ code: 'vm.diskChanged' }) as unknown,
      digest: null,
      remembered: 0,
    });
  });
});
