import { z } from 'zod';
import { errorDataSchema } from './error-data.ts';

/** Sizes of a VM's disk in bytes. */
export const diskSizesSchema = z.object({
  /** Apparent length of disk.img. */
  logical: z.number(),
  /** Blocks that the file system holds for it, shared ones included. */
  allocated: z.number(),
  /** Of `allocated`, what other files (clones) hold as well; null where the file system does not tell. */
  shared: z.number().nullable(),
});

/** State of a VM, by Tart's own signs: the lock of config.json, then state.vzvmsave. */
export const vmStateSchema = z.enum(['running', 'suspended', 'stopped']);

/**
 * A row of the Local pane: a local VM or a cached image of Tart's home. Listing reads no disk byte.
 * A row with a `defect` is listed but cannot be pushed.
 */
export const vmSchema = z.object({
  /** Stable key: `vm:NAME`, `image:HOST/REPOSITORY@DIGEST`, or that of the sample VM. */
  id: z.string(),
  kind: z.enum(['vm', 'image']),
  /** Folder name of a local VM; `HOST/REPOSITORY` of a cached image. */
  name: z.string(),
  /** Tags that point at a cached image, sorted; empty for a local VM. */
  tags: z.array(z.string()),
  /** Manifest digest of a cached image (`sha256:…`); null for a local VM. */
  digest: z.string().nullable(),
  /** The folder on disk. */
  folder: z.string(),
  state: vmStateSchema,
  /** `stacked` VMs are listed and refused (`vm.stacked`). */
  layout: z.enum(['standalone', 'stacked', 'incomplete']),
  os: z.enum(['darwin', 'linux']).nullable(),
  arch: z.enum(['arm64', 'amd64']).nullable(),
  cpuCount: z.number().nullable(),
  /** Bytes. */
  memorySize: z.number().nullable(),
  display: z.object({ width: z.number(), height: z.number(), unit: z.enum(['pt', 'px']).nullable() }).nullable(),
  diskFormat: z.enum(['raw', 'asif']),
  /** Null where there is no readable disk.img. */
  sizes: diskSizesSchema.nullable(),
  /** Newest change of disk, NVRAM or config; ms since the epoch. */
  modifiedMs: z.number(),
  defect: errorDataSchema.nullable(),
});

/** The Local pane as one document. */
export const vmListSchema = z.object({
  tartHome: z.string(),
  /** The folders that were looked at, with their state. */
  places: z.array(z.object({ path: z.string(), role: z.enum(['vms', 'cache']), found: z.boolean() })),
  vms: z.array(vmSchema),
  /** Bytes of the volume that holds Tart's home; null when it is missing. */
  volume: z.object({ free: z.number(), total: z.number() }).nullable(),
  /** When the list was read; ms since the epoch. */
  readMs: z.number(),
});

/** Sizes of a disk in bytes. */
export type DiskSizes = z.infer<typeof diskSizesSchema>;
/** State of a VM. */
export type VmState = z.infer<typeof vmStateSchema>;
/** A local VM or cached image. */
export type Vm = z.infer<typeof vmSchema>;
/** The Local pane. */
export type VmList = z.infer<typeof vmListSchema>;
