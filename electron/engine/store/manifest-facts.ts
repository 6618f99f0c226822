import { sha256 } from '../oci/digest.ts';
import { type ImageIndex, type ImageManifest, parseManifest } from '../oci/parse-manifest.ts';
import type { BlobFolder } from './blob-folder.ts';

/** Manifests of this many bytes are taken and read; registries agree on 4 MiB. */
export const MANIFEST_LIMIT = 4 * 1024 * 1024;
/** Digests that the facts in memory may name together: about 20 MiB. */
const MOST_REFERENCES = 100_000;

/** A blob that an image needs. */
export interface NeededBlob {
  readonly digest: string;
  readonly size: number;
}

/** What the store has to know of a manifest. */
export interface ManifestFacts {
  readonly digest: string;
  /** Bytes of the manifest. */
  readonly size: number;
  readonly mediaType: string;
  /** Distinct config and layers; layers that no registry keeps (with `urls`) are not among them. */
  readonly blobs: readonly NeededBlob[];
  /** Distinct manifests of an index. */
  readonly children: readonly NeededBlob[];
  readonly subject: string | null;
  /** As the referrers API tells it: an image without one has its config's media type. */
  readonly artifactType: string | null;
  readonly annotations: Readonly<Record<string, string>>;
  readonly parsed: ImageManifest | ImageIndex;
}

function distinct(descriptors: readonly NeededBlob[]): NeededBlob[] {
  return [...new Map(descriptors.map(({ digest, size }) => [digest, { digest, size }])).values()];
}

/** The facts of a manifest. @throws AppError `manifest.invalid` */
export function manifestFacts(bytes: Uint8Array, digest: string, mediaType: string | null): ManifestFacts {
  const parsed = parseManifest(bytes, mediaType);
  const common = {
    digest,
    size: bytes.length,
    mediaType: parsed.mediaType,
    subject: parsed.subject?.digest ?? null,
    annotations: parsed.annotations,
    parsed,
  };
  if (parsed.kind === 'index') {
    return { ...common, blobs: [], children: distinct(parsed.manifests), artifactType: parsed.artifactType };
  }
  const kept = [parsed.config, ...parsed.layers].filter(({ urls = [] }) => urls.length === 0);
  const artifactType = parsed.artifactType ?? parsed.config.mediaType;
  return { ...common, blobs: distinct(kept), children: [], artifactType: artifactType === '' ? null : artifactType };
}

/** Facts of the manifests that lie in a store. They never change, so what was read once is kept, the latest used last. */
export class ManifestReader {
  readonly #blobs: BlobFolder;
  readonly #kept = new Map<string, ManifestFacts>();
  #references = 0;

  constructor(blobs: BlobFolder) {
    this.#blobs = blobs;
  }

  /** The facts; null where the file is missing, too large, damaged, or no manifest. */
  async facts(digest: string, mediaType: string | null): Promise<ManifestFacts | null> {
    const kept = this.#kept.get(digest);
    if (kept !== undefined) {
      this.#kept.delete(digest);
      this.#kept.set(digest, kept);
      return kept;
    }
    const bytes = await this.#blobs.read(digest, MANIFEST_LIMIT);
    if (bytes === null || sha256(bytes) !== digest) return null;
    try {
      return this.#keep(manifestFacts(bytes, digest, mediaType));
    } catch {
      // Other tools may name anything in an index: it is kept, but it is no image.
      return null;
    }
  }

  #keep(facts: ManifestFacts): ManifestFacts {
    this.#kept.set(facts.digest, facts);
    this.#references += 1 + facts.blobs.length + facts.children.length;
    for (const [digest, oldest] of this.#kept) {
      if (this.#references <= MOST_REFERENCES || digest === facts.digest) break;
      this.#kept.delete(digest);
      this.#references -= 1 + oldest.blobs.length + oldest.children.length;
    }
    return facts;
  }
}
