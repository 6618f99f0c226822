import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../make-folder.ts';
import { markSparse } from '../native/sparse-file.ts';
import { inode } from './ext4-format.ts';
import { CHANGED_FILE, layOutSampleDisk, SAMPLE_DISK_SIZE, SAMPLE_FILES } from './sample-disk.ts';
import { emptyNvram } from './sample-nvram.ts';
import { textBytesOf } from './seeded-bytes.ts';

/** Folder name of the sample VM. */
export const SAMPLE_NAME = 'sample';
/** Bytes of its files that are written when it is made. */
export const SAMPLE_DATA = SAMPLE_FILES.reduce((sum, { length }) => sum + length, 0);

/** config.json with the members that Tart writes for a new Linux VM. */
const CONFIG = {
  version: 1,
  os: 'linux',
  arch: 'arm64',
  cpuCountMin: 1,
  cpuCount: 2,
  memorySizeMin: 536_870_912,
  memorySize: 2_147_483_648,
  macAddress: '5e:00:00:00:00:01',
  display: { width: 1024, height: 768 },
  diskFormat: 'raw',
};

/** The folder of the sample VM in a Tart home. */
export function sampleFolder(tartHome: string): string {
  return join(tartHome, 'vms', SAMPLE_NAME);
}

async function writeAt(disk: FileHandle, bytes: Buffer, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await disk.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}

/**
 * Makes a small VM: a sparse disk of 8 GiB with an ext4 file system and data in six of its sixteen chunks, the same bytes on
 * every computer. Made under another name and renamed: a folder that is there is whole.
 *
 * @param tartHome a Tart home of its own
 * @param onWritten bytes of files that are on the disk, of {@link SAMPLE_DATA}
 * @throws what the file system throws
 */
export async function makeSampleVm(
  tartHome: string,
  onWritten: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const folder = sampleFolder(tartHome);
  await makeFolder(dirname(folder));
  const making = join(tartHome, `making-${randomUUID()}`);
  try {
    await mkdir(making);
    await writeFile(join(making, 'config.json'), JSON.stringify(CONFIG, null, 2));
    await writeFile(join(making, 'nvram.bin'), emptyNvram());
    await makeDisk(join(making, 'disk.img'), onWritten, signal);
    await rename(making, folder);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function makeDisk(path: string, onWritten: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  const { pieces, files } = layOutSampleDisk();
  const disk = await open(path, 'wx');
  try {
    markSparse(path);
    await disk.truncate(SAMPLE_DISK_SIZE);
    for (const { offset, bytes } of pieces) await writeAt(disk, bytes, offset);
    let written = 0;
    for (const { path: name, length, content } of SAMPLE_FILES) {
      signal.throwIfAborted();
      await writeAt(disk, content(), files.get(name)?.offset ?? 0);
      written += length;
      onWritten(written);
    }
    await disk.sync();
  } finally {
    await disk.close();
  }
}

/**
 * Writes one file of the sample's disk anew, content and time of change, as work in the VM would: one chunk of the disk is
 * another one then, and the file system stays valid. Done twice it is the same.
 *
 * @throws what the file system throws
 */
export async function changeSampleDisk(tartHome: string): Promise<void> {
  const place = layOutSampleDisk().files.get(CHANGED_FILE);
  if (place === undefined) throw new RangeError(`${CHANGED_FILE} is not on the disk`);
  const disk = await open(join(sampleFolder(tartHome), 'disk.img'), 'r+');
  try {
    await writeAt(disk, textBytesOf(`${CHANGED_FILE}, changed`, place.length), place.offset);
    const changedS = place.inode.changedS + 24 * 3600;
    await writeAt(disk, inode({ ...place.inode, changedS }), place.inodeOffset);
    await disk.sync();
  } finally {
    await disk.close();
  }
}
