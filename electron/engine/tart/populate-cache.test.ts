import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { holdFileLock } from '../../../test/fixtures/file-lock.ts';
import { systemClock } from '../../host/system-clock.ts';
import { type CachePopulation, populateCache } from './populate-cache.ts';

const MIB = 1024 ** 2;
const HOLE = 64 * MIB;
const manifest = Buffer.from('{"made":"here"}');
const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
const never = new AbortController().signal;

let root: string;
let population: CachePopulation;

/** The folder of the images that `reg.example:5000/team/mac` names. */
function place(): string {
  return join(root, 'cache', 'OCIs', 'reg.example%3A5000', 'team', 'mac');
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tart-home-'));
  const [diskPath, nvramPath] = [join(root, 'disk.img'), join(root, 'nvram.bin')];
  await writeFile(nvramPath, 'nvram');
  const disk = await open(diskPath, 'w');
  await disk.write('start', 0);
  await disk.write('end', HOLE);
  await disk.close();
  population = {
    tartHome: root,
    manifest: { bytes: manifest, digest },
    configBytes: Buffer.from('{"os":"linux"}'),
    diskPath,
    nvramPath,
    places: [{ registry: 'reg.example:5000', repository: 'team/mac', tags: ['1', 'latest'] }],
    confirmUnchanged: () => Promise.resolve(),
  };
  return () => rm(root, { recursive: true, force: true });
});

describe('populating the cache of Tart', () => {
  it('puts the four files of an image under its digest, keeps the holes, and points the tags at it', async () => {
    await populateCache(population, systemClock, never);
    const folder = join(place(), digest);
    expect((await readdir(folder)).sort()).toEqual(['config.json', 'disk.img', 'manifest.json', 'nvram.bin']);
    expect(await readFile(join(folder, 'manifest.json'))).toEqual(manifest);
    expect(await readFile(join(folder, 'config.json'), 'utf8')).toBe('{"os":"linux"}');
    expect(await readFile(join(folder, 'nvram.bin'), 'utf8')).toBe('nvram');
    expect((await readFile(join(folder, 'disk.img'))).equals(await readFile(population.diskPath))).toBe(true);
    expect((await stat(join(folder, 'disk.img'))).blocks * 512).toBeLessThan(MIB);
    expect(await Promise.all(['1', 'latest'].map((tag) => readlink(join(place(), tag))))).toEqual([folder, folder]);
    expect(await readdir(join(root, 'cache'))).toEqual(['OCIs']);
  });

  it('keeps an image that is there, and moves a tag to it from another', async () => {
    const other = { bytes: Buffer.from('older'), digest: `sha256:${'0'.repeat(64)}` };
    await populateCache({ ...population, manifest: other }, systemClock, never);
    await mkdir(join(place(), digest));
    await writeFile(join(place(), digest, 'mark'), 'pulled');
    await populateCache(population, systemClock, never);
    expect(await readdir(join(place(), digest))).toEqual(['mark']);
    expect(await readlink(join(place(), 'latest'))).toBe(join(place(), digest));
    expect(await readdir(join(place(), other.digest))).toContain('disk.img');
  });

  it('shows Tart nothing of a disk that changed while it was copied', async () => {
    const changed = new AppError('vm.diskChanged', { name: 'mac', path: population.diskPath });
    const confirmUnchanged = (): Promise<void> => Promise.reject(changed);
    await expect(populateCache({ ...population, confirmUnchanged }, systemClock, never)).rejects.toBe(changed);
    expect(await readdir(join(root, 'cache'))).toEqual(['OCIs']);
    expect(await readdir(join(root, 'cache', 'OCIs'))).toEqual([]);
  });

  it('waits while somebody holds the home of Tart, and gives up when it is told to', async () => {
    const control = new AbortController();
    // The first wait is the last one.
    const sleep = (): Promise<void> => {
      control.abort(new AppError('cancelled'));
      return Promise.reject(new AppError('cancelled'));
    };
    const tart = await holdFileLock(root, { kind: 'flock' });
    await expect(populateCache(population, { ...systemClock, sleep }, control.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    await tart.stop();
    expect(await readdir(place())).toEqual([]);
  });

  it('clears away what a killed push left, but not what another one fills', async () => {
    const [left, filled] = [join(root, 'cache', '.tartan-left'), join(root, 'cache', '.tartan-filled')];
    await mkdir(left, { recursive: true });
    await mkdir(filled);
    const other = await holdFileLock(filled, { kind: 'flock' });
    await populateCache(population, systemClock, never);
    await other.stop();
    expect((await readdir(join(root, 'cache'))).sort()).toEqual(['.tartan-filled', 'OCIs']);
  });
});
