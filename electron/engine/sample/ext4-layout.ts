import {
  BACKUP_GROUP,
  BLOCK,
  bitmap,
  descriptorBlocks,
  type Ext4Totals,
  FIRST_FREE_INODE,
  folderBlock,
  GROUP_BLOCKS,
  GROUP_INODES,
  type GroupFacts,
  groupDescriptors,
  INODE_SIZE,
  type InodeFacts,
  inode,
  ROOT_INODE,
  SUPERBLOCK_OFFSET,
  superblock,
} from './ext4-format.ts';

/** Blocks of a group's inode table. */
const TABLE_BLOCKS = (GROUP_INODES * INODE_SIZE) / BLOCK;

/** A file that the file system is to hold. */
export interface PlacedFile {
  /** Absolute, in ASCII; the folders on the way come by themselves. */
  readonly path: string;
  /** The block group that holds the file and its inode. */
  readonly group: number;
  /** Bytes, at least one. */
  readonly length: number;
}

/** What a file system is made of. */
export interface Ext4Shape extends Pick<Ext4Totals, 'uuid' | 'label' | 'madeS'> {
  /** Bytes; a multiple of a block group. */
  readonly size: number;
  readonly files: readonly PlacedFile[];
}

/** Bytes that lie at an offset of the disk. */
export interface DiskPiece {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** Where a file lies. Offsets in bytes. */
export interface FilePlace {
  readonly offset: number;
  readonly length: number;
  readonly inodeOffset: number;
  readonly inode: InodeFacts;
}

/** A file system without the content of its files. */
export interface Ext4Layout {
  /** All that is not zero. */
  readonly pieces: readonly DiskPiece[];
  /** By path. */
  readonly files: ReadonlyMap<string, FilePlace>;
}

/** A group while it fills up. Blocks are counted from the start of the disk. */
interface Group {
  /** Runs of blocks in use. */
  readonly used: { from: number; count: number }[];
  readonly inodes: number[];
  nextBlock: number;
  nextInode: number;
  folders: number;
  blockBitmap: number;
  inodeBitmap: number;
  inodeTable: number;
}

interface Node {
  readonly kind: InodeFacts['kind'];
  readonly path: string;
  readonly number: number;
  readonly length: number;
  readonly firstBlock: number;
}

/**
 * Lays out an ext4 file system. Bitmaps and inode table of a group that holds files lie in that group, those of all others in
 * the first: what holds no file is a hole.
 */
export function layOutExt4(shape: Ext4Shape): Ext4Layout {
  const groups = makeGroups(shape);
  const nodes = placeNodes(shape.files, groups);
  const inodes = new Map(nodes.map((node) => [node.number, inodeOf(node, nodes, shape.madeS)]));
  const facts = groups.map((group) => factsOf(group));
  const totals = {
    ...shape,
    blocks: groups.length * GROUP_BLOCKS,
    inodes: groups.length * GROUP_INODES,
    freeBlocks: facts.reduce((sum, { freeBlocks }) => sum + freeBlocks, 0),
    freeInodes: facts.reduce((sum, { freeInodes }) => sum + freeInodes, 0),
  };
  const backup = BACKUP_GROUP * GROUP_BLOCKS;
  const pieces: DiskPiece[] = [
    { offset: SUPERBLOCK_OFFSET, bytes: superblock(totals, 0) },
    { offset: BLOCK, bytes: groupDescriptors(facts) },
    { offset: backup * BLOCK, bytes: superblock(totals, BACKUP_GROUP) },
    { offset: (backup + 1) * BLOCK, bytes: groupDescriptors(facts) },
    ...groups.flatMap((group, index) => groupPieces(group, index)),
    ...nodes.map(({ number }) => ({
      offset: inodeOffset(groups, number),
      bytes: inode(inodes.get(number) ?? unplaced(number)),
    })),
    ...nodes
      .filter(({ kind }) => kind === 'folder')
      .map((node) => ({ offset: node.firstBlock * BLOCK, bytes: folderContent(node, nodes) })),
  ];
  const files = nodes
    .filter(({ kind }) => kind === 'file')
    .map(({ path, number, length, firstBlock }): [string, FilePlace] => [
      path,
      {
        offset: firstBlock * BLOCK,
        length,
        inodeOffset: inodeOffset(groups, number),
        inode: inodes.get(number) ?? unplaced(number),
      },
    ]);
  return { pieces: pieces.sort((one, other) => one.offset - other.offset), files: new Map(files) };
}

function unplaced(number: number): never {
  throw new RangeError(`inode ${number} was not placed`);
}

function take(group: Group, count: number): number {
  const from = group.nextBlock;
  group.used.push({ from, count });
  group.nextBlock += count;
  return from;
}

function makeGroups({ size, files }: Ext4Shape): Group[] {
  const count = size / (GROUP_BLOCKS * BLOCK);
  const groups = Array.from({ length: count }, (_, index): Group => {
    const start = index * GROUP_BLOCKS;
    return {
      used: [],
      inodes: [],
      nextBlock: start,
      nextInode: index * GROUP_INODES + 1,
      folders: 0,
      blockBitmap: 0,
      inodeBitmap: 0,
      inodeTable: 0,
    };
  });
  const holders = new Set([0, ...files.map(({ group }) => group)]);
  const [first] = groups;
  for (const [index, group] of groups.entries()) {
    if (index === 0 || index === BACKUP_GROUP) take(group, 1 + descriptorBlocks(count));
    const home = holders.has(index) ? group : (first ?? group);
    group.blockBitmap = take(home, 1);
    group.inodeBitmap = take(home, 1);
    group.inodeTable = take(home, TABLE_BLOCKS);
  }
  return groups;
}

function addNode(groups: readonly Group[], at: number, node: Pick<Node, 'kind' | 'path' | 'length'>): Node {
  const group = groups[at];
  if (group === undefined) throw new RangeError(`${node.path} is to lie behind the end of the disk`);
  const blocks = Math.ceil(node.length / BLOCK);
  const firstBlock = take(group, blocks);
  const number = group.nextInode;
  group.nextInode += 1;
  group.inodes.push(number);
  if (node.kind === 'folder') group.folders += 1;
  if (group.nextBlock > (at + 1) * GROUP_BLOCKS || group.inodes.length > GROUP_INODES)
    throw new RangeError(`${node.path} does not fit into its group`);
  return { ...node, number, firstBlock };
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Every folder above a path, the nearest last. */
function foldersAbove(path: string): string[] {
  const parent = parentOf(path);
  return parent === '/' ? [] : [...foldersAbove(parent), parent];
}

function placeNodes(files: readonly PlacedFile[], groups: readonly Group[]): Node[] {
  const [first] = groups;
  if (first === undefined) throw new RangeError('a file system has at least one group');
  const root: Node = {
    kind: 'folder',
    path: '/',
    number: ROOT_INODE,
    length: BLOCK,
    firstBlock: take(first, 1),
  };
  first.folders += 1;
  for (let number = 1; number < FIRST_FREE_INODE; number++) first.inodes.push(number);
  first.nextInode = FIRST_FREE_INODE;
  const folders = new Set(['/lost+found', ...files.flatMap(({ path }) => foldersAbove(path))]);
  return [
    root,
    ...[...folders].map((path) => addNode(groups, 0, { kind: 'folder', path, length: BLOCK })),
    ...files.map(({ path, group, length }) => addNode(groups, group, { kind: 'file', path, length })),
  ];
}

function childrenOf({ path }: Node, nodes: readonly Node[]): readonly Node[] {
  return nodes.filter((node) => node.path !== '/' && parentOf(node.path) === path);
}

function inodeOf(node: Node, nodes: readonly Node[], changedS: number): InodeFacts {
  const { kind, length, firstBlock } = node;
  const folders = kind === 'folder' ? childrenOf(node, nodes).filter((child) => child.kind === 'folder').length : 0;
  return { kind, length, firstBlock, changedS, links: kind === 'folder' ? 2 + folders : 1 };
}

function folderContent(folder: Node, nodes: readonly Node[]): Buffer {
  const parent = nodes.find(({ path }) => path === parentOf(folder.path)) ?? folder;
  return folderBlock([
    { name: '.', inode: folder.number, kind: 'folder' },
    { name: '..', inode: parent.number, kind: 'folder' },
    ...childrenOf(folder, nodes).map(({ path, number, kind }) => ({
      name: path.slice(path.lastIndexOf('/') + 1),
      inode: number,
      kind,
    })),
  ]);
}

function factsOf(group: Group): GroupFacts {
  const { blockBitmap, inodeBitmap, inodeTable, folders } = group;
  const usedBlocks = group.used.reduce((sum, { count }) => sum + count, 0);
  return {
    blockBitmap,
    inodeBitmap,
    inodeTable,
    folders,
    freeBlocks: GROUP_BLOCKS - usedBlocks,
    freeInodes: GROUP_INODES - group.inodes.length,
  };
}

function groupPieces(group: Group, index: number): DiskPiece[] {
  const start = index * GROUP_BLOCKS;
  const blocks = group.used.map(({ from, count }) => ({ from: from - start, count }));
  const inodes = group.inodes.map((number) => ({ from: number - 1 - index * GROUP_INODES, count: 1 }));
  const pieces = [{ offset: group.inodeBitmap * BLOCK, bytes: bitmap(inodes, GROUP_INODES) }];
  // The bitmap of an empty group is all zeros, and a hole.
  if (blocks.length > 0) pieces.push({ offset: group.blockBitmap * BLOCK, bytes: bitmap(blocks, GROUP_BLOCKS) });
  return pieces;
}

function inodeOffset(groups: readonly Group[], number: number): number {
  const group = groups[Math.floor((number - 1) / GROUP_INODES)];
  return (group?.inodeTable ?? unplaced(number)) * BLOCK + ((number - 1) % GROUP_INODES) * INODE_SIZE;
}
