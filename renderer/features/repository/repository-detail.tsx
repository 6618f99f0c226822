import { Box, Copy, RefreshCw } from 'lucide-react';
import { type ReactElement, type ReactNode, useEffect, useMemo, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Registry, Repository } from '../../../shared/models/registry.ts';
import { useSelectedTags } from '../../state/tag-selection.ts';
import { useCopy } from '../../state/use-copy.ts';
import { useMemory } from '../../state/window-memory.ts';
import { ContextMenu } from '../../ui/context-menu.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import type { MenuPlace } from '../../ui/menu-place.ts';
import { ReadingLine } from '../../ui/reading-line.tsx';
import { Segments } from '../../ui/segments.tsx';
import { SoftBreaks } from '../../ui/soft-breaks.tsx';
import { copyTo } from '../copy/copy-start.ts';
import { type Cargo, repositoryCargo } from '../drag/cargo.ts';
import type { DropTarget } from '../drag/drop-target.ts';
import { cargoAround, selectedCargo } from '../drag/selected-cargo.ts';
import { startDrag } from '../drag/start-drag.ts';
import { usePlaceDrop } from '../drag/use-place-drop.ts';
import { ErrorReport, signInHost } from '../push/error-report.tsx';
import { packedSum, plainGroups, plainTagCount, repositoryKey } from '../registries/tree-rows.ts';
import { useGroupCommands } from '../registries/use-group-commands.ts';
import type { TagReadings } from '../registries/use-tag-reading.ts';
import { PendingPanel } from '../tags/pending-panel.tsx';
import { TagLegend } from '../tags/tag-legend.tsx';
import { type TagActions, useTagActions } from '../tags/use-tag-actions.tsx';
import { timeOfDay } from '../transfers/job-row.tsx';
import { escapedName, referrerTags, type TagRow, tagRows } from './tag-rows.ts';
import { TagTable } from './tag-table.tsx';

/** See {@link RepositoryDetail}. */
export interface RepositoryDetailProps {
  readonly registry: Registry;
  readonly repository: Repository;
  readonly readings: TagReadings;
  /** All that are known, to tell where an image stays. */
  readonly registries: readonly Registry[];
  readonly onSelect: (key: string) => void;
  /** Carries out what was dropped on it. */
  readonly onDrop: (cargo: Cargo, target: DropTarget, moving: boolean) => void;
}

/** A repository that is selected for less time, in ms, is one that the arrow keys only pass. */
const PASSED_MS = 250;

const orderSchema = z.enum(['digest', 'name', 'newest']);

/** A repository: its tags, how old that knowledge is, and the way to read them again. */
export function RepositoryDetail(props: RepositoryDetailProps): ReactElement {
  const { registry, repository, readings, registries, onSelect, onDrop } = props;
  const { t } = useTranslation('panes');
  const drop = usePlaceDrop({ registry, repository: repository.repository, onDrop });
  const { t: words } = useTranslation('browse');
  const copy = useCopy();
  const actions = useTagActions(registry, repository);
  const key = repositoryKey(registry.host, repository.repository);
  const reading = readings.readings.get(key);
  const failure = readings.failures.get(key);
  const { readMs, groups } = repository;
  const read = (): void => readings.read(registry.host, repository.repository);
  useFirstReading(registry.host, repository.repository, readMs === null && failure === undefined ? readings : null);
  return (
    <div className="detail repository-detail" {...drop}>
      <RepositoryHead
        registry={registry}
        repository={repository}
        reading={reading !== undefined}
        actions={actions}
        onRead={read}
      />
      {failure !== undefined && (
        <ErrorReport
          error={failure}
          onSignedIn={read}
          onCopy={copy}
          kept={readMs === null ? '' : t('tagsKept')}
          actions={
            <Button className={signInHost(failure) === null ? 'button button-primary' : 'button'} onPress={read}>
              {t('tryAgain')}
            </Button>
          }
        />
      )}
      <ReadingOf place={key} readings={readings} />
      {groups.length > 0 && (
        <Tags registry={registry} repository={repository} readings={readings} actions={actions} onSelect={onSelect} />
      )}
      {repository.incomplete && <p className="tag-table-foot">{words('incomplete')}</p>}
      <InvalidTags names={repository.invalidTags} />
      <PendingPanel registry={registry} repository={repository} registries={registries} />
      {actions.dialog}
    </div>
  );
}

