import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { tagWords } from '../../../shared/layout/treemap-cells.ts';
import { imageKey } from '../../../shared/layout/treemap-place.ts';
import type { ImageRemoval } from '../../../shared/models/sharing.ts';
import { FrontCut } from '../../ui/front-cut.tsx';

type RemovalOfRegistry = ImageRemoval['registries'][number];

/** How many of those that keep bytes are named. */
const NAMED_KEEPERS = 5;

/** What removing the chosen images would free, where, and because of whom the rest stays. Removes nothing. */
export function RemovalPanel(props: {
  readonly count: number;
  readonly removal: ImageRemoval;
  readonly onClear: () => void;
}): ReactElement {
  const { count, removal, onClear } = props;
  const { t } = useTranslation('savings');
  return (
    <section className="savings-panel" aria-label={t('removal')}>
      <div className="savings-panel-head">
        <h3>
          <span role="status">
            {removal.freed === null
              ? t('removalUncounted', { count })
              : t('removalFrees', { count, freed: formatBytes(removal.freed), packed: formatBytes(removal.packed) })}
          </span>
        </h3>
        <Button className="quiet-button" onPress={onClear}>
          {t('clearChoice')}
        </Button>
      </div>
      {removal.registries.map((registry) => (
        <RegistryRemoval key={registry.host} registry={registry} />
      ))}
      <p>{t('removalNote')}</p>
    </section>
  );
}

function RegistryRemoval({ registry }: { readonly registry: RemovalOfRegistry }): ReactElement {
  const { t } = useTranslation('savings');
  const { host, freed, packed, repositories, keptBy, keepers, unread } = registry;
  return (
    <>
      <table className="table savings-table removal-table" aria-label={t('removalAt', { host })}>
        <thead>
          <tr>
            <th>{host}</th>
            <th className="end">{t('column.images')}</th>
            <th className="end">{t('column.packed')}</th>
            <th className="end">{t('column.freed')}</th>
          </tr>
        </thead>
        <tbody>
          {repositories.map((one) => (
            <tr key={one.repository}>
              <td>
                <FrontCut path={one.repository} />
              </td>
              <td className="end quiet-cell">{one.images}</td>
              <td className="end">{formatBytes(one.packed)}</td>
              <td className="end">{one.freed === null ? '' : formatBytes(one.freed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {keptBy.length > 0 && freed !== null && (
        <>
          <p>{t('keptBy', { bytes: formatBytes(packed - freed) })}</p>
          <ul className="savings-names">
            {keptBy.slice(0, NAMED_KEEPERS).map((keeper) => (
              <li key={imageKey(keeper)} data-tip={keeper.tags.join('\n')}>
                <FrontCut path={`${keeper.registry}/${keeper.repository}`} end={tagWords(keeper)} />
                <span>{formatBytes(keeper.bytes)}</span>
              </li>
            ))}
          </ul>
          {keepers > NAMED_KEEPERS && <p>{t('andMore', { count: keepers - Math.min(keepers, NAMED_KEEPERS) })}</p>}
        </>
      )}
      {unread > 0 && <p>{t('unreadKeep', { count: unread })}</p>}
    </>
  );
}
