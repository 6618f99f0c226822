import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Snapshot } from '../../../shared/models/snapshot.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { useClient } from '../../state/client.ts';
import { momentWords } from '../../ui/moment.ts';
import { vmTitle } from '../local/vm-title.ts';
import { AlertQuestion } from '../push/alert-question.tsx';

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
  const kept = { pin: t('wasPinned'), job: t('wasJob'), base: t('wasBase', { name: vmTitle(vm) }) };
  return (
    <AlertQuestion
      title={t(`${loss.by}Title`, { time: momentWords(madeMs, i18n.language) })}
      cancel={t('cancel')}
      act={t(`${loss.by}Act`)}
      onAct={() =>
        loss.by === 'drop' ? client.call('snapshots.drop', { id }) : client.call('snapshots.pin', { id, pinned: false })
      }
      onClose={onClose}
    >
      {t('frees', { bytes: formatBytes(onlyHere) })} {loss.by === 'unpin' ? t('unpinDrops') : kept[keptFor]}
    </AlertQuestion>
  );
}
