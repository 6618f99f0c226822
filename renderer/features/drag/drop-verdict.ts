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

/** What a target says of a cargo. A target that has no price by now is one that cannot be told. */
export function dropVerdict(
  cargo: Cargo,
  target: DropTarget,
  parts: { readonly registry: Registry; readonly prices: DropPrices },
): DropVerdict {
  const why = dropRefusal(cargo, target, parts.registry);
  if (why !== null) return { kind: 'refused', why };
  if (cargo.kind === 'vm') return { kind: 'push' };
  const price = parts.prices?.get(dropKey(target));
  if (price === undefined) return { kind: 'counting' };
  return price.kind === 'impossible'
    ? { kind: 'refused', why: price.reason ?? 'sameRepository' }
    : { kind: 'priced', price };
}
