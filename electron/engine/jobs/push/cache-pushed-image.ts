import { toAppError } from '../../../../shared/errors/app-error.ts';
import type { PushDraft } from '../../plan/push-draft.ts';
import type { SettledManifest } from '../../plan/settle-manifest.ts';
import type { Clock } from '../../ports.ts';
import { populateCache } from '../../tart/populate-cache.ts';

/** Puts the image that was pushed into Tart's cache. What goes wrong is told in the document: the push itself is done. */
export async function cachePushedImage(
  draft: PushDraft,
  manifest: SettledManifest,
  tartHome: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { source, configBytes } = draft;
  try {
    await populateCache(
      {
        tartHome,
        manifest,
        configBytes,
        diskPath: source.diskPath,
        nvramPath: source.nvramPath,
        places: draft.targets.map(({ registry, repository, states }) => ({
          registry,
          repository,
          tags: states.map(({ tag }) => tag),
        })),
        confirmUnchanged: () => source.confirmUnchanged(),
      },
      clock,
      AbortSignal.any([signal, source.lost]),
    );
    draft.populatedCache = { error: null };
  } catch (thrown) {
    draft.populatedCache = { error: toAppError(thrown).toData() };
  }
}
