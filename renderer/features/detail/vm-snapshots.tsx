import { Ellipsis, GitCompare, Pin, PinOff, Trash2 } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Snapshot } from '../../../shared/models/snapshot.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { useClient } from '../../state/client.ts';
import { useSnapshots } from '../../state/use-snapshots.ts';
import { MenuButton } from '../../ui/menu-button.tsx';
import { momentWords } from '../../ui/moment.ts';
import { compareImages } from '../compare/compare-start.ts';
import { DropSnapshot, type SnapshotLoss } from './drop-snapshot.tsx';

/** The snapshots of a VM that are kept, with what each holds alone; nothing while there is none. */
export function VmSnapshots({ vm }: { readonly vm: Vm }): ReactElement | null {
  const { t } = useTranslation('snapshots');
  const snapshots = useSnapshots(vm.id);
  const [asked, setAsked] = useState<SnapshotLoss | null>(null);
  if (snapshots.length === 0) return null;
  const held = snapshots.reduce((sum, { onlyHere }) => sum + onlyHere, 0);
  return (
    <section>
      <h2 className="section-title">
        {t('title')} <span data-tip={t('tip')}>{t('held', { bytes: formatBytes(held) })}</span>
      </h2>
      <table className="table snapshots-table" aria-label={t('title')}>
        <thead>
          <tr>
            <th>{t('made')}</th>
            <th>{t('keptFor')}</th>
            <th className="end">{t('onlyHere')}</th>
            <th className="end optional">{t('locked')}</th>
            <th className="end" aria-label={t('commands')} />
          </tr>
        </thead>
        <tbody>
          {snapshots.map((snapshot) => (
            <SnapshotRow key={snapshot.id} snapshot={snapshot} vm={vm} onAsk={setAsked} />
          ))}
        </tbody>
      </table>
      {asked !== null && <DropSnapshot loss={asked} vm={vm} onClose={() => setAsked(null)} />}
    </section>
  );
}

function SnapshotRow(props: {
  readonly snapshot: Snapshot;
  readonly vm: Vm;
  readonly onAsk: (loss: SnapshotLoss) => void;
}): ReactElement {
  const { snapshot, vm, onAsk } = props;
  const { id, madeMs, pinned, pinAlone, keptFor, onlyHere, lockedMs } = snapshot;
  const { t, i18n } = useTranslation('snapshots');
  const { t: compare } = useTranslation('compare');
  const client = useClient();
  const label = t('commandsOf', { time: momentWords(madeMs, i18n.language) });
  const beside = {
    id: 'compare',
    label: compare('compareNow'),
    icon: GitCompare,
    act: () => compareImages({ kind: 'snapshot', name: id }, { kind: 'vm', name: vm.id }),
  };
  const pin = {
    id: 'pin',
    label: t(pinned ? 'unpin' : 'pin'),
    icon: pinned ? PinOff : Pin,
    act: (): void => {
      if (pinAlone) onAsk({ snapshot, by: 'unpin' });
      // One that went meanwhile is gone from the list as well.
      else void client.call('snapshots.pin', { id, pinned: !pinned }).catch(() => undefined);
    },
  };
  const drop = { id: 'drop', label: t('drop'), icon: Trash2, act: () => onAsk({ snapshot, by: 'drop' }) };
  return (
    <tr>
      <td>{momentWords(madeMs, i18n.language)}</td>
      <td className="quiet-cell">{t(`for.${keptFor}`)}</td>
      <td className="end">{formatBytes(onlyHere)}</td>
      <td className="end optional quiet-cell">{t('ms', { ms: Math.round(lockedMs) })}</td>
      <td className="end snapshot-end">
        <MenuButton
          className="icon-button snapshot-more"
          label={label}
          groups={[vm.defect === null ? [beside] : [], [pin], [drop]]}
          edge="end"
          bare
        >
          <Ellipsis size={14} strokeWidth={1.75} aria-hidden="true" />
        </MenuButton>
      </td>
    </tr>
  );
}
