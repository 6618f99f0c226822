import { AppError } from '../../../shared/errors/app-error.ts';
import type { CopyDocument, CopyLayer, CopyProgress, CopyTarget } from '../../../shared/models/copy.ts';
import type { PlanBytes, PlanReference, RequestCounts } from '../../../shared/models/plan.ts';
import type { CodecPool } from '../codec/codec-pool.ts';
import { SinkSender } from '../codec/sink-sender.ts';
import type { ContentIndex } from '../digests/content-index.ts';
import type { Bandwidth } from '../jobs/bandwidth.ts';
import { claimedPairs } from '../plan/learn-target-manifests.ts';
import { limited } from '../plan/limited.ts';
import type { PushTarget } from '../plan/push-targets.ts';
import type { Clock } from '../ports.ts';
import type { DistributionClient } from '../registry/distribution-client.ts';
import type { CopySource } from './copy-source.ts';
import { type ImageTree, readImageTree, type TreeBlob } from './image-tree.ts';
import { type TransferEnd, transferBlob } from './transfer-blob.ts';

const QUESTIONS_AT_ONCE = 16;

/** What a copy works with. Owned by the engine; a copy borrows it. */
export interface CopyParts {
  readonly clock: Clock;
  readonly codec: Pick<CodecPool, 'withPiece'>;
  readonly contentIndex: ContentIndex;
  readonly bandwidth: Bandwidth;
  /** The client of a registry or layout, for this copy. */
  readonly clientOf: (place: string) => DistributionClient;
  /** Blobs that are copied at once. */
  readonly concurrency: () => number;
  readonly requests: RequestCounts;
  readonly onProgress: (progress: Omit<CopyProgress, 'copyId'>) => void;
}

/** What is copied, and where to. */
export interface CopyRequest {
  readonly jobId: string;
  readonly source: CopySource;
  readonly targets: readonly PushTarget[];
  /** Move a tag even though it moved since it was looked at. */
  readonly force: boolean;
}

/** How a blob or manifest got to a target, or that it was there. */
type Outcome = Pick<CopyLayer, 'verdict' | 'reason' | 'mountedFrom'>;

const PRESENT: Outcome = { verdict: 'present', reason: 'inRepository', mountedFrom: null };
const SENT: Outcome = { verdict: 'upload', reason: 'notInRegistry', mountedFrom: null };

/**
 * Copies an image, manifest bytes verbatim, to one target after the other: what is there is not sent, what lies in the
 * same registry is mounted, and the rest is streamed through this computer. An index brings its children. Tags change
 * last, after every blob is known to be there.
 *
 * @throws AppError `manifest.notFound`, `tag.conflict`, `verify.failed`, `blob.*`, and what either side refuses
 */
export async function copyImage(parts: CopyParts, request: CopyRequest, signal: AbortSignal): Promise<CopyDocument> {
  const run = new CopyRun(parts, request, signal);
  try {
    return await run.run();
  } finally {
    await run.close();
  }
}

/** One copy under way. */
class CopyRun {
  readonly #parts: CopyParts;
  readonly #request: CopyRequest;
  readonly #signal: AbortSignal;
  /** Sends on this thread: packed bytes pass through, nothing is encoded. */
  readonly #sender = new SinkSender();
  readonly #done: CopyTarget[] = [];
  #sent = 0;

  constructor(parts: CopyParts, request: CopyRequest, signal: AbortSignal) {
    this.#parts = parts;
    this.#request = request;
    this.#signal = signal;
  }

