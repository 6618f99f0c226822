import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';

/**
 * Reads a file of a VM folder that has to be small, whatever lies in its place: nothing hangs on a named pipe, and no more
 * than `limit` bytes are read.
 *
 * @param confirm looks at the very file that was read, once it was, and throws where its bytes are not to be taken
 * @throws AppError `vm.gone`; `file.unreadable` with `reason`: an errno name, `notFile` or `tooLarge`; what `confirm` throws
 */
export async function readSmallFile(
  path: string,
  limit: number,
  confirm: (file: FileHandle) => Promise<void> = () => Promise.resolve(),
): Promise<Buffer> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK));
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError(reason === 'ENOENT' ? 'vm.gone' : 'file.unreadable', { path, reason }, { cause });
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new AppError('file.unreadable', { path, reason: 'notFile' });
    if (stat.size > limit) throw new AppError('file.unreadable', { path, reason: 'tooLarge' });
    const buffer = Buffer.alloc(stat.size);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    await confirm(file);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
