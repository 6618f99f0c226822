import { useTranslation } from 'react-i18next';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { CopyDocument } from '../../../shared/models/copy.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { TagPlan } from '../../../shared/models/tag-edit.ts';
import { useClient } from '../../state/client.ts';
import { showToast } from '../../state/toasts.ts';
import type { ImageCargo } from '../drag/cargo.ts';
import type { DropTarget } from '../drag/drop-target.ts';
import { askCopy } from './copy-start.ts';
import { type CopyPlace, type CopyWish, copiedTags, copyRequest, isTaken, shownTags } from './copy-wish.ts';
import { removalObstacle } from './removal-choice.tsx';
import { tellCopy } from './tell-copy.ts';
import { rememberMove } from './use-moves.ts';
import { removals } from './use-removal-plan.ts';

/** Questions that take longer than this are told. ms */
const TOLD_MS = 500;

/** See {@link useDropCopy}. */
export interface DropCopyParts {
  readonly registries: readonly Registry[];
  readonly onShow: (jobId: string) => void;
}

/**
 * Carries out a drop of images. It begins at once where there is nothing to ask: every tag is new or the same there, and a
 * move takes no more from the source than what is carried. Else the dialog opens with what was found.
 */
export function useDropCopy(parts: DropCopyParts): (cargo: ImageCargo, target: DropTarget, moving: boolean) => void {
  const { registries, onShow } = parts;
  const { t } = useTranslation('copy');
  const client = useClient();

  async function begin(cargo: ImageCargo, place: CopyPlace, moving: boolean): Promise<void> {
    const name = `${place.host}/${place.repository}`;
    const wish: CopyWish = { cargo, place, names: new Map(), existing: null, referrers: false };
    const request = copyRequest(wish);
    const told = setTimeout(() => showToast({ title: t('planning'), more: name, action: null }), TOLD_MS);
    let plan: CopyDocument | null = null;
    try {
      const [copied, removed] = await Promise.all([client.call('copies.plan', request), removalOf(cargo, moving)]);
      plan = copied;
      const tags = copiedTags(wish, copied);
      if (tags.some(isTaken) || (moving && removalObstacle({ plan: removed, error: null }, null) !== null)) {
        askCopy({ cargo, place: name, moving, plan });
        return;
      }
      if (!moving && tags.every(({ state }) => state === 'same')) {
        showToast({ title: t('nothingToCopy'), more: name, action: null });
        return;
      }
      const { id } = await client.call('jobs.copy', { ...request, expectedTags: shownTags(copied) });
      if (removed !== null) {
        const changes = removed.changes.map(({ change }) => change);
        rememberMove({ jobId: id, host: cargo.host, repository: cargo.repository, changes });
      }
      tellCopy(t, name, () => onShow(id));
    } catch (thrown) {
      // The dialog asks again and says what is wrong, with what can be done about it.
      if (thrown instanceof AppError) askCopy({ cargo, place: name, moving, plan });
      else throw thrown;
    } finally {
      clearTimeout(told);
    }
  }

  async function removalOf(cargo: ImageCargo, moving: boolean): Promise<TagPlan | null> {
    const changes = moving ? removals(cargo) : [];
    const { host, repository } = cargo;
    return changes.length === 0 ? null : await client.call('tags.plan', { host, repository, insecure: false, changes });
  }

  return (cargo, { host, repository }, moving) => {
    if (repository !== null) {
      void begin(cargo, { host, repository }, moving);
      return;
    }
    const there = registries.find((registry) => registry.host === host);
    const free =
      host !== cargo.host && there?.repositories.every((one) => one.repository !== cargo.repository) === true;
    askCopy({ cargo, place: `${host}/${free ? cargo.repository : ''}`, moving, plan: null });
  };
}
