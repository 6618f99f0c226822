import { useCallback, useEffect, useState } from 'react';
import { type ErrorData, toAppError } from '../../shared/errors/app-error.ts';
import type { Registry } from '../../shared/models/registry.ts';
import type { VmList } from '../../shared/models/vm.ts';
import { useClient } from './client.ts';

/** The Local pane's list, read again whenever the engine says that something changed. */
export function useVmList(): { readonly list: VmList | null; readonly error: ErrorData | null } {
  const client = useClient();
  const [list, setList] = useState<VmList | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  useEffect(() => {
    const ended = new AbortController();
    const read = (): void => {
      client.call('vms.list', null, { signal: ended.signal }).then(
        (found) => {
          setList(found);
          setError(null);
        },
        (thrown: unknown) => {
          if (!ended.signal.aborted) setError(toAppError(thrown).toData());
        },
      );
    };
    read();
    const stop = client.on('vms.changed', read);
    return () => {
      ended.abort();
      stop();
    };
  }, [client]);
  return { list, error };
}

/** The registries as they are remembered; `reload` asks the engine again, never a registry. */
export function useRegistries(): { readonly registries: readonly Registry[]; readonly reload: () => void } {
  const client = useClient();
  const [registries, setRegistries] = useState<readonly Registry[]>([]);
  const reload = useCallback(() => {
    client.call('registries.list', null).then(setRegistries, () => undefined);
  }, [client]);
  useEffect(() => {
    reload();
    return client.on('registries.changed', reload);
  }, [client, reload]);
  return { registries, reload };
}
