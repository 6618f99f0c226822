import { useMemo, useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { JobAction } from '../../../shared/models/job.ts';
import { useClient } from '../../state/client.ts';

/** What a person can do to a job, and what went wrong with it last. */
export interface JobCommands {
  readonly act: (id: string, action: JobAction) => void;
  /** Tries again and moves tags even though they moved meanwhile. */
  readonly overwrite: (id: string) => void;
  /** Tries again with a new manifest, for a cached image whose own cannot be pushed. */
  readonly withNewManifest: (id: string) => void;
  /** Tries again and sends every blob, whatever the registry says that it has. */
  readonly sendAgain: (id: string) => void;
  readonly copy: (text: string) => void;
  readonly error: ErrorData | null;
}

/** Commands to jobs. An error stays until the next command. */
export function useJobCommands(): JobCommands {
  const client = useClient();
  const [error, setError] = useState<ErrorData | null>(null);
  const commands = useMemo(() => {
    const run = (request: Promise<unknown>): void => {
      setError(null);
      request.catch((thrown: unknown) => {
        setError(toAppError(thrown).toData());
      });
    };
    return {
      act(id: string, action: JobAction): void {
        if (action === 'retry') run(client.call('jobs.retry', { id, force: false }));
        else run(client.call(`jobs.${action}`, { id }));
      },
      overwrite: (id: string): void => {
        run(client.call('jobs.retry', { id, force: true }));
      },
      withNewManifest: (id: string): void => {
        run(client.call('jobs.retry', { id, force: false, newManifest: true }));
      },
      sendAgain: (id: string): void => {
        run(client.call('jobs.retry', { id, force: false, sendAgain: 'all' }));
      },
      copy: (text: string): void => {
        run(client.call('app.copyText', { text }));
      },
    };
  }, [client]);
  return { ...commands, error };
}
