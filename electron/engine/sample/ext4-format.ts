/**
 * The structures of an ext4 file system as they lie on the disk, little-endian: no journal, no checksums, files of one extent.
 * Layouts after the kernel's documentation "ext4 Data Structures and Algorithms".
 */

/** Bytes of a block. */
export const BLOCK = 4096;
/** Blocks of a group: as many as one block of bitmap counts. */
export const GROUP_BLOCKS = 8 * BLOCK;
/** Inodes of a group. */
export const GROUP_INODES = 64;
/** Bytes of an inode. */
export const INODE_SIZE = 256;
/** Where the superblock of the first group lies; that of a backup is at the start of its group. */
export const SUPERBLOCK_OFFSET = 1024;
/** Inodes below are reserved; the first free one is that of lost+found. */
export const FIRST_FREE_INODE = 11;
/** The inode of the root folder. */
export const ROOT_INODE = 2;
/** The one group that has a copy of superblock and group descriptors. */
export const BACKUP_GROUP = 1;

const MAGIC = 0xef53;
const DESCRIPTOR_SIZE = 32;
/** Only the groups that the superblock names have backups: others may be empty. */
const COMPAT_SPARSE_SUPER2 = 0x200;
const INCOMPAT_FILETYPE = 0x2;
const INCOMPAT_EXTENTS = 0x40;
/** Bitmaps and inode tables may lie in another group. */
const INCOMPAT_FLEX_BG = 0x200;
const RO_COMPAT_LARGE_FILE = 0x2;
const RO_COMPAT_EXTRA_ISIZE = 0x40;
const FLAG_EXTENTS = 0x80000;
const EXTENT_MAGIC = 0xf30a;
/** Extents that fit into an inode. */
const INODE_EXTENTS = 4;
/** Blocks that one extent can name. */
const LONGEST_EXTENT = 32_768;
const EXTRA_ISIZE = 32;

/** What is counted over a whole file system. */
export interface Ext4Totals {
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly inodes: number;
  readonly freeInodes: number;
  readonly uuid: Uint8Array;
  /** At most 16 bytes. */
  readonly label: string;
  /** Seconds since the epoch. */
  readonly madeS: number;
}

/** The superblock, 1024 bytes, as it lies in a group. */
export function superblock(totals: Ext4Totals, group: number): Buffer {
  const bytes = Buffer.alloc(1024);
  bytes.writeUInt32LE(totals.inodes, 0);
  bytes.writeUInt32LE(totals.blocks, 4);
  bytes.writeUInt32LE(totals.freeBlocks, 12);
  bytes.writeUInt32LE(totals.freeInodes, 16);
  // The block size as a power of two above 1024; that of clusters is the same.
  bytes.writeUInt32LE(Math.log2(BLOCK / 1024), 24);
  bytes.writeUInt32LE(Math.log2(BLOCK / 1024), 28);
  bytes.writeUInt32LE(GROUP_BLOCKS, 32);
  bytes.writeUInt32LE(GROUP_BLOCKS, 36);
  bytes.writeUInt32LE(GROUP_INODES, 40);
  bytes.writeUInt32LE(totals.madeS, 48);
  // Never checked because of the count of mounts.
  bytes.writeUInt16LE(0xffff, 54);
  bytes.writeUInt16LE(MAGIC, 56);
  // Unmounted cleanly; goes on after errors; revision 1.
  bytes.writeUInt16LE(1, 58);
  bytes.writeUInt16LE(1, 60);
  bytes.writeUInt32LE(totals.madeS, 64);
  bytes.writeUInt32LE(1, 76);
  bytes.writeUInt32LE(FIRST_FREE_INODE, 84);
  bytes.writeUInt16LE(INODE_SIZE, 88);
  bytes.writeUInt16LE(group, 90);
  bytes.writeUInt32LE(COMPAT_SPARSE_SUPER2, 92);
  bytes.writeUInt32LE(INCOMPAT_FILETYPE | INCOMPAT_EXTENTS | INCOMPAT_FLEX_BG, 96);
  bytes.writeUInt32LE(RO_COMPAT_LARGE_FILE | RO_COMPAT_EXTRA_ISIZE, 100);
  bytes.set(totals.uuid.subarray(0, 16), 104);
  bytes.write(totals.label, 120, 16, 'latin1');
  bytes.writeUInt32LE(totals.madeS, 264);
  bytes.writeUInt16LE(EXTRA_ISIZE, 348);
  bytes.writeUInt16LE(EXTRA_ISIZE, 350);
  // All groups are one flexible group.
  bytes.writeUInt8(Math.ceil(Math.log2(totals.blocks / GROUP_BLOCKS)), 372);
  bytes.writeUInt32LE(BACKUP_GROUP, 588);
  return bytes;
}

