import { readdir, readFile, readlink, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { isDigest } from '../../../shared/models/reference.ts';
import type { Vm, VmList } from '../../../shared/models/vm.ts';
import { CONFIG_LIMIT, diskFormatOf, parseVmConfig, type VmConfig } from './vm-config.ts';
import { layoutOf, lstatOrNull, statOrNull, vmFiles } from './vm-folder.ts';
import { vmStateOf } from './vm-state.ts';

/** Folder levels below `cache/OCIs` that are searched: host and up to this many name components. */
const DEEPEST_NAME = 12;

interface ConfigFinding {
  readonly config: VmConfig | null;
  readonly defect: AppError | null;
}

async function readConfig(file: string): Promise<ConfigFinding> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > CONFIG_LIMIT) throw new AppError('vm.configInvalid', { file, field: '', problem: 'tooLarge' });
    return { config: parseVmConfig(bytes.toString('utf8'), file), defect: null };
  } catch (thrown) {
    if (thrown instanceof AppError) return { config: null, defect: thrown };
    const reason = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    return { config: null, defect: new AppError('file.unreadable', { path: file, reason }) };
  }
}

type Naming = Pick<Vm, 'id' | 'kind' | 'name' | 'tags' | 'digest'>;

/** Reads one VM folder into a row; whatever is wrong becomes its defect. */
async function readRow(folder: string, naming: Naming): Promise<Vm> {
  const files = vmFiles(folder);
  const [layout, found, disk, nvram, configStat] = await Promise.all([
    layoutOf(files),
    readConfig(files.config),
    statOrNull(files.disk),
    statOrNull(files.nvram),
    statOrNull(files.config),
  ]);
  const { config } = found;
  const state = naming.kind === 'vm' ? await vmStateOf(files) : 'stopped';
  const defect =
    layout === 'incomplete' && found.defect === null
      ? new AppError('vm.incomplete', { folder })
      : layout === 'stacked'
        ? new AppError('vm.stacked', { name: naming.name })
        : found.defect;
  return {
    ...naming,
    folder,
    state,
    layout,
    os: config?.os ?? null,
    arch: config?.arch ?? null,
    cpuCount: config?.cpuCount ?? null,
    memorySize: config?.memorySize ?? null,
    display: config?.display === undefined ? null : { ...config.display, unit: config.display.unit ?? null },
    diskFormat: config === null ? 'raw' : diskFormatOf(config),
    sizes: disk === null ? null : { logical: disk.size, allocated: disk.blocks * 512, shared: null },
    modifiedMs: Math.max(disk?.mtimeMs ?? 0, nvram?.mtimeMs ?? 0, configStat?.mtimeMs ?? 0),
    defect: defect?.toData() ?? null,
  };
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    // Not there yet, or not for us: Tart makes its folders when it first needs them.
    return [];
  }
}

async function localVms(folder: string): Promise<Vm[]> {
  const rows: Vm[] = [];
  for (const name of await entriesOf(folder)) {
    const path = join(folder, name);
    const entry = await statOrNull(path);
    if (entry?.isDirectory() !== true || name.startsWith('.')) continue;
    rows.push(await readRow(path, { id: `vm:${name}`, kind: 'vm', name, tags: [], digest: null }));
  }
  return rows;
}

/** The host of a cache folder: `%3A` and, before May 2024, a raw colon stand before the port. */
function hostOf(folder: string): string {
  return folder.replace('%3A', ':');
}

/** Walks one level of the cache: digest folders are images, links are tags, other folders lead deeper. */
async function cachedImages(folder: string, name: string, depth: number): Promise<Vm[]> {
  const digests: string[] = [];
  const tags = new Map<string, string[]>();
  const rows: Vm[] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry);
    const found = await lstatOrNull(path);
    if (found === null) continue;
    if (found.isSymbolicLink()) {
      const digest = basename(await readlink(path));
      tags.set(digest, [...(tags.get(digest) ?? []), entry]);
    } else if (found.isDirectory() && isDigest(entry)) digests.push(entry);
    else if (found.isDirectory() && depth < DEEPEST_NAME) {
      rows.push(...(await cachedImages(path, name === '' ? hostOf(entry) : `${name}/${entry}`, depth + 1)));
    }
  }
  for (const digest of digests) {
    const naming: Naming = {
      id: `image:${name}@${digest}`,
      kind: 'image',
      name,
      tags: (tags.get(digest) ?? []).sort(),
      digest,
    };
    rows.push(await readRow(join(folder, digest), naming));
  }
  return rows;
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

/**
 * Lists local VMs and cached images of a Tart home by stat alone: no disk byte is read, no lock is taken.
 *
 * @param nowMs ms since the epoch
 */
export async function listVms(tartHome: string, nowMs: number): Promise<VmList> {
  try {
    const vmsFolder = join(tartHome, 'vms');
    const cacheFolder = join(tartHome, 'cache', 'OCIs');
    const [vms, images, vmsFound, cacheFound, volume] = await Promise.all([
      localVms(vmsFolder),
      cachedImages(cacheFolder, '', 0),
      statOrNull(vmsFolder),
      statOrNull(cacheFolder),
      volumeOf(tartHome),
    ]);
    const byName = (left: Vm, right: Vm): number => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0);
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
  } catch (thrown) {
    throw new AppError('file.unreadable', { path: tartHome, reason: toAppError(thrown).code }, { cause: thrown });
  }
}
