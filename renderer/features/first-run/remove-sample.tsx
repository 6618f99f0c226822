import type { ReactElement } from 'react';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { SAMPLE_REPOSITORY, type SampleState } from '../../../shared/models/sample.ts';

/** Asks before all that came of trying goes, and says what that is. */
export function RemoveSample(props: {
  readonly sample: SampleState;
  readonly onRemove: () => void;
  readonly onClose: () => void;
}): ReactElement {
  const { sample, onRemove, onClose } = props;
  const { t } = useTranslation('firstRun');
  return (
    <ModalOverlay
      className="dialog-backdrop"
      isOpen
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className="dialog">
        <Dialog role="alertdialog">
          <Heading slot="title">{t('remove.question')}</Heading>
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
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
