import { useCallback, useEffect, useRef, useState } from 'react';
import { type ErrorData, toAppError } from '../../shared/errors/app-error.ts';
import type { Registry } from '../../shared/models/registry.ts';
import type { VmList } from '../../shared/models/vm.ts';
import { askInTurn } from './ask-in-turn.ts';
import { useClient } from './client.ts';

/** The Local pane's list, read again whenever the engine says that something changed, or `reload` asks for it. */
export function useVmList(): {
  readonly list: VmList | null;
  readonly error: ErrorData | null;
  readonly reload: () => void;
} {
  const client = useClient();
  const [list, setList] = useState<VmList | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    const turn = askInTurn(async () => {
      try {
        setList(await client.call('vms.list', null, { signal }));
        setError(null);
      } catch (thrown) {
        if (!signal.aborted) setError(toAppError(thrown).toData());
        throw thrown;
      }
    });
    turn.ask();
    const stop = client.on('vms.changed', turn.ask);
    return () => {
      turn.close();
      ended.abort();
      stop();
    };
  }, [client, round]);
  return { list, error, reload: useCallback(() => setRound((before) => before + 1), []) };
}

/**
 * The registries as they are remembered, null before they are known. Each is asked once for its repositories when the window
 * opens, which also tells how it is; after that only what the person does asks one.
 */
export function useRegistries(): readonly Registry[] | null {
  const client = useClient();
  const [registries, setRegistries] = useState<readonly Registry[] | null>(null);
  const asked = useRef(false);
  useEffect(() => {
    // What fails leaves the old list as it is.
    const turn = askInTurn(async () => {
      const found = await client.call('registries.list', null);
      setRegistries(found);
      if (asked.current) return;
      asked.current = true;
      for (const { host, askedMs, thisComputer } of found) {
        // What came of it stands in the registry itself.
        if (askedMs === null && !thisComputer) void client.call('registries.read', { host }).catch(() => undefined);
      }
    });
    turn.ask();
    const stops = [client.on('registries.changed', turn.ask), client.on('vms.changed', turn.ask)];
    return () => {
      turn.close();
      for (const stop of stops) stop();
    };
  }, [client]);
  return registries;
}
