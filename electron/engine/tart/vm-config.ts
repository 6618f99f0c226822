import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';

const BASE64 = /^(?=.)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MAC_ADDRESS = /^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}$/;

const count = z.number().int().nonnegative();
const commonShape = {
  version: z.literal(1),
  arch: z.enum(['arm64', 'amd64']).default('arm64'),
  cpuCountMin: count,
  cpuCount: count,
  /** Bytes. */
  memorySizeMin: count,
  /** Bytes. */
  memorySize: count,
  macAddress: z.string().regex(MAC_ADDRESS),
  display: z
    .object({ width: z.number().int(), height: z.number().int(), unit: z.enum(['pt', 'px']).optional() })
    .default({ width: 1024, height: 768 }),
  displayRefit: z.boolean().optional(),
  /** Unknown text counts as raw, as for Tart. */
  diskFormat: z
    .string()
    .default('raw')
    .transform((format) => (format === 'asif' ? 'asif' : 'raw')),
};
const base64 = z.string().regex(BASE64);
const darwinSchema = z.object({ ...commonShape, os: z.literal('darwin'), ecid: base64, hardwareModel: base64 });
const linuxSchema = z.object({ ...commonShape, os: z.literal('linux') });
const configSchema = z.discriminatedUnion('os', [darwinSchema, linuxSchema]);

/** A VM's settings as Tart understands them: checked, defaults filled in, unknown keys dropped. */
export type VmConfig = z.infer<typeof configSchema>;

/** What is wrong with a config.json, as `problem` of `vm.configInvalid`. */
export type VmConfigProblem =
  | 'notJson'
  | 'notObject'
  | 'tooLarge'
  | 'missing'
  | 'wrongType'
  | 'outOfRange'
  | 'unsupported'
  | 'notMacAddress'
  | 'notBase64';

/** The error for a defect of a config.json. `field` is empty where the whole document is meant. */
export function configInvalid(file: string, field: string, problem: VmConfigProblem, cause?: unknown): AppError {
  return new AppError('vm.configInvalid', { file, field, problem }, { cause });
}

function isObject(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  let value = document;
  for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

function problemOf(issue: z.core.$ZodIssue, value: unknown): VmConfigProblem {
  if (value === undefined || value === null) return 'missing';
  switch (issue.code) {
    case 'too_small':
    case 'too_big':
      return 'outOfRange';
    case 'invalid_format':
      return issue.path.at(-1) === 'macAddress' ? 'notMacAddress' : 'notBase64';
    case 'invalid_value':
      return issue.values.some((known) => typeof known === typeof value) ? 'unsupported' : 'wrongType';
    case 'invalid_union':
      return typeof value === 'string' ? 'unsupported' : 'wrongType';
    default:
      return 'wrongType';
  }
}

/**
 * Parses config.json as Tart reads it.
 *
 * @param file named in the error
 * @throws AppError `vm.configInvalid` with `file`, `field` (dotted path) and `problem` ({@link VmConfigProblem}): the
 *   first defect
 */
export function parseVmConfig(text: string, file: string): VmConfig {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw configInvalid(file, '', 'notJson', cause);
  }
  if (!isObject(document)) throw configInvalid(file, '', 'notObject');
  // Tart reads a missing and a null `os` alike. The union needs the member that tells its kinds apart.
  const parsed = configSchema.safeParse({ ...withoutNulls(document), os: document['os'] ?? 'darwin' });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue === undefined) throw configInvalid(file, '', 'wrongType');
  throw configInvalid(file, issue.path.join('.'), problemOf(issue, valueAt(document, issue.path)), parsed.error);
}

/** Swift decodes null of an optional member as absent, in the display as well. */
function withoutNulls(document: Readonly<Record<PropertyKey, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(document)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, key === 'display' && isObject(value) ? withoutNulls(value) : value]),
  );
}

/** The disk format of a config: anything but `asif` is raw. */
export function diskFormatOf(config: VmConfig): 'raw' | 'asif' {
  return config.diskFormat;
}
