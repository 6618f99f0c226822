import { FolderOpen, FolderSearch } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { VmList } from '../../../shared/models/vm.ts';

/** Nothing found: where Tartan looked, and what to do. */
export function NoVm(props: {
  readonly list: VmList;
  readonly onChooseHome: () => void;
  readonly onLookAgain: () => void;
}): ReactElement {
  const { t } = useTranslation('panes');
  const { list, onChooseHome, onLookAgain } = props;
  return (
    <div className="empty no-vm">
      <h3>{t('noVm')}</h3>
      <p>{t('lookedHere')}</p>
      <ul>
        {list.places.map(({ path, role, found }) => (
          <li key={path}>
            <FolderSearch size={15} strokeWidth={1.75} aria-hidden="true" />
            <div>
              <code data-tip={path}>{path}</code>
              <span>{t(`place.${role}`)}</span>
            </div>
            <span>{t(found ? 'found' : 'notThere')}</span>
          </li>
        ))}
      </ul>
      <p className="no-vm-actions">
        <Button className="button button-small" onPress={onChooseHome}>
          <FolderOpen size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('chooseHome')}
        </Button>
        <Button className="quiet-button" onPress={onLookAgain}>
          {t('lookAgain')}
        </Button>
      </p>
      <p>{t('setHome')}</p>
    </div>
  );
}
