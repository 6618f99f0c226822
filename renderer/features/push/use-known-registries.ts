import { useEffect, useState } from 'react';
import type { ContractClient } from '../../../shared/contract/client.ts';
import type { Registry } from '../../../shared/models/registry.ts';

/** What is remembered of registries, their repositories and tags; kept up to date. Asks no registry. */
export function useKnownRegistries(client: ContractClient): readonly Registry[] {
  const [known, setKnown] = useState<readonly Registry[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    client.call('registries.list', null, { signal: controller.signal }).then(
      (registries) => {
        setKnown((before) => [...before, ...registries.filter(({ host }) => !before.some((own) => own.host === host))]);
      },
      // Without it nothing is suggested and the dots stay grey; the plan says what is wrong.
      () => undefined,
    );
    const stop = client.on('registries.changed', (changed) => {
      setKnown((before) => [
        ...before.filter(
          // The registry of this computer can have moved to another address.
          ({ host, thisComputer }) => host !== changed.host && !(thisComputer && changed.thisComputer),
        ),
        changed,
      ]);
    });
    return () => {
      stop();
      controller.abort();
    };
  }, [client]);
  return known;
}
