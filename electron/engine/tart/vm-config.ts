import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';

const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);
const commonShape = {
  version: z.literal(1),
  arch: z.enum(['arm64', 'amd64']).default('arm64'),
  cpuCountMin: z.number().int().positive(),
  cpuCount: z.number().int().positive(),
  /** Bytes. */
  memorySizeMin: z.number().int().positive(),
  /** Bytes. */
  memorySize: z.number().int().positive(),
  macAddress: z.string().regex(/^[0-9A-Fa-f]{1,2}(:[0-9A-Fa-f]{1,2}){5}$/),
  display: z
    .object({ width: z.number().int(), height: z.number().int(), unit: z.enum(['pt', 'px']).optional() })
    .optional(),
  displayRefit: z.boolean().optional(),
  /** Unknown text counts as raw, as for Tart. */
  diskFormat: z.string().optional(),
};
const darwinSchema = z.object({ ...commonShape, os: z.literal('darwin'), ecid: base64, hardwareModel: base64 });
const linuxSchema = z.object({ ...commonShape, os: z.literal('linux') });
const configSchema = z.preprocess(
  (value) => (typeof value === 'object' && value !== null && !('os' in value) ? { ...value, os: 'darwin' } : value),
  z.discriminatedUnion('os', [darwinSchema, linuxSchema]),
);

/** A VM's settings, checked. */
export type VmConfig = z.infer<typeof configSchema>;

/** How much of a config file is read. */
export const CONFIG_LIMIT = 1024 * 1024;

/**
 * Parses config.json as Tart writes it. Unknown keys are dropped, as Tart drops them at its next write.
 *
 * @param file named in the error
 * @throws AppError `vm.configInvalid` with `file`, `field` (empty = the whole document) and `problem`
 */
export function parseVmConfig(text: string, file: string): VmConfig {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new AppError('vm.configInvalid', { file, field: '', problem: 'notJson' }, { cause });
  }
  const parsed = configSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError('vm.configInvalid', { file, field: issue?.path.join('.') ?? '', problem: issue?.message ?? '' });
}

/** The disk format of a config: anything but `asif` is raw. */
export function diskFormatOf(config: VmConfig): 'raw' | 'asif' {
  return config.diskFormat === 'asif' ? 'asif' : 'raw';
}
