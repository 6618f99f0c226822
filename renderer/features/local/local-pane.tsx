import { type ReactElement, type RefObject, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import type { Vm, VmList } from '../../../shared/models/vm.ts';
import type { VmKnowledge } from '../../../shared/models/vm-knowledge.ts';
import { useMemory } from '../../state/window-memory.ts';
import { ContextMenu } from '../../ui/context-menu.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import type { MenuPlace } from '../../ui/menu-place.ts';
import { NoMatch } from '../../ui/no-match.tsx';
import { type TreeDrag, type TreeHandle, TreeList } from '../../ui/tree-list.tsx';
import { useElementSize } from '../../ui/use-element-size.ts';
import { useFocusReturn } from '../../ui/use-focus-return.ts';
import { startDrag } from '../drag/start-drag.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { ColumnHeads } from './column-heads.tsx';
import './local.css';
import { LocalFoot } from './local-foot.tsx';
import { LocalRowCells } from './local-row.tsx';
import { columnUnit, LOCAL_COLUMNS, type LocalRow, localRows } from './local-rows.ts';
import { NoVm } from './no-vm.tsx';
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
      <LocalHead
        count={list === null ? null : vms.length}
        filter={filter}
        onFilter={setFilter}
        onLeave={() => tree.current?.focus()}
      />
      {error !== null && <ListFailed error={error} onLookAgain={onLookAgain} />}
      {list !== null && vms.length === 0 && <NoVm list={list} onChooseHome={onChooseHome} onLookAgain={onLookAgain} />}
      {rows.length > 0 && (
        <>
          <ColumnHeads
            order={order}
            tree={tree}
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

/** How many VMs and images there are, and the filter where there is something to find. */
function LocalHead(props: {
  /** Null before they are known. */
  readonly count: number | null;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  readonly onLeave: () => void;
}): ReactElement {
  const { count, filter, onFilter, onLeave } = props;
  const { t } = useTranslation('panes');
  return (
    <header className="pane-head">
      <h2>{t('local')}</h2>
      <span className="count">{count ?? ''}</span>
      <span className="space" />
      {count !== null && count > 0 && (
        <FilterField
          value={filter}
          placeholder={t('filter')}
          label={t('filterLocal')}
          clearLabel={t('clearFilter')}
          onChange={onFilter}
          onLeave={onLeave}
        />
      )}
    </header>
  );
}

/** Tart's home could not be read. */
function ListFailed(props: { readonly error: ErrorData; readonly onLookAgain: () => void }): ReactElement {
  const { t } = useTranslation('panes');
  const { what, behind } = useErrorWords()(props.error);
  return (
    <div className="pane-notice" role="alert">
      <b>{what}</b>
      {behind}
      <Button className="button button-small" onPress={props.onLookAgain}>
        {t('lookAgain')}
      </Button>
    </div>
  );
}
