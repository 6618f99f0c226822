import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { SAMPLE_REPOSITORY, type SampleState } from '../../../shared/models/sample.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';

/** Asks before all that came of trying goes, and says what that is. */
export function RemoveSample(props: {
  readonly sample: SampleState;
  readonly onRemove: () => void;
  readonly onClose: () => void;
}): ReactElement {
  const { sample, onRemove, onClose } = props;
  const { t } = useTranslation('firstRun');
  return (
    <DialogFrame title={t('remove.question')} role="alertdialog" onClose={onClose}>
      <ul className="remove-sample">
        <li>{t('remove.vm', { disk: formatBytes(sample.diskSize) })}</li>
        <li>{t('remove.images', { repository: SAMPLE_REPOSITORY })}</li>
        <li>{t('remove.jobs')}</li>
        <li>{t('remove.registry')}</li>
      </ul>
      <p className="dialog-text">{t('remove.kept')}</p>
      <div className="dialog-foot">
        <Button className="button" autoFocus onPress={onClose}>
          {t('cancel')}
        </Button>
        <Button
          className="button button-danger"
          onPress={() => {
            onRemove();
            onClose();
          }}
        >
          {t('removeAll')}
        </Button>
      </div>
    </DialogFrame>
  );
}
