import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { SharedPair } from '../../../shared/layout/shared-pairs.ts';
import { imageKey } from '../../../shared/layout/treemap-place.ts';
import type { ImageName } from '../../../shared/models/sharing.ts';
import { longName, pairWords, shortName } from './pair-words.ts';

/** What a pair shares, and what deleting either would free. */
export function PairFacts(props: {
  readonly pair: SharedPair;
  /** Compares the two; null where there is nothing to compare them with. */
  readonly onCompare: ((a: ImageName, b: ImageName) => void) | null;
}): ReactElement {
  const { pair, onCompare } = props;
  const { a, b } = pair;
  const { t } = useTranslation('savings');
  return (
    <div className="pair-facts" role="status">
      <p>
        <b data-tip={`${longName(a)}\n${longName(b)}`}>{t('pair', { a: shortName(a), b: shortName(b) })}</b>
        <span>{pairWords(t, pair)}</span>
      </p>
      {[a, b].map((image) => (
        <p key={imageKey(image)} data-tip={longName(image)}>
          <span>{t('deletingFrees', { name: shortName(image) })}</span>
          <b>
            {image.unique === null
              ? t('notCounted')
              : t('xOfY', { part: formatBytes(image.unique), whole: formatBytes(image.packed) })}
          </b>
        </p>
      ))}
      {onCompare !== null && (
        <Button className="link-button" onPress={() => onCompare(a, b)}>
          {t('compareTwo')}
        </Button>
      )}
    </div>
  );
}
