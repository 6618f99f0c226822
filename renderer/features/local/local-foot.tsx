import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { VmList } from '../../../shared/models/vm.ts';

/** What the disks take. Blocks that clones share are counted in each of them, so the sum is an upper bound where any are shared. */
export function LocalFoot({ list }: { readonly list: VmList }): ReactElement {
  const { t } = useTranslation('panes');
  const used = list.vms.reduce((sum, { sizes }) => sum + (sizes?.allocated ?? 0), 0);
  const shared = list.vms.reduce((sum, { sizes }) => sum + (sizes?.shared ?? 0), 0);
  return (
    <footer className="pane-foot">
      <div>
        <span>{t('usedOnDisk')}</span>
        <b>{shared > 0 ? t('upTo', { size: formatBytes(used) }) : formatBytes(used)}</b>
      </div>
      {shared > 0 && (
        <div>
          <span>{t('sharedByClones')}</span>
          <span>{formatBytes(shared)}</span>
        </div>
      )}
      {list.volume !== null && (
        <div>
          <span>{t('free')}</span>
          <span>{formatBytes(list.volume.free)}</span>
        </div>
      )}
    </footer>
  );
}