  async run(): Promise<CopyDocument> {
    const { clock, requests, clientOf, contentIndex } = this.#parts;
    const { source, jobId } = this.#request;
    const startedMs = clock.now();
    const tree = await readImageTree({ ...source, client: clientOf(source.registry) }, this.#signal, () => {
      requests.manifest += 1;
    });
    await contentIndex.learnManifest(source, tree.root, claimedPairs(tree.root.bytes));
    // Every tag is looked at before the first byte goes out: a place that refuses is known at once.
    const states = await Promise.all(this.#request.targets.map((target) => this.#askTags(target, tree)));
    for (const [at, target] of this.#request.targets.entries()) {
      this.#done.push(await this.#copyTo(target, tree, states[at] ?? []));
    }
    return {
      jobId,
      source: { reference: source.name, digest: tree.root.digest, mediaType: tree.root.mediaType },
      seconds: (clock.now() - startedMs) / 1000,
      bytes: totalOf(this.#done),
      requests,
      targets: this.#done,
    };
  }

  async close(): Promise<void> {
    await this.#sender.close();
  }

  async #askTags(target: PushTarget, tree: ImageTree): Promise<PlanReference[]> {
    const client = this.#parts.clientOf(target.registry);
    return await Promise.all(
      target.references.map(async ({ reference, tag }): Promise<PlanReference> => {
        this.#parts.requests.manifest += 1;
        const previousDigest =
          (await client.headManifest(target.repository, tag, { signal: this.#signal }))?.digest ?? null;
        const state = previousDigest === null ? 'new' : previousDigest === tree.root.digest ? 'same' : 'moves';
        return { reference, tag, state, previousDigest };
      }),
    );
  }

  async #copyTo(target: PushTarget, tree: ImageTree, states: PlanReference[]): Promise<CopyTarget> {
    const { contentIndex, clientOf } = this.#parts;
    const end = { client: clientOf(target.registry), repository: target.repository };
    const outcomes = await this.#bringBlobs(end, target, tree);
    for (const manifest of tree.manifests) outcomes.set(manifest.digest, await this.#bringChild(end, tree, manifest));
    for (const state of states) await this.#moveTag(end, tree, state);
    await contentIndex.learnManifest(target, tree.root, claimedPairs(tree.root.bytes));
    const layers = layersOf(tree, outcomes);
    return {
      place: target.place,
      registry: target.registry,
      repository: target.repository,
      manifestDigest: tree.root.digest,
      knownUploadTime: null,
      layerLimit: end.client.profile.layerLimit,
      storeRoom: null,
      references: states,
      bytes: bytesOf(layers),
      layers,
    };
  }

  /** Brings every blob that the target lacks; answers how, by digest. */
  async #bringBlobs(end: TransferEnd, target: PushTarget, tree: ImageTree): Promise<Map<string, Outcome>> {
    const outcomes = new Map<string, Outcome>();
    const missing: TreeBlob[] = [];
    await limited(
      tree.blobs,
      () => QUESTIONS_AT_ONCE,
      this.#signal,
      async (blob, stopped) => {
        if (await this.#has(end, blob, stopped)) outcomes.set(blob.digest, PRESENT);
        else missing.push(blob);
      },
    );
    const mountedFrom = this.#neighbourOf(target);
    let toSend = mountedFrom === null ? missing.reduce((sum, { size }) => sum + size, 0) : 0;
    const tell = (): void => {
      const targets = this.#request.targets.length;
      this.#parts.onProgress({ target: this.#done.length, targets, sent: this.#sent, toSend });
    };
    tell();
    await limited(missing, this.#parts.concurrency, this.#signal, async (blob, stopped) => {
      const opened = mountedFrom === null ? null : await this.#mount(end, blob, mountedFrom, stopped);
      if (opened === 'mounted') {
        outcomes.set(blob.digest, { verdict: 'mount', reason: 'mountable', mountedFrom });
        return;
      }
      if (mountedFrom !== null) toSend += blob.size;
      this.#parts.requests.upload += 1;
      await transferBlob(this.#sourceEnd(), end, blob, opened, {
        codec: this.#parts.codec,
        sender: this.#sender,
        bandwidth: this.#parts.bandwidth,
        signal: stopped,
        onSent: (bytes) => {
          this.#sent += bytes;
          tell();
        },
      });
      // The target's own word: what it committed is what the manifest names.
      if (!(await this.#has(end, blob, stopped)))
        throw new AppError('verify.failed', { host: end.client.host, digest: blob.digest });
      outcomes.set(blob.digest, SENT);
    });
    return outcomes;
  }

  #sourceEnd(): TransferEnd {
    const { registry, repository } = this.#request.source;
    return { client: this.#parts.clientOf(registry), repository };
  }

  /** A repository of the target's registry that has the blobs: the source, or a target that was served before. */
  #neighbourOf(target: PushTarget): string | null {
    const served = [this.#request.source, ...this.#done];
    return served.find(({ registry }) => registry === target.registry)?.repository ?? null;
  }

  async #has({ client, repository }: TransferEnd, { digest, size }: TreeBlob, signal: AbortSignal): Promise<boolean> {
    this.#parts.requests.head += 1;
    return await client.headBlob(repository, digest, { size, signal });
  }

  async #mount({ client, repository }: TransferEnd, { digest }: TreeBlob, from: string, signal: AbortSignal) {
    this.#parts.requests.mount += 1;
    return await client.mountBlob(repository, digest, from, { signal });
  }

  /** Puts a manifest of an index by its digest; the image's own goes to the tags. */
  async #bringChild(
    { client, repository }: TransferEnd,
    tree: ImageTree,
    manifest: ImageTree['manifests'][number],
  ): Promise<Outcome> {
    this.#parts.requests.manifest += 1;
    const found = await client.headManifest(repository, manifest.digest, { signal: this.#signal });
    if (found !== null) return PRESENT;
    if (manifest.digest !== tree.root.digest) {
      this.#parts.requests.manifest += 1;
      await client.putManifest(repository, manifest.digest, manifest, { signal: this.#signal });
    }
    return SENT;
  }

  async #moveTag({ client, repository }: TransferEnd, { root }: ImageTree, state: PlanReference): Promise<void> {
    if (state.state === 'same') return;
    const options = { signal: this.#signal };
    this.#parts.requests.manifest += 3;
    const now = (await client.headManifest(repository, state.tag, options))?.digest ?? null;
    if (now !== state.previousDigest && now !== root.digest && !this.#request.force)
      throw new AppError('tag.conflict', { reference: state.reference, digest: now });
    await client.putManifest(repository, state.tag, root, options);
    const written = await client.headManifest(repository, state.tag, options);
    if (written?.digest !== root.digest)
      throw new AppError('verify.failed', { host: client.host, digest: root.digest });
    state.state = 'written';
  }
}

function layersOf({ blobs, manifests }: ImageTree, outcomes: ReadonlyMap<string, Outcome>): CopyLayer[] {
  const rows = [
    ...blobs,
    ...manifests.map(({ digest, mediaType, bytes }) => ({
      kind: 'manifest' as const,
      mediaType,
      digest,
      size: bytes.length,
      rawDigest: null,
      rawSize: null,
    })),
  ];
  return rows.map(({ rawSize, ...row }, index) => ({
    ...row,
    index,
    rawOffset: null,
    rawSize: rawSize ?? row.size,
    estimatedSize: null,
    origin: 'remote',
    zero: false,
    ...(outcomes.get(row.digest) ?? SENT),
  }));
}

/** Bytes of the blobs by what became of them. */
function bytesOf(layers: readonly CopyLayer[]): PlanBytes {
  const sum = (wanted: CopyLayer['verdict'] | 'any'): number =>
    layers
      .filter(({ kind, verdict }) => kind !== 'manifest' && (wanted === 'any' || verdict === wanted))
      .reduce((total, { size }) => total + (size ?? 0), 0);
  return {
    raw: 0,
    packed: sum('any'),
    read: 0,
    encoded: 0,
    uploaded: sum('upload'),
    mounted: sum('mount'),
    present: sum('present'),
    duplicate: 0,
  };
}

function totalOf(targets: readonly CopyTarget[]): PlanBytes {
  const sum = (member: 'uploaded' | 'mounted' | 'present'): number =>
    targets.reduce((total, { bytes }) => total + bytes[member], 0);
  return {
    raw: 0,
    packed: targets[0]?.bytes.packed ?? 0,
    read: 0,
    encoded: 0,
    uploaded: sum('uploaded'),
    mounted: sum('mounted'),
    present: sum('present'),
    duplicate: 0,
  };
}
