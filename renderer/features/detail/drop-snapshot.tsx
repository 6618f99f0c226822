import { type ReactElement, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Snapshot } from '../../../shared/models/snapshot.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { useClient } from '../../state/client.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { momentWords } from '../../ui/moment.ts';
import { useErrorWords } from '../push/use-error-words.ts';

/** A snapshot that would go: dropped, or unpinned while only its pin keeps it. */
export interface SnapshotLoss {
  readonly snapshot: Snapshot;
  readonly by: 'drop' | 'unpin';
}

/** Asks before a snapshot goes, and says what that frees and what it was kept for. */
export function DropSnapshot(props: {
  readonly loss: SnapshotLoss;
  readonly vm: Vm;
  readonly onClose: () => void;
}): ReactElement {
  const { loss, vm, onClose } = props;
  const { id, madeMs, onlyHere, keptFor } = loss.snapshot;
  const { t, i18n } = useTranslation('snapshots');
  const client = useClient();
  const words = useErrorWords();
  const [error, setError] = useState<ErrorData | null>(null);
  const title = t(`${loss.by}Title`, { time: momentWords(madeMs, i18n.language) });
  const kept = { pin: t('wasPinned'), job: t('wasJob'), base: t('wasBase', { name: vm.name }) };
  const act = (): void => {
    const done =
      loss.by === 'drop' ? client.call('snapshots.drop', { id }) : client.call('snapshots.pin', { id, pinned: false });
    done.then(onClose, (thrown: unknown) => setError(toAppError(thrown).toData()));
  };
  return (
    <DialogFrame title={title} role="alertdialog" onClose={onClose}>
      <p className="dialog-text">
        {t('frees', { bytes: formatBytes(onlyHere) })} {loss.by === 'unpin' ? t('unpinDrops') : kept[keptFor]}
      </p>
      {error !== null && (
        <p className="field-error" role="alert">
          {words(error).what} {words(error).means}
        </p>
      )}
      <div className="dialog-foot">
        <Button className="button" autoFocus onPress={onClose}>
          {t('cancel')}
        </Button>
        <Button className="button button-danger" onPress={act}>
          {t(`${loss.by}Act`)}
        </Button>
      </div>
    </DialogFrame>
  );
}
