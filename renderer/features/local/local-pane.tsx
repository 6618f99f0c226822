import { Box, Pause, Play, Power } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Vm, VmList } from '../../../shared/models/vm.ts';
import { useErrorWords } from '../push/use-error-words.ts';

export interface LocalPaneProps {
  readonly list: VmList | null;
  readonly selected: string | null;
  readonly onSelect: (vmId: string) => void;
  readonly onOpen: (vm: Vm) => void;
}

/** The name as a person knows it: a cached image by its first tag, else by its digest. */
export function vmTitle(vm: Vm): string {
  if (vm.kind === 'vm') return vm.name;
  const [tag] = vm.tags;
  return tag === undefined ? `${vm.name}@${vm.digest ?? ''}` : `${vm.name}:${tag}`;
}

function StateIcon({ vm }: { readonly vm: Vm }): ReactElement {
  const Icon = vm.kind === 'image' ? Box : vm.state === 'running' ? Play : vm.state === 'suspended' ? Pause : Power;
  return <Icon size={14} strokeWidth={1.75} aria-hidden="true" />;
}

function VmRow({ vm, onOpen }: { readonly vm: Vm; readonly onOpen: (vm: Vm) => void }): ReactElement {
  const { t } = useTranslation('app');
  const words = useErrorWords();
  const title = vmTitle(vm);
  const note = vm.defect === null ? '' : words(vm.defect).what;
  return (
    <ListBoxItem id={vm.id} textValue={title} className="row" data-state={vm.state} onAction={() => onOpen(vm)}>
      <span className="icon" title={t(`state.${vm.state}`)}>
        <StateIcon vm={vm} />
      </span>
      <span className="name" title={note === '' ? title : `${title}\n${note}`}>
        {title}
      </span>
      <span className="note">{note === '' ? '' : '!'}</span>
      <span className="figure">{vm.sizes === null ? '' : formatBytes(vm.sizes.allocated)}</span>
    </ListBoxItem>
  );
}

function Places({ list }: { readonly list: VmList }): ReactElement {
  const { t } = useTranslation('app');
  return (
    <div className="empty">
      <h2>{t('noVm')}</h2>
      <p>{t('lookedHere')}</p>
      {list.places.map(({ path, found }) => (
        <div className="place" key={path}>
          <code title={path}>{path}</code>
          <span>{t(found ? 'found' : 'notThere')}</span>
        </div>
      ))}
      <p>{t('setHome')}</p>
    </div>
  );
}

/** VMs and cached images of this computer. Reads no disk byte: sizes come from stat. */
export function LocalPane({ list, selected, onSelect, onOpen }: LocalPaneProps): ReactElement {
  const { t } = useTranslation('app');
  const [filter, setFilter] = useState('');
  const shown = (list?.vms ?? []).filter((vm) => vmTitle(vm).toLowerCase().includes(filter.toLowerCase()));
  const sections = [
    { id: 'vm', title: t('virtualMachines'), vms: shown.filter(({ kind }) => kind === 'vm') },
    { id: 'image', title: t('cachedImages'), vms: shown.filter(({ kind }) => kind === 'image') },
  ].filter(({ vms }) => vms.length > 0);
  const used = (list?.vms ?? []).reduce((sum, { sizes }) => sum + (sizes?.allocated ?? 0), 0);
  return (
    <section className="pane pane-local" aria-label={t('local')} tabIndex={-1} data-pane="local">
      <header className="pane-head">
        {t('local')} <span className="count">{list?.vms.length ?? ''}</span>
        <span className="space" />
        <input
          className="filter"
          value={filter}
          placeholder={t('filter')}
          aria-label={t('filterLocal')}
          onChange={(event) => setFilter(event.target.value)}
        />
      </header>
      <div className="scroll">
        {list !== null && list.vms.length === 0 && <Places list={list} />}
        {list !== null && list.vms.length > 0 && shown.length === 0 && (
          <div className="empty">
            <h2>{t('noMatch', { filter })}</h2>
            <button type="button" className="button button-small" onClick={() => setFilter('')}>
              {t('clearFilter')}
            </button>
          </div>
        )}
        {sections.length > 0 && (
          <ListBox
            className="rows"
            aria-label={t('local')}
            selectionMode="single"
            selectionBehavior="replace"
            selectedKeys={selected === null ? [] : [selected]}
            onSelectionChange={(keys) => {
              if (keys === 'all') return;
              const [key] = keys;
              if (typeof key === 'string') onSelect(key);
            }}
          >
            {sections.map(({ id, title, vms }) => (
              <ListBoxSection id={id} key={id}>
                <Header className="group-head">
                  {title} <span>{vms.length}</span>
                </Header>
                {vms.map((vm) => (
                  <VmRow key={vm.id} vm={vm} onOpen={onOpen} />
                ))}
              </ListBoxSection>
            ))}
          </ListBox>
        )}
      </div>
      {list !== null && list.vms.length > 0 && (
        <footer className="pane-foot">
          <div>
            <span>{t('usedOnDisk')}</span>
            <b>{formatBytes(used)}</b>
          </div>
          {list.volume !== null && (
            <div>
              <span>{t('free')}</span>
              <span>{formatBytes(list.volume.free)}</span>
            </div>
          )}
        </footer>
      )}
    </section>
  );
}
