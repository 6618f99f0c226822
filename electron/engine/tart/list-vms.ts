import { readdir, readlink, realpath, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { isDigest } from '../../../shared/models/reference.ts';
import type { Vm, VmList } from '../../../shared/models/vm.ts';
import { lstatOrNull, statOrNull } from './vm-folder.ts';
import { readVmRow, unreadableVmRow, type VmNaming } from './vm-row.ts';

/** Folder levels below `cache/OCIs` that are searched: host and up to this many name components. */
const DEEPEST_NAME = 12;

/** Names in a folder, sorted; none where it is not there. @throws AppError `file.unreadable` */
async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    // Tart makes its folders when it first needs them, and prunes them while we look.
    if (reason === 'ENOENT') return [];
    throw new AppError('file.unreadable', { path: folder, reason }, { cause });
  }
}

/** What stands in Tart's folder of VMs under a name; null where that is no VM, and for what is no name of a folder there. */
async function vmNamed(folder: string, name: string): Promise<Vm | null> {
  const path = join(folder, name);
  const naming: VmNaming = { id: `vm:${name}`, kind: 'vm', name, tags: [], digest: null };
  const found = await statOrNull(path);
  if (found?.isDirectory() === true) {
    const hidden = name.startsWith('.') && (await statOrNull(join(path, 'config.json'))) === null;
    return hidden ? null : await readVmRow(path, naming);
  }
  const leadsNowhere = found === null && (await lstatOrNull(path))?.isSymbolicLink() === true;
  return leadsNowhere ? unreadableVmRow(path, naming, new AppError('vm.gone', { path, reason: 'ENOENT' })) : null;
}

/** Local VMs. A link to a folder elsewhere counts, as for Tart; one that leads nowhere (disk unplugged) is a row too. */
async function localVms(folder: string): Promise<Vm[]> {
  const rows: Vm[] = [];
  for (const name of await entriesOf(folder)) {
    const row = await vmNamed(folder, name);
    if (row !== null) rows.push(row);
  }
  return rows;
}

/**
 * The row of one local VM as {@link listVms} gives it, without a look at any other: there may be hundreds. Null where the id is
 * none of a local VM, or nothing stands there.
 */
export async function localVm(tartHome: string, vmId: string): Promise<Vm | null> {
  const name = vmId.startsWith('vm:') ? vmId.slice('vm:'.length) : '';
  // One name below the folder of VMs, so that an id leads nowhere else.
  if (name === '' || name === '.' || name === '..' || basename(name) !== name) return null;
  return await vmNamed(join(tartHome, 'vms'), name);
}

/** `host[:port]` of a cache folder: `%3A` stands before the port, before May 2024 a raw colon did. */
function hostOfFolder(folder: string): string {
  return folder.replace(/%3a/i, ':');
}

/**
 * The digest that a tag of the cache points to: a link (absolute, as Tart makes it) to a digest folder beside it. Null for
 * a link to anywhere else, which is no tag for Tart either once its home was moved.
 */
async function digestOfTag(link: string): Promise<string | null> {
  try {
    const folder = dirname(link);
    const target = resolve(folder, await readlink(link));
    if (!isDigest(basename(target))) return null;
    // Tart's home may be reached by several names (a link to another disk): the place counts, not its spelling.
    const here = dirname(target) === folder || (await realpath(dirname(target))) === (await realpath(folder));
    return here ? basename(target) : null;
  } catch {
    return null;
  }
}

/** Walks one level of the cache: digest folders are images, links are tags, other folders lead deeper. */
async function cachedImages(folder: string, name: string, depth: number): Promise<Vm[]> {
  const digests: string[] = [];
  const tags = new Map<string, string[]>();
  const rows: Vm[] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry);
    const found = await lstatOrNull(path);
    if (found?.isSymbolicLink() === true) {
      const digest = await digestOfTag(path);
      if (digest !== null) tags.set(digest, [...(tags.get(digest) ?? []), entry]);
    } else if (found?.isDirectory() !== true) continue;
    // An image has at least a host and one name component.
    else if (isDigest(entry) && depth >= 2) digests.push(entry);
    else if (depth < DEEPEST_NAME) {
      rows.push(...(await namesBelow(path, depth === 0 ? hostOfFolder(entry) : `${name}/${entry}`, depth + 1)));
    }
  }
  for (const digest of digests) {
    const naming: VmNaming = {
      id: `image:${name}@${digest}`,
      kind: 'image',
      name,
      tags: tags.get(digest) ?? [],
      digest,
    };
    const row = await readVmRow(join(folder, digest), naming);
    // Tart may prune an image at any time, also between two looks at it: then it is gone, not broken.
    if (row.defect === null || (await lstatOrNull(join(folder, digest))) !== null) rows.push(row);
  }
  return rows;
}

/** The images below a folder; a folder that cannot be read is one row with a defect and spoils nothing else. */
async function namesBelow(folder: string, name: string, depth: number): Promise<Vm[]> {
  try {
    return await cachedImages(folder, name, depth);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return [unreadableVmRow(folder, { id: `image:${name}`, kind: 'image', name, tags: [], digest: null }, thrown)];
  }
}

async function volumeOf(tartHome: string): Promise<VmList['volume']> {
  try {
    const { bavail, blocks, bsize } = await statfs(tartHome);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    // Tart's home is not there yet.
    return null;
  }
}

function byName(left: Vm, right: Vm): number {
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}

/**
 * Lists local VMs and cached images of a Tart home by stat alone: no disk byte is read, no lock is taken.
 *
 * @param nowMs ms since the epoch
 * @throws AppError `file.unreadable` where `vms` or `cache/OCIs` themselves cannot be read
 */
export async function listVms(tartHome: string, nowMs: number): Promise<VmList> {
  const vmsFolder = join(tartHome, 'vms');
  const cacheFolder = join(tartHome, 'cache', 'OCIs');
  const [vms, images, vmsFound, cacheFound, volume] = await Promise.all([
    localVms(vmsFolder),
    cachedImages(cacheFolder, '', 0),
    statOrNull(vmsFolder),
    statOrNull(cacheFolder),
    volumeOf(tartHome),
  ]);
  return {
    tartHome,
    places: [
      { path: vmsFolder, role: 'vms', found: vmsFound !== null },
      { path: cacheFolder, role: 'cache', found: cacheFound !== null },
    ],
    vms: [...vms.sort(byName), ...images.sort(byName)],
    volume,
    readMs: nowMs,
  };
}
