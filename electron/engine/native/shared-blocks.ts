import { EXTENT, FIEMAP, FiemapPage } from './fiemap.ts';
import { type Libc, libc } from './libc.ts';

const EXTENTS_PER_CALL = 512;
/** A file in more pieces than this is not mapped for a mere figure: about 10 ms. */
const MOST_EXTENTS = 32_768;

/** Sum of the extents that other files hold as well. */
function linuxSharedBytes(functions: Libc, descriptor: number): number | null {
  const page = new FiemapPage(EXTENTS_PER_CALL);
  let shared = 0;
  let start = 0;
  for (let seen = 0; seen < MOST_EXTENTS; seen += EXTENTS_PER_CALL) {
    if (functions.ioctl(descriptor, FIEMAP, page.ask(start, null, 0)).result === -1) return null;
    const { count } = page;
    for (let index = 0; index < count; index++) {
      const { offset, length, flags } = page.extent(index);
      if ((flags & EXTENT.shared) !== 0) shared += length;
      if ((flags & EXTENT.last) !== 0) return shared;
      start = offset + length;
    }
    if (count === 0) return shared;
  }
  return null;
}

/** `FSOPT_ATTR_CMN_EXTENDED`, which makes the fork attributes the extended common ones (sys/attr.h). */
const COMMON_EXTENDED = 0x20;
const PRIVATE_SIZE = 0x8;

/** Blocks that only this file holds, as APFS tells them (`ATTR_CMNEXT_PRIVATESIZE`; not tried on a Mac). */
function darwinPrivateBytes(functions: Libc, path: string): number | null {
  const request = Buffer.alloc(24);
  request.writeUInt16LE(5, 0);
  request.writeUInt32LE(PRIVATE_SIZE, 20);
  const answer = Buffer.alloc(12);
  if (functions.getattrlist(path, request, answer, COMMON_EXTENDED).result === -1) return null;
  return answer.readUInt32LE(0) < 12 ? null : Number(answer.readBigInt64LE(4));
}

/**
 * Bytes of a file's blocks that other files (clones) hold as well; null where the file system does not tell. Reads no byte
 * of the file.
 *
 * @param allocated bytes of all its blocks, by stat
 */
export function sharedBytes(descriptor: number, path: string, allocated: number): number | null {
  const functions = libc();
  if (functions === null) return null;
  switch (process.platform) {
    case 'linux': {
      const shared = linuxSharedBytes(functions, descriptor);
      // Blocks that are not written out yet have no extents, so the two sums may differ a little.
      return shared === null ? null : Math.min(shared, allocated);
    }
    case 'darwin': {
      const own = darwinPrivateBytes(functions, path);
      return own === null || own < 0 || own > allocated ? null : allocated - own;
    }
    default:
      return null;
  }
}
