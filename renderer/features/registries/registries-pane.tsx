import { Plus } from 'lucide-react';
import { type ReactElement, type RefObject, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Registry } from '../../../shared/models/registry.ts';
import { ContextMenu, type MenuGroups } from '../../ui/context-menu.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import type { MenuPlace } from '../../ui/menu-place.ts';
import { NoMatch } from '../../ui/no-match.tsx';
import { remPx } from '../../ui/text-width.ts';
import { type TreeHandle, TreeList } from '../../ui/tree-list.tsx';
import { useElementSize } from '../../ui/use-element-size.ts';
import { useFocusReturn } from '../../ui/use-focus-return.ts';
import { DropPrice } from '../drag/drop-price.tsx';
import type { ThisComputer } from '../store/use-this-computer.ts';
import './registries.css';
import { RegistryRowCells } from './registry-row.tsx';
import type { RegistryRow } from './tree-rows.ts';
import { useRegistryCommands } from './use-registry-commands.ts';
import { useRegistryRows } from './use-registry-rows.ts';
import { type OnDrop, useRowDrops } from './use-row-drops.ts';
import type { TagReadings } from './use-tag-reading.ts';

/** See {@link RegistriesPane}. */
export interface RegistriesPaneProps {
  /** Null before they are known. */
  readonly registries: readonly Registry[] | null;
  readonly readings: TagReadings;
  readonly own: ThisComputer;
  /** The commands of the registry of this computer. */
  readonly ownCommands: () => MenuGroups;
  readonly selected: string | null;
  readonly tree: RefObject<TreeHandle | null>;
  /** `host`, `host/repository` or `host/repository@digest`. */
  readonly onSelect: (key: string) => void;
  readonly onAdd: () => void;
  readonly onRemove: (host: string) => void;
  readonly onDrop: OnDrop;
}

/** Under this width digests are left out. CSS px. */
const NARROW = 320;
/** Guides, digest, size and their gaps. CSS px. */
const BESIDE_TOKENS = { narrow: 125, usual: 200 } as const;

/** Registries as a tree: registry, repository, tags grouped by digest. Opening a repository that was never read reads its tags. */
export function RegistriesPane(props: RegistriesPaneProps): ReactElement {
  const { registries, readings, own, ownCommands, selected, tree, onSelect, onAdd, onRemove, onDrop } = props;
  const { t, i18n } = useTranslation('panes');
  const pane = useRef<HTMLElement>(null);
  // As it were at 100 % text.
  const width = ((useElementSize(pane)?.width ?? 384) * 16) / remPx();
  const [menu, setMenu] = useState<{ readonly row: RegistryRow; readonly place: MenuPlace } | null>(null);
  useFocusReturn(menu !== null, () => tree.current?.focus());
  const commands = useRegistryCommands(readings, ownCommands, onRemove);
  const { filter, setFilter, rows, toggle } = useRegistryRows(registries, readings);
  const others = registries?.some(({ thisComputer }) => !thisComputer) === true;
  const searchable = others || registries?.some(({ repositories }) => repositories.length > 0) === true;
  const tokenRoom = width - (width < NARROW ? BESIDE_TOKENS.narrow : BESIDE_TOKENS.usual);

  const drops = useRowDrops({ rows, tree, onToggle: toggle, onDrop });

  return (
    <section
      ref={pane}
      className="pane pane-registries"
      aria-label={t('registries')}
      tabIndex={-1}
      data-pane="registries"
      data-lonely={registries !== null && !others ? true : undefined}
    >
      <RegistriesHead
        count={registries?.length ?? null}
        filter={searchable ? filter : null}
        narrow={width < NARROW}
        onFilter={setFilter}
        onLeave={() => tree.current?.focus()}
        onAdd={onAdd}
      />
      {rows.length > 0 && (
        <TreeList
          rows={rows}
          label={t('registries')}
          selected={selected}
          handle={tree}
          onSelect={onSelect}
          onToggle={toggle}
          onAct={(row) => {
            if (row.open !== null) toggle([row.key], !row.open);
          }}
          onMenu={(row, place) => {
            if (row.selectable) setMenu({ row, place });
          }}
          onKey={drops.onKey}
          drag={drops.tree}
        >
          {(row) => {
            const verdict = drops.verdictOf(row);
            return (
              <>
                <RegistryRowCells
                  row={row}
                  readings={readings}
                  own={own}
                  tokenRoom={tokenRoom}
                  language={i18n.language}
                />
                {verdict !== null && <DropPrice verdict={verdict} />}
              </>
            );
          }}
        </TreeList>
      )}
      {registries !== null && !others && filter === '' && <NoRegistry onAdd={onAdd} />}
      {registries !== null && filter !== '' && rows.length === 0 && (
        <NoMatch
          title={t('noMatch', { filter })}
          more={t('readOnly')}
          clear={t('clearFilter')}
          onClear={() => setFilter('')}
        />
      )}
      {menu !== null && (
        <ContextMenu
          place={menu.place}
          label={t('menuOf', { name: menu.row.name })}
          groups={commands(menu.row)}
          onClose={() => setMenu(null)}
        />
      )}
    </section>
  );
}

/** How many registries there are, the filter where there is something to find, and the way to add one. */
function RegistriesHead(props: {
  /** Null before they are known. */
  readonly count: number | null;
  /** Null = there is nothing to find. */
  readonly filter: string | null;
  readonly narrow: boolean;
  readonly onFilter: (filter: string) => void;
  readonly onLeave: () => void;
  readonly onAdd: () => void;
}): ReactElement {
  const { count, filter, narrow, onFilter, onLeave, onAdd } = props;
  const { t } = useTranslation('panes');
  return (
    <header className="pane-head">
      <h2>{t('registries')}</h2>
      <span className="count">{count ?? ''}</span>
      <span className="space" />
      {filter !== null && (
        <FilterField
          value={filter}
          placeholder={t(narrow ? 'filter' : 'filterRegistriesShort')}
          label={t('filterRegistries')}
          clearLabel={t('clearFilter')}
          onChange={onFilter}
          onLeave={onLeave}
        />
      )}
      <Button
        className="icon-button button-small"
        aria-label={t('addRegistry')}
        data-tip={t('addRegistry')}
        onPress={onAdd}
      >
        <Plus size={15} strokeWidth={1.75} aria-hidden="true" />
      </Button>
    </header>
  );
}

/** No registry but this computer's is known: how one comes here. */
function NoRegistry({ onAdd }: { readonly onAdd: () => void }): ReactElement {
  const { t } = useTranslation('panes');
  return (
    <div className="empty">
      <h3>{t('noRegistry')}</h3>
      <p>{t('noRegistryMore')}</p>
      <Button className="button button-small" onPress={onAdd}>
        <Plus size={14} strokeWidth={1.75} aria-hidden="true" />
        {t('addRegistryDots')}
      </Button>
    </div>
  );
}
