import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sameState } from '../file-state.ts';

const fileIdentitySchema = z.object({
  volume: z.string(),
  inode: z.string(),
  /** Bytes. */
  size: z.number().int().nonnegative(),
  mtimeNs: z.string(),
  ctimeNs: z.string(),
});
const identitiesSchema = z.object({ disk: fileIdentitySchema, nvram: fileIdentitySchema });

/** meta.json of a snapshot: all that is known of it. */
const snapshotRecordSchema = z.object({
  version: z.literal(1),
  id: z.uuid(),
  /** The VM that it was made of; it may have another name by now, or be gone. */
  vmId: z.string(),
  vmName: z.string(),
  /** Disk and NVRAM of the VM when they were cloned, looked at before and after. */
  source: identitiesSchema,
  /** The snapshot's own files. In another state than this they are no snapshot any more. */
  own: identitiesSchema,
  /** Bytes of the VM config layer, as text. */
  config: z.string(),
  /** The disk is as a suspended guest left it. */
  suspended: z.boolean(),
  /** ms since the epoch. */
  madeMs: z.number(),
  /** ms that Tart's lock was held for it. */
  lockedMs: z.number(),
  /** Kept for the next push of the VM. */
  base: z.boolean(),
  pinned: z.boolean(),
  /** Jobs that read it and are not finished; each is over when its journal is gone. */
  jobs: z.array(z.object({ id: z.string(), journal: z.string() })),
});

/** What tells that a file is the same and unchanged; see the disk room. */
export type FileIdentity = z.infer<typeof fileIdentitySchema>;
/** Identities of a disk and its NVRAM. */
export type FileIdentities = z.infer<typeof identitiesSchema>;
/** meta.json of a snapshot. */
export type SnapshotRecord = z.infer<typeof snapshotRecordSchema>;
/** A job that reads a snapshot, and the file that is there until the job is done, cancelled or removed. */
export type SnapshotJob = SnapshotRecord['jobs'][number];

/** The files of a snapshot's folder. */
export function snapshotFiles(folder: string): { disk: string; nvram: string; record: string } {
  return { disk: join(folder, 'disk.img'), nvram: join(folder, 'nvram.bin'), record: join(folder, 'meta.json') };
}

/** Reads a record; null for what is none, or one of another version. */
export async function readRecord(folder: string): Promise<SnapshotRecord | null> {
  try {
    return snapshotRecordSchema.parse(JSON.parse(await readFile(snapshotFiles(folder).record, 'utf8')));
  } catch {
    return null;
  }
}

/** Replaces a record: after a crash the old or the new one is there, whole. */
export async function writeRecord(folder: string, record: SnapshotRecord): Promise<void> {
  const { record: path } = snapshotFiles(folder);
  const temporary = `${path}.new`;
  // One that a crash left cannot be written to.
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(record, null, 2));
    await file.sync();
    await file.chmod(0o400);
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** Whether two looks saw the same files, unchanged. */
export function sameFiles(one: FileIdentities, other: FileIdentities): boolean {
  return sameFile(one.disk, other.disk) && sameFile(one.nvram, other.nvram);
}

function sameFile(one: FileIdentity, other: FileIdentity): boolean {
  return one.volume === other.volume && sameState(one, other);
}

/** Whether both are the same file, in whatever state. */
export function isFile(one: FileIdentity, other: FileIdentity): boolean {
  return one.volume === other.volume && one.inode === other.inode;
}
