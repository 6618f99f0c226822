import { Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import { askForRepository } from '../../state/repository-request.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { momentWords } from '../../ui/moment.ts';
import { emptyRegistry } from '../registries/empty-registry.ts';
import { packedSum } from '../registries/tree-rows.ts';

/** See {@link RepositoryTable}. */
export interface RepositoryTableProps {
  readonly registry: Registry;
  /** `host/repository` */
  readonly onSelect: (key: string) => void;
}

/** The repositories of a registry as they were last listed and read. */
export function RepositoryTable({ registry, onSelect }: RepositoryTableProps): ReactElement {
  const { t, i18n } = useTranslation('panes');
  const { host, repositories } = registry;
  return (
    <section>
      <div className="section-title">
        <h2>{t('repositoriesHead')}</h2>
        {registry.listedMs !== null && (
          <span>{t('asOf', { time: momentWords(registry.listedMs, i18n.language) })}</span>
        )}
        <Button className="quiet-button button-small" onPress={() => askForRepository(host)}>
          <Plus size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('browse:pinDots')}
        </Button>
      </div>
      {repositories.length === 0 ? (
        <p className="nothing">{t(emptyRegistry(registry))}</p>
      ) : (
        <table className="table repositories-table" aria-label={t('repositoriesHead')}>
          <thead>
            <tr>
              <th>{t('repository')}</th>
              <th className="end">{t('tagsHead')}</th>
              <th className="end optional">{t('digestsHead')}</th>
              <th className="end">{t('packed')}</th>
              <th className="end spare">{t('lastRead')}</th>
            </tr>
          </thead>
          <tbody>
            {repositories.map((repository) => (
              <RepositoryRow
                key={repository.repository}
                repository={repository}
                onSelect={() => onSelect(`${host}/${repository.repository}`)}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function RepositoryRow(props: {
  readonly repository: Registry['repositories'][number];
  readonly onSelect: () => void;
}): ReactElement {
  const { i18n } = useTranslation('panes');
  const { repository, readMs, tagCount, groups } = props.repository;
  const size = packedSum(props.repository);
  const read = readMs !== null;
  return (
    <tr>
      <td>
        <Button className="row-link" onPress={props.onSelect}>
          <FrontCut path={repository} />
        </Button>
      </td>
      <td className="end">{read ? tagCount : ''}</td>
      <td className="end optional">{read ? groups.length : ''}</td>
      <td className="end">{size === null ? '' : formatBytes(size)}</td>
      <td className="end quiet-cell spare">{readMs === null ? '' : momentWords(readMs, i18n.language)}</td>
    </tr>
  );
}
