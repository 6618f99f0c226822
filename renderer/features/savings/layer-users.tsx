import { X } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import { tagWords } from '../../../shared/layout/treemap-cells.ts';
import { imageKey } from '../../../shared/layout/treemap-place.ts';
import type { ImageName, LayerUsers } from '../../../shared/models/sharing.ts';
import { FrontCut } from '../../ui/front-cut.tsx';

/** Who else needs a layer; each of them leads to its place in the map. */
export function LayerUsersPanel(props: {
  readonly users: LayerUsers;
  readonly onImage: (image: ImageName) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { users, onImage, onClose } = props;
  const { t } = useTranslation('savings');
  return (
    <section className="savings-panel" aria-label={t('alsoUsedBy')}>
      <div className="savings-panel-head">
        <h3>
          {t('layerName', { digest: shortDigest(users.digest) })}
          {users.size !== null && <span>{formatBytes(users.size)}</span>}
        </h3>
        <Button className="icon-button" aria-label={t('close')} onPress={onClose}>
          <X size={14} strokeWidth={1.75} aria-hidden="true" />
        </Button>
      </div>
      <p>{users.count <= 1 ? t('usedOnlyBy') : t('usedByThese', { count: users.count })}</p>
      <ul className="savings-names">
        {users.users.map((user) => (
          <li key={imageKey(user)}>
            <Button className="row-link" data-tip={user.tags.join('\n')} onPress={() => onImage(user)}>
              <FrontCut path={`${user.registry}/${user.repository}`} end={tagWords(user)} />
            </Button>
            <span>{formatBytes(user.packed)}</span>
          </li>
        ))}
      </ul>
      {users.count > users.users.length && <p>{t('andMore', { count: users.count - users.users.length })}</p>}
    </section>
  );
}
