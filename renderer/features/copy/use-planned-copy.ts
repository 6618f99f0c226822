import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { useClient } from '../../state/client.ts';
import type { CopyStart } from './copy-start.ts';
import { type CopiedTag, type CopyWish, copiedTags, copyRequest, isTaken, shownTags } from './copy-wish.ts';
import { removalObstacle } from './removal-choice.tsx';
import { tellCopy } from './tell-copy.ts';
import { type CopyPlanView, useCopyPlan } from './use-copy-plan.ts';
import { rememberMove } from './use-moves.ts';
import { chosenRemovals, type RemovalPlan, useRemovalPlan } from './use-removal-plan.ts';
import type { TypedCopy } from './use-typed-copy.ts';

/** The plan of what was typed, and the copy that it leads to. */
export interface PlannedCopy {
  readonly view: CopyPlanView;
  /** What taking the tags from the source would do, while a move is wanted. */
  readonly removal: RemovalPlan;
  readonly tags: readonly CopiedTag[];
  /** Those of the tags that have another image at the target. */
  readonly taken: readonly CopiedTag[];
  /** Two tags would have one name. */
  readonly doubled: boolean;
  /** Every tag is there already, or stays what it is. */
  readonly nothing: boolean;
  /** Why there is no plan, or why the copy was not taken up; null = nothing is wrong. */
  readonly error: ErrorData | null;
  /** The copy can begin. */
  readonly ready: boolean;
  readonly copy: () => void;
  readonly planAgain: () => void;
  /** What was refused belongs to what was typed before. */
  readonly clearRefusal: () => void;
}

/** See {@link usePlannedCopy}. */
export interface PlannedCopyParts {
  readonly start: CopyStart;
  readonly typed: TypedCopy;
  /** Shows the job. */
  readonly onShow: (jobId: string) => void;
  /** The copy was taken up. */
  readonly onBegun: () => void;
}

/** Plans what was typed, again whenever it changes, and begins the copy. A move is remembered, and done when the copy is. */
export function usePlannedCopy({ start, typed, onShow, onBegun }: PlannedCopyParts): PlannedCopy {
  const { t } = useTranslation('copy');
  const client = useClient();
  const { cargo } = start;
  const { wish, renamed, existing, referrers, moving, way } = typed;
  const [refused, setRefused] = useState<ErrorData | null>(null);
  const [round, setRound] = useState(0);
  const [starting, setStarting] = useState(false);
  const request = wish === null ? null : copyRequest(wish);
  const view = useCopyPlan(request, round, start.plan);
  const removal = useRemovalPlan(cargo, moving);

  const shown: CopyWish = wish ?? { cargo, place: { host: '', repository: '' }, names: renamed, existing, referrers };
  const tags = copiedTags(shown, view.stale ? null : view.plan);
  const taken = tags.filter(isTaken);
  const doubled = new Set(tags.map(({ to }) => to)).size < tags.length;
  const renamedAgain = taken.some(({ tag }) => tag !== null && renamed.has(tag));
  const undecided = taken.length > 0 && (existing === null || (existing === 'rename' && renamedAgain));
  const nothing = tags.every(({ state }) => state === 'same' || state === 'kept');
  const ready =
    view.plan !== null &&
    !view.stale &&
    view.error === null &&
    !undecided &&
    !doubled &&
    !starting &&
    (moving ? removalObstacle(removal, way) === null : !nothing);
  const planAgain = (): void => setRound((before) => before + 1);

  /** What goes from the source when the copy is done: what stays away at the target stays there. */
  function rememberRemovals(jobId: string): void {
    if (!moving || removal.plan === null) return;
    const kept = new Set(tags.flatMap(({ tag, state }) => (state === 'kept' && tag !== null ? [tag] : [])));
    const changes = chosenRemovals(removal.plan, way).filter(({ tag }) => !kept.has(tag));
    const { host, repository } = cargo;
    if (changes.length > 0) rememberMove({ jobId, host, repository, changes });
  }

  async function copy(): Promise<void> {
    if (!ready || request === null || wish === null) return;
    setStarting(true);
    setRefused(null);
    try {
      const job = await client.call('jobs.copy', { ...request, expectedTags: shownTags(view.plan) });
      rememberRemovals(job.id);
      tellCopy(t, `${wish.place.host}/${wish.place.repository}`, () => onShow(job.id));
      onBegun();
    } catch (thrown) {
      setRefused(toAppError(thrown).toData());
      setStarting(false);
      planAgain();
    }
  }

  return {
    view,
    removal,
    tags,
    taken,
    doubled,
    nothing,
    error: refused ?? view.error,
    ready,
    copy: () => void copy(),
    planAgain,
    clearRefusal: () => setRefused(null),
  };
}
