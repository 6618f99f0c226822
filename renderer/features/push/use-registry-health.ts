import { useEffect, useState } from 'react';
import type { ContractClient } from '../../../shared/contract/client.ts';
import type { Registry } from '../../../shared/models/registry.ts';

type Health = Registry['health'];

/** What is remembered of registries' health, by host; `unknown` where nothing is. Asks no registry. */
export function useRegistryHealth(client: ContractClient): (host: string) => Health {
  const [known, setKnown] = useState<ReadonlyMap<string, Health>>(new Map());
  useEffect(() => {
    const controller = new AbortController();
    client.call('registries.list', null, { signal: controller.signal }).then(
      (registries) => {
        setKnown((before) => new Map([...registries.map((one) => [one.host, one.health] as const), ...before]));
      },
      // Without it the dots stay grey; the plan says what is wrong.
      () => undefined,
    );
    const stop = client.on('registries.changed', ({ host, health }) => {
      setKnown((before) => new Map(before).set(host, health));
    });
    return () => {
      stop();
      controller.abort();
    };
  }, [client]);
  return (host) => known.get(host) ?? 'unknown';
}
