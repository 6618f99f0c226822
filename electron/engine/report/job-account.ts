import type { CopyDocument } from '../../../shared/models/copy.ts';
import type { LayerKind, Origin, Plan, TargetPlace, Verdict } from '../../../shared/models/plan.ts';

/** A layer as far as a job has brought it to one target. Sizes in bytes. */
export interface AccountLayer {
  readonly index: number;
  readonly kind: LayerKind;
  readonly digest: string | null;
  /** 0 of what is copied and does not say how long it is unpacked. */
  readonly rawSize: number;
  readonly size: number;
  /** Null while the layer is not there. */
  readonly verdict: Verdict | null;
  readonly origin: Origin;
  readonly read: number;
  readonly encoded: number;
}

/** What a job did at one registry's repository. */
export interface AccountTarget {
  readonly registry: string;
  readonly repository: string;
  readonly manifestDigest: string | null;
  readonly references: readonly string[];
  readonly layers: readonly AccountLayer[];
}

/** What a job did so far, by facts alone. Folders are no targets of it: nothing is sent to them. */
export interface JobAccount {
  /** `vm` = a local VM; what `tart push` does differs. */
  readonly source: 'vm' | 'image' | 'remote';
  readonly targets: readonly AccountTarget[];
}

/** What was done for a layer, over all targets. */
export interface LayerWork {
  /** It is at every target. */
  readonly done: boolean;
  readonly read: number;
  readonly encoded: number;
}

type Described = Pick<AccountTarget, 'registry' | 'repository' | 'manifestDigest'> & {
  readonly place: TargetPlace;
  readonly references: readonly { readonly reference: string; readonly tag: string }[];
  readonly layers: readonly {
    readonly index: number;
    readonly kind: LayerKind;
    readonly digest: string | null;
    readonly rawSize: number;
    readonly size: number | null;
    readonly verdict: Verdict | null;
    readonly origin: Origin;
  }[];
};

/** The account of a push, from its document and what was done for each layer by its index. */
export function accountOfPush(
  { cachedImage, targets }: Pick<Plan, 'cachedImage'> & { readonly targets: readonly Described[] },
  workOf: (index: number) => LayerWork,
): JobAccount {
  return { source: cachedImage === null ? 'vm' : 'image', targets: accounts(targets, workOf) };
}

/** The account of a copy; manifests do not count. What is encoded from a disk of this computer is read for one target. */
export function accountOfCopy({ targets }: CopyDocument, isDone: (index: number) => boolean): JobAccount {
  const encoded = new Map<number, number>();
  const described = targets.map((target) => ({
    ...target,
    layers: target.layers
      .filter(({ kind }) => kind !== 'manifest')
      .map((layer) => {
        if (isDone(layer.index) && layer.verdict === 'upload' && layer.origin === 'encoded')
          encoded.set(layer.index, layer.rawSize);
        return layer.rawDigest === null ? { ...layer, rawSize: 0 } : layer;
      }),
  }));
  const workOf = (index: number): LayerWork => {
    const raw = encoded.get(index) ?? 0;
    return { done: isDone(index), read: raw, encoded: raw };
  };
  return { source: 'remote', targets: accounts(described, workOf) };
}

function accounts(targets: readonly Described[], workOf: (index: number) => LayerWork): AccountTarget[] {
  const remote = targets.filter(({ place }) => place === 'registry');
  const payers = payersOf(remote);
  return remote.map((target) => ({
    registry: target.registry,
    repository: target.repository,
    manifestDigest: target.manifestDigest,
    references: target.references.map(({ tag }) => `${target.registry}/${target.repository}:${tag}`),
    layers: target.layers.flatMap((layer): AccountLayer[] => {
      const { done, read, encoded } = workOf(layer.index);
      const pays = payers.get(layer.index) === target;
      const there = done && layer.verdict !== null && layer.size !== null;
      if (!there && (!pays || read + encoded === 0)) return [];
      return [
        {
          index: layer.index,
          kind: layer.kind,
          digest: layer.digest,
          rawSize: layer.rawSize,
          size: there ? layer.size : 0,
          verdict: there ? layer.verdict : null,
          origin: layer.origin,
          read: pays ? read : 0,
          encoded: pays ? encoded : 0,
        },
      ];
    }),
  }));
}

/** The target that the work for a layer counts for: the first that it was sent to, else the first of all. */
function payersOf(targets: readonly Described[]): Map<number, Described> {
  const payers = new Map<number, Described>();
  const sends = new Set<number>();
  for (const target of targets) {
    for (const { index, verdict } of target.layers) {
      if (!payers.has(index) || (verdict === 'upload' && !sends.has(index))) payers.set(index, target);
      if (verdict === 'upload') sends.add(index);
    }
  }
  return payers;
}
