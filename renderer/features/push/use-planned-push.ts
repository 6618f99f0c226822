import { useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { layerLimitError } from '../../../shared/errors/layer-limit-error.ts';
import type { Plan } from '../../../shared/models/plan.ts';
import { useClient } from '../../state/client.ts';
import { type PlanView, usePlan } from './use-plan.ts';
import type { PushWish } from './use-push-wish.ts';

/** The plan of what is wanted, and the push that it leads to. */
export interface PlannedPush {
  readonly view: PlanView;
  /** Why there is no plan, or why the push was not taken up; null = nothing is wrong. */
  readonly error: ErrorData | null;
  /** The push can begin. */
  readonly ready: boolean;
  readonly push: () => void;
  readonly planAgain: () => void;
  /** What was refused belongs to what was wanted before. */
  readonly clearRefusal: () => void;
  /** Copies a text; what the host refuses is told as the push's own error. */
  readonly copy: (text: string) => void;
}

/** The digests that the person was shown, so that a tag that moved since is noticed. */
function shownTags(plan: Plan): Record<string, string | null> {
  return Object.fromEntries(
    plan.targets.flatMap((target) =>
      target.references.map(({ reference, previousDigest }) => [reference, previousDigest]),
    ),
  );
}

/** Nothing is pushed that was not shown: the tags' states are what the push is held to. */
function canPush({ plan, stale }: PlanView): boolean {
  return (
    plan !== null &&
    !stale &&
    plan.cachedImage?.manifest !== 'newNeeded' &&
    plan.targets.every((target) => layerLimitError(target) === null)
  );
}

/** Plans what is wanted, again whenever it changes, and pushes it. `onPushed` is told of the job. */
export function usePlannedPush({ request, force }: PushWish, onPushed: (jobId: string) => void): PlannedPush {
  const client = useClient();
  const [round, setRound] = useState(0);
  const [pushing, setPushing] = useState(false);
  const [refused, setRefused] = useState<ErrorData | null>(null);
  const refuse = (thrown: unknown): void => setRefused(toAppError(thrown).toData());
  // What changes only how it is sent makes no new plan.
  const view = usePlan(client, request && { ...request, verify: false, concurrency: null, pieceSize: null }, round);
  const error = refused ?? view.error;
  const ready = request !== null && canPush(view) && error === null && !pushing;

  async function push(): Promise<void> {
    if (!ready || view.plan === null) return;
    setPushing(true);
    setRefused(null);
    try {
      const job = await client.call('jobs.push', {
        ...request,
        ...(force ? {} : { expectedTags: shownTags(view.plan) }),
        // What is being read for the plan is read on, not anew.
        ...(view.planId === null ? {} : { planId: view.planId }),
      });
      onPushed(job.id);
    } catch (thrown) {
      refuse(thrown);
      setPushing(false);
    }
  }

  return {
    view,
    error,
    ready,
    push: () => void push(),
    planAgain: () => {
      setRefused(null);
      setRound((before) => before + 1);
    },
    clearRefusal: () => setRefused(null),
    copy: (text) => {
      // The clipboard belongs to the host; nothing here waits for it.
      client.call('app.copyText', { text }).catch(refuse);
    },
  };
}
