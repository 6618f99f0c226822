import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestState, type TestState } from '../../../test/fixtures/test-state.ts';
import { DigestCache, type FileIdentity } from './digest-cache.ts';

const DAY_MS = 24 * 3600 * 1000;
const DISK: FileIdentity = {
  volume: 'uuid:1234',
  inode: '9007199254740993',
  size: 5_000_000_000,
  mtimeNs: '1764000000123456789',
  ctimeNs: '1764000000123456790',
};
const CHUNK = 512 * 1024 * 1024;
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const row = (index: number, letter: string, zero = false) => ({ index, rawDigest: digest(letter), zero });

let state: TestState;
let nowMs: number;
let cache: DigestCache;

beforeAll(async () => {
  state = await openTestState(() => nowMs);
});
afterAll(async () => {
  await state.remove();
});
beforeEach(async () => {
  nowMs = Date.UTC(2026, 0);
  await state.clear('digested_files');
  cache = new DigestCache(state.database, () => nowMs);
});

const known = async (identity: FileIdentity = DISK, chunkSize = CHUNK): Promise<unknown[]> => [
  ...(await cache.lookup(identity, chunkSize)).values(),
];

describe('digests of a disk', () => {
  it('are known chunk by chunk as they were stored, for the same unchanged file', async () => {
    await cache.store(DISK, CHUNK, [row(0, 'a'), row(3, 'b', true)]);
    await cache.store(DISK, CHUNK, [row(1, 'c')]);

    expect(await known()).toEqual([row(0, 'a'), row(1, 'c'), row(3, 'b', true)]);
  });

  it.each<[string, Partial<FileIdentity>]>([
    ['volume', { volume: 'uuid:5678' }],
    ['inode', { inode: '9007199254740992' }],
    ['size', { size: DISK.size + 1 }],
    ['time of writing, by a nanosecond', { mtimeNs: '1764000000123456788' }],
    ['time of changing, by a nanosecond', { ctimeNs: '1764000000123456791' }],
  ])('are not known under another %s', async (_name, other) => {
    await cache.store(DISK, CHUNK, [row(0, 'a')]);

    expect(await known({ ...DISK, ...other })).toEqual([]);
  });

  it('are not known for chunks of another length, which are kept beside them', async () => {
    await cache.store(DISK, CHUNK, [row(0, 'a')]);
    await cache.store(DISK, 1024, [row(0, 'b')]);

    expect([await known(), await known(DISK, 1024), await known(DISK, 2048)]).toEqual([
      [row(0, 'a')],
      [row(0, 'b')],
      [],
    ]);
  });

  it('of an earlier state of the file are forgotten when the new state is stored', async () => {
    const changed = { ...DISK, ctimeNs: '1764000009000000000' };
    await cache.store(DISK, CHUNK, [row(0, 'a'), row(1, 'b')]);
    await cache.store(changed, CHUNK, [row(0, 'c')]);

    expect([await known(), await known(changed)]).toEqual([[], [row(0, 'c')]]);
  });

  it('are replaced where a chunk is stored again', async () => {
    await cache.store(DISK, CHUNK, [row(0, 'a')]);
    await cache.store(DISK, CHUNK, [row(0, 'b')]);

    expect(await known()).toEqual([row(0, 'b')]);
  });

  it('are forgotten half a year after they were last used: read or stored', async () => {
    const unused = { ...DISK, inode: '1' };
    const other = { ...DISK, inode: '2' };
    await cache.store(unused, CHUNK, [row(0, 'a')]);
    await cache.store(DISK, CHUNK, [row(0, 'b')]);
    nowMs += 100 * DAY_MS;
    await known();
    nowMs += 100 * DAY_MS;
    await cache.store(other, CHUNK, [row(0, 'c')]);

    expect([await known(unused), await known(), await known(other)]).toEqual([[], [row(0, 'b')], [row(0, 'c')]]);
  });
});
