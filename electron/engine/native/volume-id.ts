import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { darwinFileSystem } from './file-system.ts';
import { type Libc, libc } from './libc.ts';

/** `FS_IOC_GETFSUUID` (Linux 6.9 and newer): a length byte and 16 bytes. */
const GET_UUID = 0x8011_1500;
/** `BTRFS_IOC_FS_INFO`, as btrfs does not answer the general request (seen on 6.18): two u64, then the UUID. */
const BTRFS_FS_INFO = 0x8400_941f;
/** `BTRFS_IOC_INO_LOOKUP`: u64 tree (0 = the file's own, filled in), u64 object, name; open to everybody in this form. */
const BTRFS_INO_LOOKUP = 0xd000_9412;
const BTRFS_FIRST_OBJECT = 256n;

/** 16 bytes in the usual form; null for all zeros, which means "none". */
function formatUuid(bytes: Buffer): string | null {
  if (bytes.every((byte) => byte === 0)) return null;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The UUID that the kernel tells for an open file. */
function uuidByIoctl(functions: Libc, descriptor: number): string | null {
  const answer = Buffer.alloc(17);
  if (functions.ioctl(descriptor, GET_UUID, answer).result !== -1 && answer[0] === 16) {
    return formatUuid(answer.subarray(1));
  }
  return null;
}

/** The UUID of btrfs and the subvolume: inodes are unique in a subvolume only, and a snapshot repeats them with all stamps. */
function btrfsVolume(functions: Libc, descriptor: number): string | null {
  const info = Buffer.alloc(1024);
  if (functions.ioctl(descriptor, BTRFS_FS_INFO, info).result === -1) return null;
  const lookup = Buffer.alloc(4096);
  lookup.writeBigUInt64LE(BTRFS_FIRST_OBJECT, 8);
  if (functions.ioctl(descriptor, BTRFS_INO_LOOKUP, lookup).result === -1) return null;
  const uuid = formatUuid(info.subarray(16, 32));
  return uuid === null ? null : `${uuid}/${lookup.readBigUInt64LE(0)}`;
}

/** Type and source of the mount that an open file lies on. By mount id: device numbers of btrfs differ per subvolume. */
async function mountOf(descriptor: number): Promise<{ readonly type: string; readonly source: string } | null> {
  const info = await readFile(`/proc/self/fdinfo/${descriptor}`, 'utf8');
  const id = /^mnt_id:\s*(\d+)$/m.exec(info)?.[1];
  for (const line of (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')) {
    const [front = '', back = ''] = line.split(' - ');
    if (front.split(' ')[0] !== id) continue;
    const [type = '', source = ''] = back.split(' ');
    return { type, source };
  }
  return null;
}

/** The UUID under which udev lists a block device. */
async function uuidByDevice(source: string): Promise<string | null> {
  if (!source.startsWith('/dev/')) return null;
  const folder = '/dev/disk/by-uuid';
  try {
    const block = await realpath(source);
    for (const uuid of await readdir(folder)) {
      if ((await realpath(join(folder, uuid))) === block) return uuid;
    }
  } catch {
    // Containers often have neither the device nor the folder.
  }
  return null;
}

async function linuxVolume(descriptor: number): Promise<string | null> {
  const functions = libc();
  const mount = await mountOf(descriptor);
  // Without its subvolume the name of a btrfs volume would say too little.
  if (mount?.type === 'btrfs') return functions === null ? null : btrfsVolume(functions, descriptor);
  const told = functions === null ? null : uuidByIoctl(functions, descriptor);
  return told ?? (mount === null ? null : await uuidByDevice(mount.source));
}

/** `ATTR_VOL_INFO | ATTR_VOL_UUID` in a `struct attrlist` (sys/attr.h; not tried on a Mac). */
function volumeUuidRequest(): Buffer {
  const request = Buffer.alloc(24);
  request.writeUInt16LE(5, 0);
  request.writeUInt32LE(0x8004_0000, 8);
  return request;
}

function darwinVolume(descriptor: number): string | null {
  const functions = libc();
  if (functions === null) return null;
  const mountPoint = darwinFileSystem(functions, descriptor)?.mountPoint;
  if (mountPoint === undefined) return null;
  // Volume attributes are answered for the root of a volume only. u32 length, then the UUID.
  const answer = Buffer.alloc(20);
  if (functions.getattrlist(mountPoint, volumeUuidRequest(), answer, 0).result === -1) return null;
  return formatUuid(answer.subarray(4));
}

/**
 * Names the volume of an open file by what does not change with the order of mounting: `uuid:…`, the UUID of its file
 * system (on btrfs with the subvolume). Where there is none: `dev:…`, the device number.
 *
 * @param device `st_dev` of the file
 */
export async function volumeId(descriptor: number, device: bigint): Promise<string> {
  let uuid: string | null = null;
  try {
    if (process.platform === 'linux') uuid = await linuxVolume(descriptor);
    else if (process.platform === 'darwin') uuid = darwinVolume(descriptor);
  } catch {
    // No /proc, for example; the device number is stable while nothing is mounted anew.
  }
  return uuid === null ? `dev:${device}` : `uuid:${uuid}`;
}
