import { createHash } from 'node:crypto';
import { BLOCK, GROUP_BLOCKS } from './ext4-format.ts';
import { type Ext4Layout, layOutExt4, type PlacedFile } from './ext4-layout.ts';
import { randomBytesOf, textBytesOf } from './seeded-bytes.ts';

const MIB = 1024 * 1024;
/** Chunks as Tart cuts them: the sample is laid out for them. Bytes. */
export const SAMPLE_CHUNK = 512 * MIB;
const GROUPS_PER_CHUNK = SAMPLE_CHUNK / (GROUP_BLOCKS * BLOCK);
/** 1 September 2026, so that the same disk is made everywhere and always. */
const MADE_S = 1_788_220_800;

/** A file of the sample's disk. */
export interface SampleFile extends PlacedFile {
  /** The whole content, at most 8 MiB. */
  readonly content: () => Buffer;
}

/** Bytes of the disk. */
export const SAMPLE_DISK_SIZE = 16 * SAMPLE_CHUNK;
/** The file that is written anew when "a little of the disk" is changed. */
export const CHANGED_FILE = '/home/sample/notes.txt';

function text(path: string, chunk: number, length: number): SampleFile {
  return { path, group: chunk * GROUPS_PER_CHUNK, length, content: () => textBytesOf(path, length) };
}

function random(path: string, chunk: number, length: number): SampleFile {
  return { path, group: chunk * GROUPS_PER_CHUNK, length, content: () => randomBytesOf(path, length) };
}

function words(path: string, content: string): SampleFile {
  return { path, group: 0, length: content.length, content: () => Buffer.from(content, 'latin1') };
}

/** What the disk holds, in six of its sixteen chunks. */
export const SAMPLE_FILES: readonly SampleFile[] = [
  words('/etc/hostname', 'sample\n'),
  words('/etc/motd', 'A sample VM, made by Tartan to try a push with. It holds no operating system.\n'),
  text('/usr/share/doc/first.txt', 0, 8 * MIB),
  random('/usr/lib/first.bin', 0, 6 * MIB),
  text('/usr/share/doc/second.txt', 1, 8 * MIB),
  random('/usr/lib/second.bin', 1, 8 * MIB),
  random('/usr/lib/third.bin', 2, 8 * MIB),
  text('/usr/share/doc/third.txt', 2, 4 * MIB),
  random('/usr/lib/fourth.bin', 3, 8 * MIB),
  random('/usr/lib/fifth.bin', 3, 6 * MIB),
  text(CHANGED_FILE, 5, 1 * MIB),
  random('/home/sample/picture.raw', 5, 6 * MIB),
  text('/var/log/sample.log', 15, 8 * MIB),
  random('/var/lib/state.bin', 15, 4 * MIB),
];

/** The file system without the content of its files. */
export function layOutSampleDisk(): Ext4Layout {
  return layOutExt4({
    size: SAMPLE_DISK_SIZE,
    files: SAMPLE_FILES,
    label: 'sample',
    uuid: createHash('sha256').update('the sample of Tartan').digest(),
    madeS: MADE_S,
  });
}

/** Bytes of the files in each chunk of the disk, in its order; nothing = a hole. */
export function dataOfChunks(): number[] {
  const data = Array.from({ length: SAMPLE_DISK_SIZE / SAMPLE_CHUNK }, () => 0);
  for (const { group, length } of SAMPLE_FILES) {
    const chunk = Math.floor(group / GROUPS_PER_CHUNK);
    data[chunk] = (data[chunk] ?? 0) + length;
  }
  return data;
}
