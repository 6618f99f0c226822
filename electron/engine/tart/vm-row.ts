import { AppError } from '../../../shared/errors/app-error.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { diskSizesOf } from '../disk/disk-sizes.ts';
import { incompleteOf, vmIncomplete } from './incomplete-vm.ts';
import { readSmallFile } from './read-small-file.ts';
import { configInvalid, diskFormatOf, parseVmConfig, type VmConfig } from './vm-config.ts';
import { CONFIG_LIMIT, layoutOf, statOrNull, type VmFiles, vmFiles } from './vm-folder.ts';
import { vmStateOf } from './vm-state.ts';

/** What a row is called: the part that its place in Tart's home tells. */
export type VmNaming = Pick<Vm, 'id' | 'kind' | 'name' | 'tags' | 'digest'>;

type ConfigFinding =
  | { readonly config: VmConfig; readonly defect: null }
  | { readonly config: null; readonly defect: AppError };

async function findConfig(path: string): Promise<ConfigFinding> {
  try {
    const bytes = await readSmallFile(path, CONFIG_LIMIT);
    return { config: parseVmConfig(bytes.toString('utf8'), path), defect: null };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    const tooLarge = thrown.code === 'file.unreadable' && thrown.params['reason'] === 'tooLarge';
    return { config: null, defect: tooLarge ? configInvalid(path, '', 'tooLarge') : thrown };
  }
}

/** Reads one VM folder into a row by stat, config.json and lock state; whatever is wrong becomes the row's defect. */
export async function readVmRow(folder: string, naming: VmNaming): Promise<Vm> {
  const files = vmFiles(folder);
  const [layout, { config, defect }, sizes, state, configStat, diskStat, nvramStat, overlayStat] = await Promise.all([
    layoutOf(files, naming.kind),
    findConfig(files.config),
    diskSizesOf(files.disk),
    naming.kind === 'vm' ? vmStateOf(files) : ('stopped' as const),
    statOrNull(files.config),
    statOrNull(files.disk),
    statOrNull(files.nvram),
    statOrNull(files.overlay),
  ]);
  const empty = diskStat?.size === 0 ? files.disk : nvramStat?.size === 0 ? files.nvram : null;
  const emptiness = empty === null ? null : vmIncomplete(empty, 'empty');
  return {
    ...naming,
    folder,
    state,
    layout,
    os: config?.os ?? null,
    arch: config?.arch ?? null,
    cpuCount: config?.cpuCount ?? null,
    memorySize: config?.memorySize ?? null,
    display: config === null ? null : { ...config.display, unit: config.display.unit ?? null },
    diskFormat: config === null ? 'raw' : diskFormatOf(config),
    sizes,
    modifiedMs: Math.max(0, ...[configStat, diskStat, nvramStat, overlayStat].map((found) => found?.mtimeMs ?? 0)),
    defect: ((await layoutDefect(layout, files, naming.name, defect)) ?? defect ?? emptiness)?.toData() ?? null,
  };
}

async function layoutDefect(
  layout: Vm['layout'],
  files: VmFiles,
  name: string,
  found: AppError | null,
): Promise<AppError | null> {
  switch (layout) {
    case 'standalone':
      return null;
    case 'stacked':
      return new AppError('vm.stacked', { name });
    case 'incomplete':
      // A config.json that is there and cannot be read says more than that something is missing.
      return found === null || found.code === 'vm.gone' ? await incompleteOf(files) : null;
  }
}

/** A row for something that stands where a VM should be and cannot be looked into. */
export function unreadableVmRow(folder: string, naming: VmNaming, defect: AppError): Vm {
  return {
    ...naming,
    folder,
    state: 'stopped',
    layout: 'incomplete',
    os: null,
    arch: null,
    cpuCount: null,
    memorySize: null,
    display: null,
    diskFormat: 'raw',
    sizes: null,
    modifiedMs: 0,
    defect: defect.toData(),
  };
}
