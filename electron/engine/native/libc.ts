import { createRequire } from 'node:module';
import { z } from 'zod';

/** The C functions in use. Each answers −1 on failure. */
export interface Libc {
  lseek(descriptor: number, offset: number, whence: number): number;
  /** `fcntl(fd, command, struct flock *)`. */
  fcntl(descriptor: number, command: number, lock: Uint8Array): number;
}

const callable = z.custom<(...args: unknown[]) => unknown>((value) => typeof value === 'function');
const koffiSchema = z.object({ load: callable });
const librarySchema = z.object({ func: callable });

const LIBRARIES: Partial<Record<NodeJS.Platform, string>> = { linux: 'libc.so.6', darwin: 'libSystem.B.dylib' };

function load(): Libc | null {
  const name = LIBRARIES[process.platform];
  if (name === undefined) return null;
  try {
    // koffi is a native package: required at run time from beside the bundle, and only where it is needed.
    const require = createRequire(import.meta.url);
    const koffi = koffiSchema.parse(require('koffi'));
    const library = koffi.load(name);
    const func = librarySchema.parse(library).func.bind(library);
    const lseek = callable.parse(func('int64_t lseek(int fd, int64_t offset, int whence)'));
    // fcntl is variadic; on arm64 macOS variadic arguments travel on the stack.
    const fcntl = callable.parse(func('int fcntl(int fd, int command, ...)'));
    return {
      lseek: (descriptor, offset, whence) => Number(lseek(descriptor, offset, whence)),
      fcntl: (descriptor, command, lock) => Number(fcntl(descriptor, command, 'void *', lock)),
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
