import { useEffect } from 'react';
import { useClient } from '../../state/client.ts';

/** Tells the engine which job a person looks at, while this is shown: it gets more of what jobs share. */
export function useWatchedJob(id: string): void {
  const client = useClient();
  useEffect(() => {
    const focus = (watched: string | null): void => {
      // Only the pace hangs on it.
      client.call('jobs.focus', { id: watched }).catch(() => undefined);
    };
    focus(id);
    return () => focus(null);
  }, [client, id]);
}
