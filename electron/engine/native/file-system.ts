import { type FileHandle, statfs } from 'node:fs/promises';
import { type Libc, libc } from './libc.ts';

/** `struct statfs` of macOS with 64-bit inodes: 2168 bytes, type name at 72, mount point at 88 (sys/mount.h; not tried on a Mac). */
const STATFS = { bytes: 2168, typeAt: 72, typeBytes: 16, mountPointAt: 88, mountPointBytes: 1024 } as const;

/** What macOS tells of the file system of an open file; null where it does not. */
export function darwinFileSystem(
  functions: Libc,
  descriptor: number,
): { readonly type: string; readonly mountPoint: string } | null {
  const stat = Buffer.alloc(STATFS.bytes);
  if (functions.fstatfs(descriptor, stat).result === -1) return null;
  const text = (at: number, bytes: number): string => {
    const field = stat.subarray(at, at + bytes);
    const end = field.indexOf(0);
    return field.toString('utf8', 0, end === -1 ? bytes : end);
  };
  return {
    type: text(STATFS.typeAt, STATFS.typeBytes),
    mountPoint: text(STATFS.mountPointAt, STATFS.mountPointBytes),
  };
}

/** `f_type` (linux/magic.h). */
const BTRFS_MAGIC = 0x9123_683e;
const XFS_MAGIC = 0x5846_5342;
/** `FS_IOC_FSGETXATTR` (linux/fs.h): 28 bytes, the first four are flags. */
const GET_FLAGS = 0x801c_581f;
const REALTIME = 0x1;

/**
 * Whether two files of the volume that map the same address hold the same block: on btrfs, xfs and APFS. Others that share
 * blocks (bcachefs, ocfs2, ZFS) may number them per device, and so does xfs for files on its realtime device.
 */
export async function numbersBlocksOnce(file: FileHandle): Promise<boolean> {
  const functions = libc();
  if (functions === null) return false;
  switch (process.platform) {
    case 'linux': {
      // By descriptor: the path may lead elsewhere by now.
      const { type } = await statfs(`/proc/self/fd/${file.fd}`);
      if (type === BTRFS_MAGIC) return true;
      if (type !== XFS_MAGIC) return false;
      const flags = Buffer.alloc(28);
      return functions.ioctl(file.fd, GET_FLAGS, flags).result !== -1 && (flags.readUInt32LE(0) & REALTIME) === 0;
    }
    case 'darwin':
      return darwinFileSystem(functions, file.fd)?.type === 'apfs';
    default:
      return false;
  }
}
