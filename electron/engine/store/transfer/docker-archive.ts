import { z } from 'zod';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { MEDIA_TYPES } from '../../oci/media-types.ts';
import { nameOfReference } from '../image-name.ts';
import { type LayoutEntry, namedEntry } from '../layout-index.ts';

/** Layers of `docker save` are plain tar files. */
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

const manifestSchema = z.array(
  z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish(), Layers: z.array(z.string()).max(10_000) }),
);
const configSchema = z.object({ rootfs: z.object({ diff_ids: z.array(z.string()) }) });

/** A file of the archive that lies in the staging folder. Size in bytes. */
export interface ArchiveFile {
  readonly path: string;
  readonly digest: string;
  readonly size: number;
}

/** An archive of `docker save` (before version 25), read. */
export interface DockerArchive {
  readonly source: string;
  /** Its manifest.json. */
  readonly manifest: Buffer;
  json(name: string): Buffer | null;
  layer(name: string): ArchiveFile | null;
  /** Makes bytes a blob of the store and answers their digest. */
  put(bytes: Buffer): Promise<string>;
  /** Makes a file a blob of the store. */
  keep(file: ArchiveFile): Promise<void>;
}

/**
 * The images of a `docker save` archive as OCI images: the config as it is (docker's is one of OCI), the layers as plain
 * tar, which is what the config's `diff_ids` are digests of.
 *
 * @throws AppError `store.archiveInvalid`, `store.incomplete`
 */
export async function dockerEntries(archive: DockerArchive): Promise<LayoutEntry[]> {
  const images = manifestSchema.safeParse(parseJson(archive.manifest));
  if (!images.success) throw new AppError('store.archiveInvalid', { path: archive.source, reason: 'manifest.json' });
  const entries: LayoutEntry[] = [];
  for (const { Config, RepoTags, Layers } of images.data) {
    const entry = await imageEntry(archive, Config, Layers);
    const names = (RepoTags ?? []).map(nameOfReference).filter((name) => name !== null);
    entries.push(...(names.length === 0 ? [entry] : names.map((name) => namedEntry(entry, name))));
  }
  return entries;
}

async function imageEntry(archive: DockerArchive, configName: string, names: readonly string[]): Promise<LayoutEntry> {
  const config = archive.json(configName);
  const parsed = configSchema.safeParse(config === null ? null : parseJson(config));
  if (config === null || !parsed.success)
    throw new AppError('store.archiveInvalid', { path: archive.source, reason: configName });
  const layers: { mediaType: string; digest: string; size: number }[] = [];
  for (const [at, name] of names.entries()) {
    const file = archive.layer(name);
    const expected = parsed.data.rootfs.diff_ids[at] ?? name;
    if (file === null || file.digest !== expected)
      throw new AppError('store.incomplete', { name: archive.source, digest: expected });
    await archive.keep(file);
    layers.push({ mediaType: LAYER, digest: file.digest, size: file.size });
  }
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: { mediaType: MEDIA_TYPES.ociConfig, digest: await archive.put(config), size: config.length },
      layers,
    }),
  );
  return { mediaType: MEDIA_TYPES.ociManifest, digest: await archive.put(manifest), size: manifest.length };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
