import type { CopyPrice } from '../../../shared/models/copy-price.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { Cargo } from './cargo.ts';
import { type DropRefusal, type DropTarget, dropKey, dropRefusal } from './drop-target.ts';

/** What a target says of a cargo before it is dropped. */
export type DropVerdict =
  | { readonly kind: 'refused'; readonly why: DropRefusal | NonNullable<CopyPrice['reason']> }
  /** A VM: its plan says the price, in the sheet that opens. */
  | { readonly kind: 'push' }
  | { readonly kind: 'counting' }
  | { readonly kind: 'priced'; readonly price: CopyPrice };

/** Prices by {@link dropKey}; null while they are asked for. */
export type DropPrices = ReadonlyMap<string, CopyPrice> | null;

function noPrice({ host, repository }: DropTarget): CopyPrice {
  return { registry: host, repository, kind: 'unknown', bytes: 0, leastBytes: 0, presentBytes: 0, reason: null };
}

/** What a target says of a cargo. One that has no price once the others have theirs cannot be told. */
export function dropVerdict(
  cargo: Cargo,
  target: DropTarget,
  parts: { readonly registry: Registry; readonly prices: DropPrices },
): DropVerdict {
  const why = dropRefusal(cargo, target, parts.registry);
  if (why !== null) return { kind: 'refused', why };
  if (cargo.kind === 'vm') return { kind: 'push' };
  if (parts.prices === null) return { kind: 'counting' };
  const price = parts.prices.get(dropKey(target)) ?? noPrice(target);
  return price.kind === 'impossible'
    ? { kind: 'refused', why: price.reason ?? 'sameRepository' }
    : { kind: 'priced', price };
}
