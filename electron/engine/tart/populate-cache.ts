import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { makeFolder } from '../make-folder.ts';
import { tryFileLock } from '../native/file-lock.ts';
import type { Clock } from '../ports.ts';
import { sparseCopy } from './sparse-copy.ts';
import { statOrNull, vmFiles } from './vm-folder.ts';

/** Beside `OCIs`, where Tart looks for no images, and not in `tmp`, which every tart command empties. */
const STAGING = '.tartan-';
/** How often a lock that somebody holds is asked for again, in ms. Tart holds its own for moments. */
const LOOK_MS = 50;
/** Tries of the lock: 30 s. */
const MOST_LOOKS = 600;

/** A pushed image that is put into Tart's cache. */
export interface CachePopulation {
  readonly tartHome: string;
  readonly manifest: { readonly bytes: Uint8Array; readonly digest: string };
  /** Bytes of the VM config layer: what a pull would write to config.json. */
  readonly configBytes: Uint8Array;
  readonly diskPath: string;
  readonly nvramPath: string;
  readonly places: readonly {
    /** `host[:port]` */
    readonly registry: string;
    readonly repository: string;
    readonly tags: readonly string[];
  }[];
  /** Throws unless disk and NVRAM are still those that were pushed. Asked after they were copied. */
  readonly confirmUnchanged: () => Promise<void>;
}

/**
 * Puts a pushed image into Tart's cache under its digest, as a pull would, and points the pushed tags at it. An image that
 * is there already is kept. What is shown to Tart is whole: a folder of our own is filled first and moved by one rename,
 * under the lock of Tart's home.
 *
 * @throws AppError `vm.diskChanged`, `vm.lockLost`, `vm.gone`, `file.unwritable`, `cancelled`
 */
export async function populateCache(population: CachePopulation, clock: Clock, signal: AbortSignal): Promise<void> {
  const images = join(population.tartHome, 'cache', 'OCIs');
  try {
    await makeFolder(images);
    // The cache may be a link to another disk: a rename works within it alone.
    const besides = dirname(await realpath(images));
    await removeLeftovers(besides);
    const staging = join(besides, `${STAGING}${randomUUID()}`);
    await mkdir(staging);
    const own = await open(staging, 'r');
    try {
      // Tells other processes that somebody still fills the folder.
      tryFileLock(own.fd);
      for (const place of population.places) await populate(population, { ...place, images, staging }, clock, signal);
    } finally {
      await own.close();
      await rm(staging, { recursive: true, force: true });
    }
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof AppError || !(thrown instanceof Error) || !('code' in thrown)) throw thrown;
    throw new AppError('file.unwritable', { path: images, reason: String(thrown.code) }, { cause: thrown });
  }
}

type Place = CachePopulation['places'][number] & { readonly images: string; readonly staging: string };

async function populate(population: CachePopulation, place: Place, clock: Clock, signal: AbortSignal): Promise<void> {
  const { digest } = population.manifest;
  // The colon before the port alone: that one is read back.
  const host = place.registry.replace(/:(\d+)$/, '%3A$1');
  const repository = join(place.images, host, ...place.repository.split('/'));
  const folder = join(repository, digest);
  const filled = (await statOrNull(folder)) === null ? await fill(population, place.staging, signal) : null;
  await makeFolder(repository);
  await underLock(population.tartHome, clock, signal, async () => {
    // Pulled meanwhile: the same image, which Tart may be reading.
    if (filled !== null && (await statOrNull(folder)) === null) await rename(filled, folder);
    for (const tag of place.tags) {
      const link = join(place.staging, randomUUID());
      // Absolute, as Tart makes them.
      await symlink(folder, link);
      await rename(link, join(repository, tag));
    }
  });
}

/** A folder with the files of the image, on the disk; answers its path. */
async function fill(population: CachePopulation, staging: string, signal: AbortSignal): Promise<string> {
  const folder = join(staging, randomUUID());
  await mkdir(folder);
  const files = vmFiles(folder);
  await writeFile(files.config, population.configBytes, { flush: true });
  await writeFile(files.manifest, population.manifest.bytes, { flush: true });
  // The order of a pull: a disk that is younger than NVRAM counts as altered.
  await sparseCopy(population.diskPath, files.disk, signal);
  await sparseCopy(population.nvramPath, files.nvram, signal);
  await population.confirmUnchanged();
  return folder;
}

/** Works under the `flock` of Tart's home, which Tart takes where it moves VMs; without where there are no such locks. */
async function underLock(
  tartHome: string,
  clock: Clock,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  const home = await open(tartHome, 'r');
  try {
    for (let look = 1; tryFileLock(home.fd) === 'busy'; look += 1) {
      if (look === MOST_LOOKS) throw new AppError('file.unwritable', { path: tartHome, reason: 'EWOULDBLOCK' });
      await clock.sleep(LOOK_MS, signal);
    }
    await work();
  } finally {
    await home.close();
  }
}

/** Removes what pushes left that were killed: their locks went with them. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(STAGING)) continue;
    const left = await open(join(folder, entry), 'r').catch(() => null);
    if (left === null) continue;
    try {
      if (tryFileLock(left.fd) === 'locked') await rm(join(folder, entry), { recursive: true, force: true });
    } finally {
      await left.close();
    }
  }
}
