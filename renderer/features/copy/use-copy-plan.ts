import { useEffect, useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { CopyDocument, CopyRequest } from '../../../shared/models/copy.ts';
import { useClient } from '../../state/client.ts';

/** The plan of a copy as the dialog sees it. */
export interface CopyPlanView {
  readonly making: boolean;
  /** The newest that is known; while another is being made, that of before. */
  readonly plan: CopyDocument | null;
  /** The plan belongs to another request than the one that is shown. */
  readonly stale: boolean;
  readonly error: ErrorData | null;
}

/** Typing goes on for this long before a plan is made. ms */
const DEBOUNCE_MS = 300;

/** Keeps a plan for a request, by its value: made again when it changes or `round` does, given up when the dialog closes. */
export function useCopyPlan(request: CopyRequest | null, round: number, first: CopyDocument | null): CopyPlanView {
  const client = useClient();
  const [view, setView] = useState<CopyPlanView>({ making: false, plan: first, stale: false, error: null });
  const key = request === null ? null : JSON.stringify(request);
  const [given] = useState(first === null ? null : `0 ${key ?? ''}`);
  const [lastKey, setLastKey] = useState<string | null>(given);
  const wanted = `${String(round)} ${key ?? ''}`;
  if (wanted !== lastKey) {
    setLastKey(wanted);
    setView((before) => ({ making: key !== null, plan: before.plan, stale: true, error: null }));
  }
  useEffect(() => {
    if (key === null || `${String(round)} ${key}` === given) return;
    const ended = new AbortController();
    const { signal } = ended;
    const timer = setTimeout(() => {
      // Parsed back from this very value: the effect depends on the request by value, not by identity.
      client.call('copies.plan', JSON.parse(key) as CopyRequest, { signal }).then(
        (plan) => {
          if (!signal.aborted) setView({ making: false, plan, stale: false, error: null });
        },
        (thrown: unknown) => {
          if (signal.aborted) return;
          const error = toAppError(thrown).toData();
          setView((before) => ({ making: false, plan: before.plan, stale: true, error }));
        },
      );
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [client, key, round, given]);
  return view;
}
