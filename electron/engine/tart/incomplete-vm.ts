import { basename, dirname } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { statOrNull, type VmFiles } from './vm-folder.ts';

/** What keeps a folder from being a whole VM, as `problem` of `vm.incomplete`. */
type VmGap = 'missing' | 'notFile' | 'empty' | 'besideDisk';

/** The error for a folder that is no whole VM: `file` is the one that is not as it has to be. */
export function vmIncomplete(file: string, problem: VmGap): AppError {
  return new AppError('vm.incomplete', { folder: dirname(file), file: basename(file), problem });
}

/** The error for a folder whose layout is `incomplete`: `vm.incomplete` with the first file that is not as it has to be. */
export async function incompleteOf(files: VmFiles): Promise<AppError> {
  for (const file of [files.config, files.disk, files.nvram]) {
    const found = await statOrNull(file);
    if (found === null) return vmIncomplete(file, 'missing');
    if (!found.isFile()) return vmIncomplete(file, 'notFile');
  }
  return vmIncomplete(files.overlay, 'besideDisk');
}
