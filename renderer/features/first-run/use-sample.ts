import { useCallback, useEffect, useRef, useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { SampleState } from '../../../shared/models/sample.ts';
import { useClient } from '../../state/client.ts';

/** The sample VM as the window sees it. */
export interface Sample {
  /** Null before it is known. */
  readonly state: SampleState | null;
  /** What was refused last; goes with the next act. */
  readonly error: ErrorData | null;
  /** Makes what is missing and answers the state; null = refused or stopped. */
  readonly make: () => Promise<SampleState | null>;
  /** Stops the making. */
  readonly stop: () => void;
  readonly change: () => void;
  readonly remove: () => void;
}

/** Follows the sample VM of the engine. */
export function useSample(): Sample {
  const client = useClient();
  const [state, setState] = useState<SampleState | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  const making = useRef<AbortController | null>(null);
  useEffect(() => {
    const ended = new AbortController();
    const refused = (): void => undefined;
    client.call('sample.state', null, { signal: ended.signal }).then(setState, refused);
    const stopListening = client.on('sample.changed', setState);
    return () => {
      ended.abort();
      stopListening();
    };
  }, [client]);

  const act = useCallback(async (request: Promise<SampleState>): Promise<SampleState | null> => {
    setError(null);
    try {
      const next = await request;
      setState(next);
      return next;
    } catch (thrown) {
      const refused = toAppError(thrown).toData();
      if (refused.code !== 'cancelled') setError(refused);
      return null;
    }
  }, []);
  return {
    state,
    error,
    make: useCallback(() => {
      making.current = new AbortController();
      return act(client.call('sample.make', null, { signal: making.current.signal }));
    }, [act, client]),
    stop: useCallback(() => making.current?.abort(), []),
    change: useCallback(() => void act(client.call('sample.change', null)), [act, client]),
    remove: useCallback(() => void act(client.call('sample.remove', null)), [act, client]),
  };
}
