import { useEffect, useState } from 'react';
import type { ContractClient } from '../../../shared/contract/client.ts';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { Retry } from '../../../shared/models/job.ts';
import type { Plan } from '../../../shared/models/plan.ts';
import type { PushRequest } from '../../../shared/models/push-request.ts';

/** A plan as the sheet sees it. */
export interface PlanView {
  /** `none`: the references do not stand yet. `making`: it fills in. */
  readonly phase: 'none' | 'making' | 'ready' | 'failed';
  /** The newest that is known; while another is being made, that of before. */
  readonly plan: Plan | null;
  /** The plan shown belongs to other references or an earlier moment. */
  readonly stale: boolean;
  readonly error: ErrorData | null;
  /** A registry did not answer and is asked again, since the plan changed last; null = none is. */
  readonly retry: Retry | null;
  /** Names the plan that is being made or shown, for the push that goes on from it; null = none. */
  readonly planId: string | null;
}

const NO_PLAN: PlanView = { phase: 'none', plan: null, stale: false, error: null, retry: null, planId: null };
const DEBOUNCE_MS = 400;

/**
 * Keeps a plan for a request: made again when the request (by value) or `round` changes, filled in through
 * `plans.changed`, and cancelled or closed, which stops the reading and lets the VM go, when the request changes or the sheet closes.
 */
export function usePlan(client: ContractClient, request: PushRequest | null, round: number): PlanView {
  const [view, setView] = useState<PlanView>(NO_PLAN);
  const key = request === null ? null : JSON.stringify(request);
  const [lastKey, setLastKey] = useState<string | null>(null);
  const wanted = `${String(round)} ${key ?? ''}`;
  if (wanted !== lastKey) {
    setLastKey(wanted);
    setView((before) => ({
      phase: key === null ? 'none' : 'making',
      plan: before.plan,
      stale: before.plan !== null,
      error: null,
      retry: null,
      planId: null,
    }));
  }
  useEffect(() => {
    if (key === null) return;
    // Parsed back from this very value: the effect depends on the request by value, not by identity.
    const input = JSON.parse(key) as PushRequest;
    const controller = new AbortController();
    const planId = crypto.randomUUID();
    const stopListening = client.on('plans.changed', (change) => {
      if (change.planId !== planId || controller.signal.aborted) return;
      setView({ phase: 'making', plan: change.plan, stale: false, error: null, retry: null, planId });
    });
    const stopRetries = client.on('plans.retrying', ({ planId: of, retry }) => {
      if (of === planId && !controller.signal.aborted) setView((before) => ({ ...before, retry }));
    });
    const timer = setTimeout(() => {
      client.call('plans.make', { ...input, planId }, { signal: controller.signal }).then(
        (plan) => {
          if (!controller.signal.aborted)
            setView({ phase: 'ready', plan, stale: false, error: null, retry: null, planId });
        },
        (thrown: unknown) => {
          if (controller.signal.aborted) return;
          const error = toAppError(thrown).toData();
          setView((before) => ({ phase: 'failed', plan: before.plan, stale: true, error, retry: null, planId: null }));
        },
      );
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      stopListening();
      stopRetries();
      controller.abort();
      // A complete plan may hold a snapshot. Nothing here waits for it.
      client.call('plans.close', { planId }).catch(() => undefined);
    };
  }, [client, key, round]);
  return view;
}
