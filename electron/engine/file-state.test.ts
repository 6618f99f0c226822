import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sameIdentity } from './disk/disk-identity.ts';
import { type FileState, fileStateOf, sameState } from './file-state.ts';
import { sameFiles } from './snapshots/snapshot-record.ts';

let folder: string;
let state: FileState;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-state-'));
  const path = join(folder, 'disk.img');
  await writeFile(path, 'a disk');
  state = fileStateOf(await stat(path, { bigint: true }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a file is another one, or in another state', () => {
  it.each([
    ['inode', { inode: '1' }],
    ['length', { size: 5 }],
    ['time of its bytes', { mtimeNs: '1' }],
    ['time of any change', { ctimeNs: '1' }],
  ])('where nothing but its %s differs', (_what, other: Partial<FileState>) => {
    expect([sameState(state, { ...state }), sameState(state, { ...state, ...other })]).toEqual([true, false]);
  });

  it('where nothing but its volume differs', () => {
    const [here, there] = [
      { volume: 'one', ...state },
      { volume: 'other', ...state },
    ];

    expect({
      disks: [sameIdentity(here, { ...here }), sameIdentity(here, there)],
      snapshots: [
        sameFiles({ disk: here, nvram: here }, { disk: { ...here }, nvram: { ...here } }),
        sameFiles({ disk: here, nvram: here }, { disk: there, nvram: here }),
        sameFiles({ disk: here, nvram: here }, { disk: here, nvram: there }),
      ],
    }).toEqual({ disks: [true, false], snapshots: [true, false, false] });
  });
});
