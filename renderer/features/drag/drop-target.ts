import type { Registry } from '../../../shared/models/registry.ts';
import type { Cargo } from './cargo.ts';

/** Where a cargo can be dropped. */
export interface DropTarget {
  readonly host: string;
  /** Null = a new one, which is still to be named. */
  readonly repository: string | null;
  /** Tags of the row that is aimed at; only a pushed VM takes them over. */
  readonly tags: readonly string[];
}

/** Why a target cannot take a cargo, as far as the window knows by itself. */
export type DropRefusal =
  /** The cargo comes from there. */
  | 'source'
  /** The registry of this computer is switched off. */
  | 'off'
  /** The registry does not answer. */
  | 'offline'
  /** The registry refuses the sign-in. */
  | 'signIn';

/** One key for all rows that mean the same place. */
export function dropKey({ host, repository }: Pick<DropTarget, 'host' | 'repository'>): string {
  return `${host}/${repository ?? ''}`;
}

/** Why a registry takes nothing at all; null where it may. */
function registryRefusal(registry: Registry): DropRefusal | null {
  const { thisComputer, health, error } = registry;
  if (health === 'offline') return thisComputer ? 'off' : 'offline';
  return health === 'refused' && error?.retry === 'afterSignIn' ? 'signIn' : null;
}

/** Why a target cannot take a cargo; null where nothing is known against it. */
export function dropRefusal(cargo: Cargo, target: DropTarget, registry: Registry): DropRefusal | null {
  const own = cargo.kind === 'images' && cargo.host === target.host && cargo.repository === target.repository;
  return own ? 'source' : registryRefusal(registry);
}

/** Every place of the registries that images can be priced for: each repository, the same name there, and a new one. */
export function pricedPlaces(
  cargo: Extract<Cargo, { kind: 'images' }>,
  registries: readonly Registry[],
): readonly Pick<DropTarget, 'host' | 'repository'>[] {
  return registries.flatMap((registry) => {
    if (registryRefusal(registry) !== null) return [];
    const { host, repositories } = registry;
    const names = new Set<string | null>([...repositories.map(({ repository }) => repository), cargo.repository, null]);
    return [...names]
      .filter((repository) => host !== cargo.host || repository !== cargo.repository)
      .map((repository) => ({ host, repository }));
  });
}
