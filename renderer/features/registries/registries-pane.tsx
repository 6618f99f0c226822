import { ChevronRight, Package, Plus } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { Button, Collection, Tree, TreeItem, TreeItemContent } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { Registry, Repository, TagGroup } from '../../../shared/models/registry.ts';
import { timeOfDay } from '../transfers/job-row.tsx';
import { AddRegistry } from './add-registry.tsx';

export interface RegistriesPaneProps {
  readonly registries: readonly Registry[];
  readonly selected: string | null;
  /** `host`, `host/repository` or `host/repository@digest`. */
  readonly onSelect: (key: string) => void;
}

function Chevron(): ReactElement {
  return (
    <Button slot="chevron" className="chevron">
      <ChevronRight size={14} strokeWidth={1.75} />
    </Button>
  );
}

function GroupRow({ id, group }: { readonly id: string; readonly group: TagGroup }): ReactElement {
  return (
    <TreeItem id={id} textValue={group.tags.join(' ')} className="tree-row" data-level="3">
      <TreeItemContent>
        <span className="tokens" title={group.tags.join(' ')}>
          {group.tags.map((tag) => (
            <span className="tag-token" key={tag}>
              {tag}
            </span>
          ))}
        </span>
        <span className="digest" title={group.digest}>
          {shortDigest(group.digest)}
        </span>
        <span className="figure">{group.size === null ? '' : formatBytes(group.size)}</span>
      </TreeItemContent>
    </TreeItem>
  );
}

function RepositoryRow({ host, repository }: { readonly host: string; readonly repository: Repository }): ReactElement {
  const { t, i18n } = useTranslation('app');
  const id = `${host}/${repository.repository}`;
  const aside =
    repository.readMs === null
      ? t('notRead')
      : `${t('tags', { count: repository.tagCount ?? 0 })}, ${t('asOf', { time: timeOfDay(repository.readMs, i18n.language) })}`;
  return (
    <TreeItem id={id} textValue={repository.repository} className="tree-row" data-level="2">
      <TreeItemContent>
        {repository.groups.length > 0 && <Chevron />}
        <span className="icon">
          <Package size={14} strokeWidth={1.75} aria-hidden="true" />
        </span>
        <span className="name" title={repository.repository}>
          {repository.repository}
        </span>
        <span className="aside">{aside}</span>
      </TreeItemContent>
      <Collection>
        {repository.groups.map((group) => (
          <GroupRow key={group.digest} id={`${id}@${group.digest}`} group={group} />
        ))}
      </Collection>
    </TreeItem>
  );
}

/** Registries as a tree: registry, repository, tags grouped by digest. */
export function RegistriesPane({ registries, selected, onSelect }: RegistriesPaneProps): ReactElement {
  const { t } = useTranslation('app');
  const [adding, setAdding] = useState(false);
  const everything = registries.flatMap(({ host, repositories }) => [
    host,
    ...repositories.map(({ repository }) => `${host}/${repository}`),
  ]);
  return (
    <section className="pane" aria-label={t('registries')} tabIndex={-1} data-pane="registries">
      <header className="pane-head">
        {t('registries')} <span className="count">{registries.length}</span>
        <span className="space" />
        <Button className="icon-button button-small" aria-label={t('addRegistry')} onPress={() => setAdding(true)}>
          <Plus size={15} strokeWidth={1.75} />
        </Button>
      </header>
      <div className="scroll">
        {registries.length === 0 ? (
          <div className="empty">
            <h2>{t('noRegistry')}</h2>
            <p>{t('noRegistryMore')}</p>
          </div>
        ) : (
          <Tree
            key={everything.join(' ')}
            className="rows"
            aria-label={t('registries')}
            selectionMode="single"
            selectionBehavior="replace"
            defaultExpandedKeys={everything}
            selectedKeys={selected === null ? [] : [selected]}
            onSelectionChange={(keys) => {
              if (keys === 'all') return;
              const [key] = keys;
              if (typeof key === 'string') onSelect(key);
            }}
          >
            {registries.map((registry) => (
              <TreeItem
                id={registry.host}
                key={registry.host}
                textValue={registry.host}
                className="tree-row"
                data-level="1"
              >
                <TreeItemContent>
                  <Chevron />
                  <span className="dot" data-health={registry.health} title={t(`health.${registry.health}`)} />
                  <span className="name" title={registry.host}>
                    {registry.host}
                  </span>
                  <span className="aside">
                    {registry.account === null ? '' : t('signedInAs', { name: registry.account.name })}
                  </span>
                  <span className="figure">{t('repositories', { count: registry.repositories.length })}</span>
                </TreeItemContent>
                <Collection>
                  {registry.repositories.map((repository) => (
                    <RepositoryRow key={repository.repository} host={registry.host} repository={repository} />
                  ))}
                </Collection>
              </TreeItem>
            ))}
          </Tree>
        )}
      </div>
      {adding && <AddRegistry onClose={() => setAdding(false)} />}
    </section>
  );
}
