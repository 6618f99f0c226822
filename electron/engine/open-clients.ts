import { isLayoutPlace } from '../../shared/models/image-location.ts';
import type { Clock } from './ports.ts';
import type { DistributionClient } from './registry/distribution-client.ts';
import type { RegistryClients } from './registry/registry-clients.ts';
import type { RetryNotice } from './registry/retry-notice.ts';
import type { RegistryBook } from './registry-book.ts';
import type { StoreService } from './store/store-service.ts';

/** What opens clients; all of it is the engine's. */
export interface ClientRooms {
  readonly clients: RegistryClients;
  readonly store: StoreService;
  readonly book: RegistryBook;
}

/** How the clients of one plan, job or copy are opened. */
export interface ClientChoice {
  /** Repositories that are written to: one token serves all of a registry. */
  readonly targets: readonly { readonly registry: string; readonly repository: string }[];
  readonly insecure: boolean;
  /** Layers or blobs at once. */
  readonly concurrency: number;
  readonly pieceSize: number | null;
  readonly onRetry?: (notice: RetryNotice) => void;
  /** Waits for the next try; the engine's clock unless given. */
  readonly clock?: Clock;
}

/** Clients of one plan, job or copy: each opened when it is first asked for, all closed together. */
export function openClients(
  { clients, store, book }: ClientRooms,
  { targets, insecure, concurrency, ...choice }: ClientChoice,
): { readonly clientOf: (place: string) => DistributionClient; readonly close: () => Promise<void> } {
  const open = new Map<string, DistributionClient>();
  return {
    clientOf: (place) => {
      const known = open.get(place);
      if (known !== undefined) return known;
      const made = isLayoutPlace(place)
        ? store.layoutClient(place)
        : clients.open(place, {
            ...choice,
            insecure,
            connections: Math.max(concurrency + 2, 16),
            repositories: targets.filter(({ registry }) => registry === place).map(({ repository }) => repository),
          });
      open.set(place, made);
      return made;
    },
    close: async () => {
      for (const [place, client] of open) if (client.account !== null) book.note(place, { account: client.account });
      await Promise.all([...open.values()].map((client) => client.close()));
    },
  };
}

/** The registries of targets, each once; image layouts are none. */
export function registriesOf(targets: readonly { readonly registry: string }[]): string[] {
  return [...new Set(targets.map(({ registry }) => registry))].filter((registry) => !isLayoutPlace(registry));
}
