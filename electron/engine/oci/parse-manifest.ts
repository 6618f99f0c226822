import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { isDigest } from '../../../shared/models/reference.ts';
import { MEDIA_TYPES, TART } from './media-types.ts';

/** Manifests larger than this are not read (registries take 4 MiB). */
export const MANIFEST_READ_LIMIT = 8 * 1024 * 1024;
const DEEPEST = 64;
const MOST_LAYERS = 10_000;

const digestSchema = z.string().refine(isDigest);
const sizeSchema = z.number().refine((size) => Number.isSafeInteger(size) && size >= 0 && !Object.is(size, -0));
const annotationsSchema = z.record(z.string(), z.string()).optional();
const descriptorSchema = z.object({
  mediaType: z.string().max(255),
  digest: digestSchema,
  size: sizeSchema,
  annotations: annotationsSchema,
});
const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema).max(MOST_LAYERS),
  annotations: annotationsSchema,
});
const indexSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(descriptorSchema).max(1000),
  annotations: annotationsSchema,
});

/** A blob or manifest as a manifest names it. Sizes in bytes. */
export type Descriptor = z.infer<typeof descriptorSchema>;

/** An image manifest, checked. */
export interface ImageManifest {
  readonly kind: 'image';
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** An image index, checked. */
export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

function refuse(reason: string, cause?: unknown): never {
  throw new AppError('manifest.invalid', { reason }, { cause });
}

/** Refuses nesting that JSON.parse would take but JSON.stringify and structuredClone would not. */
function checkDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > DEEPEST) refuse('depth');
    } else if (character === '}' || character === ']') depth -= 1;
  }
}

/**
 * Parses a manifest or index from anywhere: size, depth, sizes as safe integers, digests by grammar, media type equal
 * to the Content-Type where both are there. Unknown members are dropped; the bytes stay the truth.
 *
 * @throws AppError `manifest.invalid` with `reason`
 */
export function parseManifest(bytes: Uint8Array, contentType: string | null): ImageManifest | ImageIndex {
  if (bytes.length > MANIFEST_READ_LIMIT) refuse('size');
  let document: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    checkDepth(text);
    document = JSON.parse(text);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    return refuse('json', cause);
  }
  const type = contentType?.split(';')[0]?.trim() ?? null;
  const index = indexSchema.safeParse(document);
  if (index.success) {
    const mediaType = agreedType(type, index.data.mediaType, MEDIA_TYPES.ociIndex);
    return { kind: 'index', mediaType, manifests: index.data.manifests, annotations: index.data.annotations ?? {} };
  }
  const image = manifestSchema.safeParse(document);
  if (!image.success) return refuse(image.error.issues[0]?.path.join('.') ?? 'shape', image.error);
  const mediaType = agreedType(type, image.data.mediaType, MEDIA_TYPES.ociManifest);
  return {
    kind: 'image',
    mediaType,
    config: image.data.config,
    layers: image.data.layers,
    annotations: image.data.annotations ?? {},
  };
}

function agreedType(header: string | null, member: string | undefined, otherwise: string): string {
  const known: readonly string[] = [
    MEDIA_TYPES.ociManifest,
    MEDIA_TYPES.ociIndex,
    MEDIA_TYPES.dockerManifest,
    MEDIA_TYPES.dockerList,
  ];
  if (header !== null && member !== undefined && known.includes(header) && header !== member) refuse('mediaType');
  return member ?? (header !== null && known.includes(header) ? header : otherwise);
}

/** The parts of an image that Tart wrote, or null where it is another kind of image. */
export interface TartImage {
  readonly vmConfig: Descriptor;
  readonly nvram: Descriptor;
  readonly disk: readonly (Descriptor & { readonly rawDigest: string; readonly rawSize: number })[];
  /** Bytes; null when the annotation is missing or no number. */
  readonly diskSize: number | null;
  readonly uploadTime: string | null;
}

/** Reads a flat Tart image (one VM config, disk chunks with both annotations, one NVRAM); null for anything else. */
export function tartImageOf(manifest: ImageManifest): TartImage | null {
  const [vmConfig, ...otherConfigs] = manifest.layers.filter(({ mediaType }) => mediaType === MEDIA_TYPES.tartConfig);
  const [nvram, ...otherNvrams] = manifest.layers.filter(({ mediaType }) => mediaType === MEDIA_TYPES.tartNvram);
  if (vmConfig === undefined || nvram === undefined || otherConfigs.length + otherNvrams.length > 0) return null;
  if (manifest.layers.some(({ mediaType }) => mediaType === MEDIA_TYPES.tartOverlay)) return null;
  const disk = [];
  for (const layer of manifest.layers) {
    if (layer.mediaType !== MEDIA_TYPES.tartDisk) continue;
    const rawDigest = layer.annotations?.[TART.rawDigest];
    const rawSize = decimal(layer.annotations?.[TART.rawSize]);
    if (rawDigest === undefined || !isDigest(rawDigest) || rawSize === null) return null;
    disk.push({ ...layer, rawDigest, rawSize });
  }
  if (disk.length === 0) return null;
  return {
    vmConfig,
    nvram,
    disk,
    diskSize: decimal(manifest.annotations[TART.diskSize]),
    uploadTime: manifest.annotations[TART.uploadTime] ?? null,
  };
}

/** A decimal text as a safe integer; null for anything else. */
function decimal(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
