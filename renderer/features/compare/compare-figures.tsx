import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { totalBytes } from '../../../shared/format/compared.ts';
import type { ComparedTotal, Comparison } from '../../../shared/models/comparison.ts';
import { sentenceGap } from '../../ui/sentence-gap.ts';

function Figure(props: { readonly label: string; readonly total: ComparedTotal; readonly note: string }): ReactElement {
  const { label, total, note } = props;
  return (
    <div className="compare-figure">
      <dt>{label}</dt>
      <dd>{totalBytes(total)}</dd>
      <dd>{note}</dd>
    </div>
  );
}

/** What both have and what only one has, in figures and as a bar; and what pushing A to B's place would send. */
export function CompareFigures(props: {
  readonly comparison: Comparison;
  /** Makes the plan of that push; null = there is none to make. */
  readonly onPlan: (() => void) | null;
}): ReactElement {
  const { comparison, onPlan } = props;
  const { totals, nvram } = comparison;
  const { t } = useTranslation('compare');
  const chunks = (total: ComparedTotal): string => t('chunks', { count: total.chunks });
  const whole = totals.common.bytes + totals.onlyA.bytes + totals.onlyB.bytes;
  const parts = [
    ['onlyA', totals.onlyA.bytes],
    ['common', totals.common.bytes],
    ['onlyB', totals.onlyB.bytes],
  ] as const;
  return (
    <>
      <div className="compare-summary">
        <dl className="compare-figures">
          <Figure
            label={t('figure.common')}
            total={totals.common}
            note={nvram === 'same' ? t('andNvram', { chunks: chunks(totals.common) }) : chunks(totals.common)}
          />
          <Figure label={t('figure.onlyA')} total={totals.onlyA} note={chunks(totals.onlyA)} />
          <Figure label={t('figure.onlyB')} total={totals.onlyB} note={chunks(totals.onlyB)} />
          <Figure
            label={t('figure.moved')}
            total={totals.moved}
            note={t('atAnotherPlace', { chunks: chunks(totals.moved) })}
          />
          {totals.unknown.chunks > 0 && (
            <Figure
              label={t('figure.unknown')}
              total={totals.unknown}
              note={t('rawNotRead', { chunks: chunks(totals.unknown) })}
            />
          )}
        </dl>
        <Pushing comparison={comparison} onPlan={onPlan} />
      </div>
      <div className="compare-bar" aria-hidden="true">
        {whole > 0 &&
          parts.map(([name, bytes]) =>
            bytes === 0 ? null : <span key={name} data-part={name} style={{ flexGrow: bytes / whole }} />,
          )}
      </div>
    </>
  );
}

function Pushing(props: {
  readonly comparison: Comparison;
  readonly onPlan: (() => void) | null;
}): ReactElement | null {
  const { comparison, onPlan } = props;
  const { t, i18n } = useTranslation('compare');
  const { a, pushing } = comparison;
  if (pushing === null || (a.registry === pushing.registry && a.repository === pushing.repository)) return null;
  const bytes = totalBytes({ bytes: pushing.sends, estimated: pushing.estimated });
  const action = a.kind === 'vm' ? 'push' : 'copy';
  return (
    <p className="compare-pushing">
      {t(pushing.unknown > 0 ? `${action}SendsAtLeast` : `${action}Sends`, { bytes })}
      {sentenceGap(i18n.language)}
      {pushing.mounts > 0 ? t('restInOtherTags', { bytes: formatBytes(pushing.mounts) }) : t('restIsThere')}{' '}
      {onPlan !== null && (
        <Button className="compare-plan" onPress={onPlan}>
          {t('makePlan')}
        </Button>
      )}
    </p>
  );
}
