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
/** What is none by the specification is left out: it is shown, never decided by. */
const platformSchema = z
  .object({ os: z.string().max(64), architecture: z.string().max(64), variant: z.string().max(64).optional() })
  .optional()
  .catch(undefined);
const descriptorSchema = z.object({
  mediaType: z.string().max(255),
  digest: digestSchema,
  size: sizeSchema,
  annotations: annotationsSchema,
  /** What the manifest is of that is named, in lists of referrers. */
  artifactType: z.string().nullish().catch(null),
  /** What an image of an index runs on. */
  platform: platformSchema,
  /** Where a layer that no registry keeps is to be had: never fetched from there. */
  urls: z.array(z.string()).optional(),
});
/** What is no descriptor is no subject: registries keep such manifests, so they are read. */
const subjectSchema = descriptorSchema.nullish().catch(null);
const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().nullish().catch(null),
  config: descriptorSchema,
  layers: z.array(descriptorSchema).max(MOST_LAYERS),
  subject: subjectSchema,
  annotations: annotationsSchema,
});
const indexSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().nullish().catch(null),
  manifests: z.array(descriptorSchema).max(1000),
  subject: subjectSchema,
  annotations: annotationsSchema,
});

/** A blob or manifest as a manifest names it. Sizes in bytes. */
export type Descriptor = z.infer<typeof descriptorSchema>;

/** An image manifest, checked. */
export interface ImageManifest {
  readonly kind: 'image';
  readonly mediaType: string;
  /** The document says its media type itself, as Tart's pull demands; else `mediaType` comes from the answer's header. */
  readonly namesMediaType: boolean;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  /** The manifest that this one belongs to (signature, bill of materials); null = none. */
  readonly subject: Descriptor | null;
  readonly artifactType: string | null;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An image index, checked. */
export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
  readonly subject: Descriptor | null;
  readonly artifactType: string | null;
  readonly annotations: Readonly<Record<string, string>>;
}

function refuse(reason: string, cause?: unknown): never {
  throw new AppError('manifest.invalid', { reason }, { cause });
}

/**
 * Refuses nesting that JSON.parse takes but JSON.stringify and structuredClone do not. Values are walked, not characters: a
 * manifest of 200 layers has 60,000 of them, and each push reads some before its code is compiled.
 */
function checkDepth(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth === DEEPEST) refuse('depth');
  for (const member of Object.values(value)) checkDepth(member, depth + 1);
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
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    checkDepth(document);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    return refuse('json', cause);
  }
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? null;
  return isIndex(document) ? indexOf(document, type) : imageOf(document, type);
}

/** The media type under which a document is put that was read from a file, with no answer that tells it. What does not parse counts as an image. */
export function manifestMediaType(bytes: Uint8Array): string {
  try {
    return parseManifest(bytes, null).mediaType;
  } catch {
    return MEDIA_TYPES.ociManifest;
  }
}

/** A document that is both would be taken for one by us and for the other by somebody else: refused. */
function isIndex(document: unknown): boolean {
  if (typeof document !== 'object' || document === null || !Object.hasOwn(document, 'manifests')) return false;
  if (Object.hasOwn(document, 'layers') || Object.hasOwn(document, 'config')) refuse('mediaType');
  return true;
}

function indexOf(document: unknown, contentType: string | null): ImageIndex {
  const index = indexSchema.safeParse(document);
  if (!index.success) return refuse(index.error.issues[0]?.path.join('.') ?? 'shape', index.error);
  const { mediaType: member, manifests, subject = null, artifactType = null, annotations = {} } = index.data;
  const mediaType = agreedType(contentType, member, INDEX_TYPES);
  return { kind: 'index', mediaType, manifests, subject, artifactType, annotations };
}

function imageOf(document: unknown, contentType: string | null): ImageManifest {
  const image = manifestSchema.safeParse(document);
  if (!image.success) return refuse(image.error.issues[0]?.path.join('.') ?? 'shape', image.error);
  const { mediaType: member, config, layers, subject = null, artifactType = null, annotations = {} } = image.data;
  return {
    kind: 'image',
    mediaType: agreedType(contentType, member, IMAGE_TYPES),
    namesMediaType: member !== undefined,
    config,
    layers,
    subject,
    artifactType,
    annotations,
  };
}

const IMAGE_TYPES = [MEDIA_TYPES.ociManifest, MEDIA_TYPES.dockerManifest] as const;
const INDEX_TYPES = [MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerList] as const;
const KNOWN_TYPES: readonly string[] = [...IMAGE_TYPES, ...INDEX_TYPES];

/** The media type of a document of one kind: the member and a telling header agree, and neither names the other kind. */
function agreedType(header: string | null, member: string | undefined, kind: readonly [string, ...string[]]): string {
  const told = header !== null && KNOWN_TYPES.includes(header) ? header : null;
  if (told !== null && member !== undefined && told !== member) refuse('mediaType');
  const mediaType = member ?? told ?? kind[0];
  if (KNOWN_TYPES.includes(mediaType) && !kind.includes(mediaType)) refuse('mediaType');
  return mediaType;
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
    const rawSize = decimalBytes(layer.annotations?.[TART.rawSize]);
    if (rawDigest === undefined || !isDigest(rawDigest) || rawSize === null) return null;
    disk.push({ ...layer, rawDigest, rawSize });
  }
  if (disk.length === 0) return null;
  return {
    vmConfig,
    nvram,
    disk,
    diskSize: decimalBytes(manifest.annotations[TART.diskSize]),
    uploadTime: manifest.annotations[TART.uploadTime] ?? null,
  };
}

/** Bytes that an annotation names as decimal text; null for anything but a safe integer. */
export function decimalBytes(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
