import type { RepositoryName } from '../../../../shared/models/vm-knowledge.ts';
import type { DraftLayer, DraftTarget, Presence } from '../../plan/push-draft.ts';

/** Which target of a push has which blob: what planning found, what the push brought, and what turned out to be untrue. */
export class TargetBlobs {
  readonly #arrived = new Set<string>();
  readonly #found = new Set<string>();
  /** Repositories that another push of this engine brought a blob to, by registry and digest. */
  readonly #neighbours = new Map<string, string>();
  /** Blobs that a repository was to give to a neighbour, and had not. */
  readonly #gone = new Set<string>();
  /** Blobs that a target said it has, and had not: brought again whatever it says. */
  readonly #mistrusted = new Set<string>();

  /** A layer is in a target now: the verdict stays what brought it there. */
  settle(layer: DraftLayer, target: DraftTarget, how: Presence): void {
    if (layer.digest !== null) target.presence.set(layer.digest, how);
    this.#arrived.add(keyOf(target, layer.digest ?? ''));
  }

  /** This push brought a blob that is no layer. */
  bring(target: DraftTarget, digest: string): void {
    this.#arrived.add(keyOf(target, digest));
  }

  /** A target said that it has a blob that is no layer. */
  find(target: DraftTarget, digest: string): void {
    this.#found.add(keyOf(target, digest));
  }

  /** Whether this push brought a blob to a target. */
  brought(target: DraftTarget, digest: string): boolean {
    return this.#arrived.has(keyOf(target, digest));
  }

  /** Whether a target has the blob: from before, or since this push brought it. */
  has(target: DraftTarget, digest: string): boolean {
    return (
      target.presence.get(digest)?.verdict === 'present' ||
      this.brought(target, digest) ||
      this.#found.has(keyOf(target, digest))
    );
  }

  /** Another push of this engine brought a blob to a repository. */
  arrivedNearby(registry: string, digest: string, repository: string): void {
    this.#neighbours.set(`${registry}@${digest}`, repository);
  }

  /** The repository of a registry that another push brought a blob to; null if none did. */
  nearby(registry: string, digest: string): string | null {
    return this.#neighbours.get(`${registry}@${digest}`) ?? null;
  }

  /** A repository that was to give a blob to a neighbour has it no more: it is not asked again. */
  goneFrom({ registry, repository }: RepositoryName, digest: string): void {
    this.#gone.add(`${registry}/${repository}@${digest}`);
  }

  /** Whether a repository was found to have a blob no more. */
  isGoneFrom({ registry, repository }: RepositoryName, digest: string): boolean {
    return this.#gone.has(`${registry}/${repository}@${digest}`);
  }

  /** What a target said of a blob was wrong: it is not there, whatever it says from now on. */
  mistrust(target: DraftTarget, digest: string): void {
    this.#mistrusted.add(keyOf(target, digest));
    this.#arrived.delete(keyOf(target, digest));
    this.#found.delete(keyOf(target, digest));
    target.presence.set(digest, { verdict: 'upload', reason: 'notInRegistry', mountedFrom: null });
  }

  /** Whether what a target says of a blob was found to be wrong. */
  mistrusts(target: DraftTarget, digest: string): boolean {
    return this.#mistrusted.has(keyOf(target, digest));
  }

  /** Whether any target was found to be wrong about a blob. */
  get mistrustsAny(): boolean {
    return this.#mistrusted.size > 0;
  }
}

function keyOf({ registry, repository }: DraftTarget, digest: string): string {
  return `${registry}/${repository}@${digest}`;
}
