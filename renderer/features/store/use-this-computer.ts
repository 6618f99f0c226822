import { useCallback, useEffect, useMemo, useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { ServeState, StoreList } from '../../../shared/models/store.ts';
import { askInTurn } from '../../state/ask-in-turn.ts';
import { useClient } from '../../state/client.ts';

/** The local store and the switch of its registry, as the window shows them. */
export interface ThisComputer {
  readonly serving: ServeState;
  /** Null before it is known. */
  readonly store: StoreList | null;
  /** Why the store cannot be looked at. */
  readonly error: ErrorData | null;
  /** Switches the registry; `port`: null = the usual one, 0 = any free one. What came of it is in `serving`. */
  readonly switchTo: (on: boolean, port?: number | null) => void;
  /** Reads the store again. */
  readonly reload: () => void;
}

const OFF: ServeState = { on: false, starting: false, error: null };

/** The local store and its registry; read again with every change that the engine tells. */
export function useThisComputer(): ThisComputer {
  const client = useClient();
  const [serving, setServing] = useState<ServeState>(OFF);
  const [store, setStore] = useState<StoreList | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    const turn = askInTurn(async () => {
      try {
        setStore(await client.call('store.list', null, { signal }));
        setError(null);
      } catch (thrown) {
        // A store that cannot be looked at is told, and looked at again when the person asks or something changed.
        if (!signal.aborted) setError(toAppError(thrown).toData());
      }
    });
    client.call('serve.state', null, { signal }).then(setServing, () => undefined);
    turn.ask();
    const stops = [
      client.on('serve.changed', setServing),
      client.on('store.changed', turn.ask),
      // Its place and its budget.
      client.on('settings.changed', turn.ask),
    ];
    return () => {
      turn.close();
      ended.abort();
      for (const stop of stops) stop();
    };
  }, [client, round]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  const switchTo = useCallback(
    (on: boolean, port: number | null = null): void => {
      const asked = on
        ? client.call('serve.start', { port, token: null, readOnly: false })
        : client.call('serve.stop', null);
      // The state says what came of it.
      void asked.catch(() => undefined);
    },
    [client],
  );
  return useMemo(() => ({ serving, store, error, switchTo, reload }), [serving, store, error, switchTo, reload]);
}

/** What the registry is, in one word of the words `state.…`. */
export function servingWord(serving: ServeState): 'on' | 'off' | 'starting' | 'failed' {
  if (serving.on) return 'on';
  if (serving.starting) return 'starting';
  return serving.error === null ? 'off' : 'failed';
}
