import { type Libc, libc } from './libc.ts';

/** `FS_IOC_FIEMAP`: a header of 32 bytes, then 56 bytes an extent (linux/fiemap.h). */
const FIEMAP = 0xc020_660b;
const HEADER_BYTES = 32;
const EXTENT_BYTES = 56;
const EXTENTS_PER_CALL = 512;
const LAST = 0x1;
const SHARED = 0x2000;
/** A file in more pieces than this is not mapped for a mere figure: about 10 ms. */
const MOST_EXTENTS = 32_768;

/** Sum of the extents that other files hold as well. */
function linuxSharedBytes(functions: Libc, descriptor: number): number | null {
  const map = Buffer.alloc(HEADER_BYTES + EXTENTS_PER_CALL * EXTENT_BYTES);
  let shared = 0n;
  let start = 0n;
  for (let seen = 0; seen < MOST_EXTENTS; seen += EXTENTS_PER_CALL) {
    map.fill(0, 0, HEADER_BYTES);
    map.writeBigUInt64LE(start, 0);
    map.writeBigUInt64LE(0xffff_ffff_ffff_ffffn - start, 8);
    map.writeUInt32LE(EXTENTS_PER_CALL, 24);
    if (functions.ioctl(descriptor, FIEMAP, map).result === -1) return null;
    const count = map.readUInt32LE(20);
    for (let extent = 0; extent < count; extent++) {
      const at = HEADER_BYTES + extent * EXTENT_BYTES;
      const length = map.readBigUInt64LE(at + 16);
      const flags = map.readUInt32LE(at + 40);
      if ((flags & SHARED) !== 0) shared += length;
      if ((flags & LAST) !== 0) return Number(shared);
      start = map.readBigUInt64LE(at) + length;
    }
    if (count === 0) return Number(shared);
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
