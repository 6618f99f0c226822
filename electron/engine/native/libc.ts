import { createRequire } from 'node:module';

/** What a call answered: the C result (−1 on failure) and the error number that goes with a failure. */
export interface CallResult {
  readonly result: number;
  readonly errno: number;
}

/** The C functions in use, on 64-bit Linux and macOS. `at` buffers are read and written in place. */
export interface Libc {
  lseek(descriptor: number, offset: number, whence: number): CallResult;
  flock(descriptor: number, operation: number): CallResult;
  fcntl(descriptor: number, command: number, argument: Uint8Array): CallResult;
  ioctl(descriptor: number, request: number, argument: Uint8Array): CallResult;
  /** `ioctl` on a thread of its own, for calls that take long; answers the C result. Linux only; elsewhere it answers −1. */
  ioctlAside(descriptor: number, request: number, argument: Uint8Array): Promise<number>;
  /** macOS only; elsewhere it answers −1. `options` are the FSOPT flags. */
  getattrlist(path: string, attributes: Uint8Array, answer: Uint8Array, options: number): CallResult;
  /** macOS only; elsewhere it answers −1. */
  fstatfs(descriptor: number, answer: Uint8Array): CallResult;
}

/** musl has no `libc.so.6`: its file is named after the architecture. */
const LIBRARIES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['libc.so.6', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1'],
  darwin: ['libSystem.B.dylib'],
};
/** Offsets, times and the structures of the callers are those of 64-bit systems. */
const ARCHITECTURES: readonly string[] = ['x64', 'arm64'];
const NOT_HERE: CallResult = { result: -1, errno: 0 };

type Koffi = typeof import('koffi');

function loadFirst(koffi: Koffi, names: readonly string[]): ReturnType<Koffi['load']> | null {
  for (const name of names) {
    try {
      return koffi.load(name);
    } catch {
      // Another C library: the next name is tried.
    }
  }
  return null;
}

function load(): Libc | null {
  const names = LIBRARIES[process.platform];
  if (names === undefined || !ARCHITECTURES.includes(process.arch)) return null;
  try {
    // koffi is a native package: required at run time from beside the bundle, and only where it is needed.
    const koffi = createRequire(import.meta.url)('koffi') as Koffi; // require knows no types; the version is pinned.
    const library = loadFirst(koffi, names);
    if (library === null) return null;
    const call = (declaration: string): ((...values: unknown[]) => CallResult) => {
      const native = library.func(declaration);
      return (...values) => {
        const result = Number(native(...values));
        return { result, errno: result === -1 ? koffi.errno() : 0 };
      };
    };
    const lseek = call('int64_t lseek(int descriptor, int64_t offset, int whence)');
    const flock = call('int flock(int descriptor, int operation)');
    // fcntl and ioctl are variadic; on arm64 macOS variadic arguments travel on the stack.
    const fcntl = call('int fcntl(int descriptor, int command, ...)');
    const ioctl = call('int ioctl(int descriptor, unsigned long request, ...)');
    const darwin = process.platform === 'darwin';
    const getattrlist = darwin
      ? call('int getattrlist(const char *path, void *list, void *answer, size_t size, uint32_t options)')
      : null;
    // The 64-bit inode structure has a name of its own on Intel only.
    const fstatfs = darwin
      ? call(`int fstatfs${process.arch === 'x64' ? '$INODE64' : ''}(int descriptor, void *answer)`)
      : null;
    // koffi calls variadic functions only at once; on Linux both forms pass an address in the same register.
    const ioctlAside = darwin ? null : library.func('int ioctl(int descriptor, unsigned long request, void *argument)');
    return {
      lseek,
      flock,
      fcntl: (descriptor, command, argument) => fcntl(descriptor, command, 'void *', argument),
      ioctl: (descriptor, request, argument) => ioctl(descriptor, request, 'void *', argument),
      ioctlAside: (descriptor, request, argument) =>
        new Promise((resolve) => {
          if (ioctlAside === null) resolve(-1);
          else {
            ioctlAside.async(descriptor, request, argument, (failure: unknown, result: unknown) =>
              resolve(failure === null ? Number(result) : -1),
            );
          }
        }),
      getattrlist: (path, attributes, answer, options) =>
        getattrlist?.(path, attributes, answer, answer.length, options) ?? NOT_HERE,
      fstatfs: (descriptor, answer) => fstatfs?.(descriptor, answer) ?? NOT_HERE,
    };
  } catch {
    // No binary for this platform, or a broken install: every caller has a way without it.
    return null;
  }
}

let loaded: { readonly libc: Libc | null } | null = null;

/** libc through koffi; null where that is not to be had. Loaded once a process: a handle, not state. */
export function libc(): Libc | null {
  loaded ??= { libc: load() };
  return loaded.libc;
}
