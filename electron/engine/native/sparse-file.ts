import { createRequire } from 'node:module';

const GENERIC_READ_WRITE = 0xc000_0000;
const SHARE_READ_WRITE = 0x3;
const OPEN_EXISTING = 3;
const ATTRIBUTE_NORMAL = 0x80;
const INVALID_HANDLE = -1;
/** `FSCTL_SET_SPARSE` of winioctl.h. */
const SET_SPARSE = 0x9_00c4;

/**
 * Lets what is not written of a file be holes. Only Windows has to be asked: elsewhere file systems do so by themselves, and
 * without it NTFS writes zeros up to each place that is written to. Written after Microsoft's documentation of
 * `FSCTL_SET_SPARSE`; not run on Windows yet.
 *
 * @param path of an empty file; it may be open in this process
 * @returns whether the file system took it
 */
export function markSparse(path: string): boolean {
  if (process.platform !== 'win32') return false;
  try {
    // koffi is a native package: required at run time from beside the bundle; require knows no types, the version is pinned.
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const kernel = koffi.load('kernel32.dll');
    const open = kernel.func(
      'intptr_t __stdcall CreateFileW(str16 path, uint32_t access, uint32_t share, void *security, uint32_t how, uint32_t flags, void *like)',
    );
    const control = kernel.func(
      'int __stdcall DeviceIoControl(intptr_t file, uint32_t code, void *from, uint32_t length, void *to, uint32_t room, void *written, void *overlapped)',
    );
    const close = kernel.func('int __stdcall CloseHandle(intptr_t file)');
    const access = [GENERIC_READ_WRITE, SHARE_READ_WRITE, null, OPEN_EXISTING, ATTRIBUTE_NORMAL, null] as const;
    const file: unknown = open(path, ...access);
    if (Number(file) === INVALID_HANDLE) return false;
    const done: unknown = control(file, SET_SPARSE, null, 0, null, 0, Buffer.alloc(4), null);
    close(file);
    return done !== 0;
  } catch {
    // No binary of koffi for this machine: the disk takes its whole length.
    return false;
  }
}