/** What a group descriptor tells. Places are block numbers. */
export interface GroupFacts {
  readonly blockBitmap: number;
  readonly inodeBitmap: number;
  readonly inodeTable: number;
  readonly freeBlocks: number;
  readonly freeInodes: number;
  readonly folders: number;
}

/** The table of all groups, whole blocks. */
export function groupDescriptors(groups: readonly GroupFacts[]): Buffer {
  const bytes = Buffer.alloc(descriptorBlocks(groups.length) * BLOCK);
  for (const [index, group] of groups.entries()) {
    const at = index * DESCRIPTOR_SIZE;
    bytes.writeUInt32LE(group.blockBitmap, at);
    bytes.writeUInt32LE(group.inodeBitmap, at + 4);
    bytes.writeUInt32LE(group.inodeTable, at + 8);
    bytes.writeUInt16LE(group.freeBlocks, at + 12);
    bytes.writeUInt16LE(group.freeInodes, at + 14);
    bytes.writeUInt16LE(group.folders, at + 16);
  }
  return bytes;
}

/** Blocks of the table of so many groups. */
export function descriptorBlocks(groups: number): number {
  return Math.ceil((groups * DESCRIPTOR_SIZE) / BLOCK);
}

/** A bitmap of one block, with these bits set; those from `size` on are padding and set as well. */
export function bitmap(ranges: readonly { readonly from: number; readonly count: number }[], size: number): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  const set = (from: number, to: number): void => {
    for (let bit = from; bit < to; bit++) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
  };
  for (const { from, count } of ranges) set(from, from + count);
  set(size, 8 * BLOCK);
  return bytes;
}

/** What an inode tells of a file or folder. */
export interface InodeFacts {
  readonly kind: 'file' | 'folder';
  /** Names that lead to it: for a folder its own `.` and the `..` of those in it as well. */
  readonly links: number;
  /** Bytes. */
  readonly length: number;
  /** The first of its blocks, which follow one another. */
  readonly firstBlock: number;
  /** Seconds since the epoch. */
  readonly changedS: number;
}

/** An inode whose content is one extent. */
export function inode({ kind, links, length, firstBlock, changedS }: InodeFacts): Buffer {
  const blocks = Math.ceil(length / BLOCK);
  if (blocks > LONGEST_EXTENT) throw new RangeError(`${length} bytes need more than one extent`);
  const bytes = Buffer.alloc(INODE_SIZE);
  bytes.writeUInt16LE(kind === 'folder' ? 0o040755 : 0o100644, 0);
  bytes.writeUInt32LE(length, 4);
  for (const at of [8, 12, 16, 144]) bytes.writeUInt32LE(changedS, at);
  bytes.writeUInt16LE(links, 26);
  // Counted in sectors.
  bytes.writeUInt32LE(blocks * (BLOCK / 512), 28);
  bytes.writeUInt32LE(FLAG_EXTENTS, 32);
  bytes.writeUInt16LE(EXTENT_MAGIC, 40);
  bytes.writeUInt16LE(1, 42);
  bytes.writeUInt16LE(INODE_EXTENTS, 44);
  bytes.writeUInt16LE(blocks, 56);
  bytes.writeUInt32LE(firstBlock, 60);
  bytes.writeUInt16LE(EXTRA_ISIZE, 128);
  return bytes;
}

/** A name in a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly inode: number;
  readonly kind: InodeFacts['kind'];
}

/** The one block of a folder. The last entry reaches to its end. */
export function folderBlock(entries: readonly FolderEntry[]): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  let at = 0;
  for (const [index, { name, inode: number, kind }] of entries.entries()) {
    const length = 8 + Math.ceil(name.length / 4) * 4;
    if (at + length > BLOCK) throw new RangeError('more names than one block takes');
    bytes.writeUInt32LE(number, at);
    bytes.writeUInt16LE(index === entries.length - 1 ? BLOCK - at : length, at + 4);
    bytes.writeUInt8(name.length, at + 6);
    bytes.writeUInt8(kind === 'folder' ? 2 : 1, at + 7);
    bytes.write(name, at + 8, 'latin1');
    at += length;
  }
  return bytes;
}
