import { ChevronDown, ChevronUp, FolderOpen, FolderSearch } from 'lucide-react';
import { type ReactElement, type RefObject, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Vm, VmList } from '../../../shared/models/vm.ts';
import type { VmKnowledge } from '../../../shared/models/vm-knowledge.ts';
import { useMemory } from '../../state/window-memory.ts';
import { ContextMenu } from '../../ui/context-menu.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import type { MenuPlace } from '../../ui/menu-place.ts';
import { NoMatch } from '../../ui/no-match.tsx';
import { type TreeDrag, type TreeHandle, TreeList } from '../../ui/tree-list.tsx';
import { useFocusReturn } from '../../ui/use-focus-return.ts';
import { startDrag } from '../drag/start-drag.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { useElementSize } from '../weave/use-element-size.ts';
import './local.css';
import { LocalRowCells } from './local-row.tsx';
import { columnUnit, LOCAL_COLUMNS, type LocalColumn, type LocalRow, localRows } from './local-rows.ts';
import { useVmCommands } from './use-vm-commands.ts';
import { vmTitle } from './vm-title.ts';

/** See {@link LocalPane}. */
export interface LocalPaneProps {
  readonly list: VmList | null;
  readonly error: ErrorData | null;
  readonly known: ReadonlyMap<string, VmKnowledge>;
  readonly selected: string | null;
  readonly tree: RefObject<TreeHandle | null>;
  readonly onSelect: (vmId: string) => void;
  readonly onPush: (vm: Vm) => void;
  readonly onChooseHome: () => void;
  readonly onLookAgain: () => void;
}

/** A VM is picked up to be pushed; one with a defect cannot be. */
const VM_DRAG: TreeDrag<LocalRow> = {
  canPickUp: (row) => row.kind === 'vm' && row.vm.defect === null,
  onStart: (row, event) => {
    if (row.kind === 'vm') startDrag(event, { kind: 'vm', vm: row.vm });
  },
};

const orderSchema = z.object({ by: z.enum(LOCAL_COLUMNS), descending: z.boolean() });
const closedSchema = z.array(z.string());
/** Pane widths at which the thread grows. CSS px. */
const WIDE = 420;

/** VMs and cached images of this computer. Reads no disk byte: sizes come from stat, threads from what is remembered. */
export function LocalPane(props: LocalPaneProps): ReactElement {
  const { list, error, known, selected, tree, onSelect, onPush, onChooseHome, onLookAgain } = props;
  const { t } = useTranslation('panes');
  const words = useErrorWords();
  const pane = useRef<HTMLElement>(null);
  const size = useElementSize(pane);
  const [filter, setFilter] = useState('');
  const [order, setOrder] = useMemory('local.order', orderSchema, { by: 'name', descending: false });
  const [closed, setClosed] = useMemory('local.closed', closedSchema, []);
  const [menu, setMenu] = useState<{ readonly vm: Vm; readonly place: MenuPlace } | null>(null);
  useFocusReturn(menu !== null, () => tree.current?.focus());
  const commands = useVmCommands(onPush);
  const vms = list?.vms ?? [];
  const rows = localRows(vms, { filter, order, closed, words: (group) => t(`group.${group}`) });
  const unit = columnUnit(vms);

  return (
    <section ref={pane} className="pane pane-local" aria-label={t('local')} tabIndex={-1} data-pane="local">
      <header className="pane-head">
        <h2>{t('local')}</h2>
        <span className="count">{list === null ? '' : vms.length}</span>
        <span className="space" />
        {vms.length > 0 && (
          <FilterField
            value={filter}
            placeholder={t('filter')}
            label={t('filterLocal')}
            clearLabel={t('clearFilter')}
            onChange={setFilter}
            onLeave={() => tree.current?.focus()}
          />
        )}
      </header>
      {error !== null && (
        <div className="pane-notice" role="alert">
          <b>{words(error).what}</b> {words(error).means}
          <Button className="button button-small" onPress={onLookAgain}>
            {t('lookAgain')}
          </Button>
        </div>
      )}
      {list !== null && vms.length === 0 && <NoVm list={list} onChooseHome={onChooseHome} onLookAgain={onLookAgain} />}
      {rows.length > 0 && (
        <>
          <ColumnHeads
            order={order}
            onSort={(by) => {
              setOrder((before) => ({ by, descending: before.by === by ? !before.descending : by !== 'name' }));
            }}
          />
          <TreeList
            rows={rows}
            label={t('local')}
            selected={selected}
            handle={tree}
            onSelect={onSelect}
            onToggle={(keys, open) => {
              setClosed((before) =>
                open ? before.filter((key) => !keys.includes(key)) : [...new Set([...before, ...keys])],
              );
            }}
            onAct={(row) => {
              if (row.kind === 'vm' && row.vm.defect === null) onPush(row.vm);
            }}
            onMenu={(row, place) => {
              if (row.kind === 'vm') setMenu({ vm: row.vm, place });
            }}
            drag={VM_DRAG}
          >
            {(row) => (
              <LocalRowCells
                row={row}
                known={row.kind === 'vm' ? known.get(row.vm.id) : undefined}
                unit={unit}
                wide={(size?.width ?? 0) >= WIDE}
              />
            )}
          </TreeList>
        </>
      )}
      {vms.length > 0 && rows.length === 0 && (
        <NoMatch
          title={t('noMatch', { filter })}
          more={t('vmCount', { count: vms.length })}
          clear={t('clearFilter')}
          onClear={() => setFilter('')}
        />
      )}
      {list !== null && vms.length > 0 && <LocalFoot list={list} />}
      {menu !== null && (
        <ContextMenu
          place={menu.place}
          label={t('menuOf', { name: vmTitle(menu.vm) })}
          groups={commands(menu.vm)}
          onClose={() => setMenu(null)}
        />
      )}
    </section>
  );
}

function ColumnHeads(props: {
  readonly order: z.infer<typeof orderSchema>;
  readonly onSort: (by: LocalColumn) => void;
}): ReactElement {
  const { order, onSort } = props;
  const { t } = useTranslation('panes');
  const Arrow = order.descending ? ChevronDown : ChevronUp;
  const head = (by: LocalColumn): ReactElement => (
    <button
      type="button"
      className={`local-${by}`}
      aria-label={t('sortBy', { column: t(`column.${by}`) })}
      aria-pressed={order.by === by}
      onClick={() => {
        onSort(by);
      }}
    >
      {t(`column.${by}`)}
      {order.by === by && <Arrow size={11} strokeWidth={1.75} aria-hidden="true" />}
    </button>
  );
  return (
    <div className="local-row local-heads">
      <span />
      {head('name')}
      <span className="local-thread">{t('column.thread')}</span>
      {head('disk')}
      {head('used')}
      {head('shared')}
    </div>
  );
}

/** Nothing found: where Tartan looked, and what to do. */
function NoVm(props: {
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

/** What the disks take. Blocks that clones share are counted in each of them, so the sum is an upper bound where any are shared. */
function LocalFoot({ list }: { readonly list: VmList }): ReactElement {
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
