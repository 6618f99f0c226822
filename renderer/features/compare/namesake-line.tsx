import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { ComparedName, ComparedSide } from '../../../shared/models/comparison.ts';

/** Says that a side's tag names another image elsewhere, and takes that one in its place; nothing where it does not. */
export function NamesakeLine(props: {
  readonly letter: 'A' | 'B';
  readonly side: ComparedSide | null;
  readonly onChoose: (name: ComparedName) => void;
}): ReactElement | null {
  const { letter, side, onChoose } = props;
  const { t } = useTranslation('compare');
  if (side === null || side.namesake === null) return null;
  const { place, tag, digest, name } = side.namesake;
  return (
    <p className="compare-namesake" data-letter={letter}>
      {t(`namesake.${place}`, { tag, digest: `sha256:${shortDigest(digest)}` })}{' '}
      <button type="button" className="link-button" onClick={() => onChoose(name)}>
        {t('takeNamesake')}
      </button>
    </p>
  );
}
