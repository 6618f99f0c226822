import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pushSourceOf } from '../../../test/fixtures/push-source.ts';
import { randomBytesOf } from '../../../test/fixtures/seeded-bytes.ts';
import { layersByWork } from './layers-by-work.ts';
import { createDraft, type PushDraft } from './push-draft.ts';
import { groupTargets } from './push-targets.ts';

const MIB = 1024 * 1024;
const CHUNK = 64 * MIB;
const never = new AbortController().signal;
let folder: string;
let diskPath: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'by-work-'));
  diskPath = join(folder, 'disk.img');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A disk with so many MiB of noise at the head of each chunk; the rest of it is a hole, or zeros for all that is told. */
async function disk(noise: readonly number[]): Promise<void> {
  const file = await open(diskPath, 'w');
  await file.truncate(noise.length * CHUNK);
  for (const [at, mib] of noise.entries()) {
    await file.write(randomBytesOf(`chunk ${at}`, mib * MIB), 0, mib * MIB, at * CHUNK);
  }
  await file.close();
}

function draftOf(chunks: number, dataRanges: PushDraft['source']['dataRanges'] = null): PushDraft {
  const source = pushSourceOf(chunks * CHUNK, { diskPath, dataRanges });
  return createDraft(source, groupTargets(['a.io/b:1']), CHUNK);
}

async function order(draft: PushDraft): Promise<number[]> {
  return (await layersByWork(draft, 2, never)).map(({ index }) => index);
}

describe('the order in which layers are brought', () => {
  it('begins the longest work first, whatever the place on the disk, and config and NVRAM after the first chunks', async () => {
    await disk([0, 60, 8, 30]);
    const draft = draftOf(4);

    expect({ order: await order(draft), read: draft.work.read }).toEqual({
      order: [2, 4, 0, 5, 3, 1],
      read: 4 * 16 * 4096,
    });
  });

  it('counts what lies in holes as no work, without reading it', async () => {
    await disk([40, 60]);
    const draft = draftOf(2, [
      { offset: 0, length: 40 * MIB },
      { offset: CHUNK, length: 4 * MIB },
    ]);

    expect(await order(draft)).toEqual([0, 3, 1, 2]);
  });

  it('is that of the disk for chunks whose layers are known, and for all but the last eight', async () => {
    const work = [2, 2, 60, 6, 10, 14, 18, 22, 26, 30, 40];
    await disk(work);
    const draft = draftOf(work.length);
    Object.assign(draft.layers[5] ?? {}, { digest: `sha256:${'a'.repeat(64)}`, size: 5 });

    expect(await order(draft)).toEqual([1, 2, 5, 3, 0, 12, 9, 8, 11, 7, 6, 10, 4]);
  });

  it('is that of the disk where the disk cannot be read: who reads it next says why', async () => {
    expect(await order(draftOf(3))).toEqual([0, 1, 2, 3, 4]);
  });
});
