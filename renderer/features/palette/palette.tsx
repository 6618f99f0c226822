import type { ReactElement } from 'react';
import { Dialog, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { PaletteForm } from './palette-form.tsx';
import type { PaletteActs, PaletteSources } from './palette-items.ts';
import './palette.css';

/** See {@link Palette}. */
export interface PaletteProps {
  readonly sources: PaletteSources;
  readonly acts: PaletteActs;
  readonly onClose: () => void;
}

/** Finds images, registries, repositories, tags and commands by their words, and does them. */
export function Palette(props: PaletteProps): ReactElement {
  const { t } = useTranslation('palette');
  return (
    <ModalOverlay
      className="palette-overlay"
      isOpen
      isDismissable
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
    >
      <Modal className="palette">
        <Dialog aria-label={t('title')}>
          <PaletteForm {...props} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
