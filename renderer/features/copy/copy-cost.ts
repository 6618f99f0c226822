import type { TFunction } from 'i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { CopyDocument } from '../../../shared/models/copy.ts';

/** Packed bytes of a planned copy by what happens to them. */
export interface CopyCost {
  /** Through this computer, in any case. */
  readonly streamed: number;
  /** Of them, made here from a disk or taken from the local store instead of read from the source. */
  readonly made: number;
  /** Inside of the registry. */
  readonly mounted: number;
  /** Of them, streamed after all where the registry turns out not to mount. */
  readonly untried: number;
  /** At the target already. */
  readonly present: number;
}

/** What a planned copy costs. */
export function copyCost({ bytes, targets }: CopyDocument): CopyCost {
  return {
    streamed: bytes.uploaded,
    made: targets.reduce((sum, { hereBytes }) => sum + hereBytes, 0),
    mounted: bytes.mounted,
    untried: targets.reduce((sum, { untriedBytes }) => sum + untriedBytes, 0),
    present: bytes.present,
  };
}

/** The cost in sentences, the largest matter first. */
export function costSentences(t: TFunction<'copy'>, cost: CopyCost): readonly string[] {
  const { streamed, made, mounted, untried, present } = cost;
  return [
    streamed > 0 ? t('cost.streamed', { bytes: formatBytes(streamed) }) : '',
    made > 0 ? t('cost.made', { bytes: formatBytes(made) }) : '',
    mounted > 0 ? t('cost.mounted', { bytes: formatBytes(mounted) }) : '',
    untried > 0 ? t('cost.untried', { bytes: formatBytes(untried) }) : '',
    present > 0 ? t('cost.present', { bytes: formatBytes(present) }) : '',
    streamed + mounted + present === 0 ? t('cost.nothing') : '',
  ].filter((sentence) => sentence !== '');
}

/** `4.2 GB`, or `0–4.2 GB` where it depends on whether the registry mounts. */
export function costFigure({ streamed, untried }: CopyCost): string {
  if (untried === 0) return formatBytes(streamed);
  return `${formatBytes(streamed)} – ${formatBytes(streamed + untried)}`;
}
