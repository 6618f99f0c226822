import { useEffect, useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { TagPlan } from '../../../shared/models/tag-edit.ts';
import { useClient } from '../../state/client.ts';
import type { PendingChange } from './pending-changes.ts';

/** A list that is still being changed is not asked about. ms */
const STILL_MS = 400;

/** What the registry says of the pending changes; null while it is not known. */
export interface PendingPlan {
  readonly plan: TagPlan | null;
  readonly error: ErrorData | null;
}

const NOTHING: PendingPlan = { plan: null, error: null };

/** Asks what the pending changes would do, each time that they change and a moment after. */
export function usePendingPlan(host: string, repository: string, pending: readonly PendingChange[]): PendingPlan {
  const client = useClient();
  const [known, setKnown] = useState<PendingPlan & { readonly of: readonly PendingChange[] }>({ ...NOTHING, of: [] });
  useEffect(() => {
    if (pending.length === 0) return;
    const ended = new AbortController();
    const timer = setTimeout(() => {
      const changes = pending.map(({ change }) => change);
      client.call('tags.plan', { host, repository, insecure: false, changes }, { signal: ended.signal }).then(
        (plan) => setKnown({ plan, error: null, of: pending }),
        (thrown: unknown) => {
          if (!ended.signal.aborted) setKnown({ plan: null, error: toAppError(thrown).toData(), of: pending });
        },
      );
    }, STILL_MS);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [client, host, repository, pending]);
  return known.of === pending ? known : NOTHING;
}