/** Whether a test found that tags go with their digests there. */
function deletesByDigest({ capabilities }: Registry): boolean {
  const detail = capabilities?.found.tagDelete.detail;
  return detail === 'withDigest' || detail === 'digestOnly';
}

/** Reads the tags of a repository that is looked at for the first time, but not of those that are only passed on the way. */
function useFirstReading(host: string, repository: string, unread: Pick<TagReadings, 'read'> | null): void {
  const read = unread?.read;
  useEffect(() => {
    if (read === undefined) return undefined;
    const timer = setTimeout(() => read(host, repository), PASSED_MS);
    return () => clearTimeout(timer);
  }, [host, repository, read]);
}

function RepositoryHead(props: {
  readonly registry: Registry;
  readonly repository: Repository;
  readonly reading: boolean;
  readonly actions: TagActions;
  readonly onRead: () => void;
}): ReactElement {
  const { registry, repository, reading, actions, onRead } = props;
  const { t, i18n } = useTranslation('panes');
  const { t: words } = useTranslation('browse');
  const { t: copying } = useTranslation('copy');
  const { t: editing } = useTranslation('tags');
  const { readMs, groups, storedSize } = repository;
  const size = packedSum(repository);
  const facts =
    readMs === null
      ? [t('notRead')]
      : [
          t('tags', { count: plainTagCount(repository) }),
          t('digests', { count: plainGroups(repository).length }),
          size === null || groups.length === 0
            ? ''
            : words(storedSize === null ? 'packedTogether' : 'stored', { size: formatBytes(size) }),
          t('asOf', { time: timeOfDay(readMs, i18n.language) }),
          deletesByDigest(registry) ? editing('deletesByDigest') : '',
        ].filter((fact) => fact !== '');
  return (
    <header className="detail-head repository-head">
      <div>
        <h1>
          <span>{registry.host}/</span>
          <wbr />
          <SoftBreaks text={repository.repository} after="/" />
        </h1>
        <p className="detail-facts">
          {facts.map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </p>
      </div>
      <div className="repository-actions">
        {groups.length > 0 && actions.buttons}
        <Button
          className="button"
          onPress={() => copyTo(selectedCargo(registry.host, repository) ?? repositoryCargo(registry.host, repository))}
        >
          <Copy size={14} strokeWidth={1.75} aria-hidden="true" />
          {copying('copyTo')}
        </Button>
        <Button className="button" isDisabled={reading} onPress={onRead}>
          <RefreshCw size={14} strokeWidth={1.75} aria-hidden="true" />
          {readMs === null ? t('readTags') : words('refresh')}
        </Button>
      </div>
    </header>
  );
}

/** How far a reading is. */
function ReadingOf({ place, readings }: { readonly place: string; readonly readings: TagReadings }): ReactNode {
  const { t, i18n } = useTranslation('panes');
  const reading = readings.readings.get(place);
  if (reading === undefined) return null;
  const { progress, startedMs } = reading;
  const figures = new Intl.NumberFormat(i18n.language, { useGrouping: 'min2' });
  const number =
    progress === null ? '' : t('xOfY', { part: figures.format(progress.read), whole: figures.format(progress.total) });
  return (
    <p className="detail-reading">
      <ReadingLine verb={t('readingTags')} startedMs={startedMs} number={number} onStop={() => readings.stop(place)} />
    </p>
  );
}

/** The table of tags with its order and filter. */
function Tags(
  props: Omit<RepositoryDetailProps, 'registries' | 'onDrop'> & { readonly actions: TagActions },
): ReactElement {
  const { registry, repository, readings, actions, onSelect } = props;
  const { t, i18n } = useTranslation('browse');
  const { t: panes } = useTranslation('panes');
  const figures = new Intl.NumberFormat(i18n.language, { useGrouping: 'min2' });
  const place = repositoryKey(registry.host, repository.repository);
  const [order, setOrder] = useMemory('tags.order', orderSchema, 'digest');
  const [filter, setFilter] = useState('');
  const [referrers, setReferrers] = useState(false);
  const [menu, setMenu] = useState<{ readonly row: TagRow; readonly place: MenuPlace } | null>(null);
  const commands = useGroupCommands(readings);
  const rows = useMemo(() => tagRows(repository, { order, filter, referrers }), [repository, order, filter, referrers]);
  const chosen = useSelectedTags(place, repository);
  const hidden = useMemo(() => referrerTags(repository), [repository]);
  return (
    <>
      <div className="tag-table-bar">
        <h2>{t(`title.${order}`)}</h2>
        <Segments
          label={t('order')}
          choices={orderSchema.options}
          value={order}
          words={(option) => t(`orderBy.${option}`)}
          onChange={(next) => setOrder(() => next)}
        />
        {chosen.length > 0 && (
          <span className="tag-table-chosen" role="status">
            {t('selected', { count: chosen.length, figure: figures.format(chosen.length) })}
          </span>
        )}
        <span className="space" />
        <FilterField
          value={filter}
          placeholder={t('filterTags')}
          label={t('filterTags')}
          clearLabel={panes('clearFilter')}
          onChange={setFilter}
          onLeave={() => document.querySelector<HTMLElement>('.tag-table > [role="grid"]')?.focus()}
        />
      </div>
      {rows.length > 0 && (
        <TagTable
          place={place}
          rows={rows}
          label={t('tagsOf', { name: place })}
          reading={readings.readings.has(place)}
          onOpen={({ group }) => onSelect(`${place}@${group.digest}`)}
          onMenu={(row, at) => setMenu({ row, place: at })}
          drawn={order === 'digest' ? actions.drawn : leavingOnly(actions.drawn)}
          onCommand={actions.command}
          onDrag={({ group, tags }, tag, event) => {
            startDrag(event, cargoAround(registry.host, repository, group, tag === null ? tags : [tag]));
          }}
        />
      )}
      {rows.length === 0 && filter !== '' && (
        <div className="empty">
          <h3>{panes('noMatch', { filter })}</h3>
          <Button className="button button-small" onPress={() => setFilter('')}>
            {panes('clearFilter')}
          </Button>
        </div>
      )}
      <p className="tag-table-foot">
        {hidden > 0 && (
          <Button className="quiet-button button-small" onPress={() => setReferrers(!referrers)}>
            {t(referrers ? 'hideReferrers' : 'showReferrers', { count: hidden })}
          </Button>
        )}
        {actions.drawn.size > 0 && <TagLegend />}
        <span className="space" />
        <span>{t('onlyHereMeans')}</span>
      </p>
      {menu !== null && (
        <ContextMenu
          place={menu.place}
          label={panes('menuOf', { name: menu.row.tags[0] ?? menu.row.group.digest })}
          groups={[
            [{ id: 'show', label: t('show'), icon: Box, act: () => onSelect(`${place}@${menu.row.group.digest}`) }],
            ...actions.menu(menu.row.group.digest, menu.row.tags),
            ...commands(registry, repository, menu.row.group, menu.row.tags),
          ]}
          onClose={() => setMenu(null)}
        />
      )}
    </>
  );
}

/** Where each tag has a row of its own, a tag that comes has none yet. */
function leavingOnly(drawn: TagActions['drawn']): TagActions['drawn'] {
  return new Map([...drawn].map(([digest, { leaving }]) => [digest, { leaving, arriving: [] }]));
}

/** Names of the registry's list that cannot be tags: shown, so that nobody misses them, and never asked for. */
function InvalidTags({ names }: { readonly names: readonly string[] }): ReactElement | null {
  const { t } = useTranslation('browse');
  if (names.length === 0) return null;
  return (
    <p className="tag-table-foot">
      <span>{t('invalidTags', { count: names.length })}</span>
      {names.map((name) => (
        <span key={name} className="invalid-tag">
          {escapedName(name)}
        </span>
      ))}
    </p>
  );
}
