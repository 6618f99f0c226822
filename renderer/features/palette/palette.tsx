import { Search } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, useEffect, useId, useMemo, useRef, useState } from 'react';
import { Dialog, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { IS_MAC, shortcutWords } from '../../ui/shortcut.ts';
import {
  PALETTE_GROUPS,
  type PaletteActs,
  type PaletteGroup,
  type PaletteItem,
  type PaletteSources,
  paletteItems,
} from './palette-items.ts';
import { search } from './palette-search.ts';
import './palette.css';

/** See {@link Palette}. */
export interface PaletteProps {
  readonly sources: PaletteSources;
  readonly acts: PaletteActs;
  readonly onClose: () => void;
}

/** Rows of one group; of what is selected all. */
const MOST = 6;

interface Section {
  readonly group: PaletteGroup;
  readonly items: readonly PaletteItem[];
  readonly rest: number;
}

/** Finds images, registries, repositories, tags and commands by their words, and does them. */
export function Palette(props: PaletteProps): ReactElement {
  const { t } = useTranslation('palette');
  return (
    <ModalOverlay
      className="palette-overlay"
      isOpen
      isDismissable
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
    >
      <Modal className="palette">
        <Dialog aria-label={t('title')}>
          <PaletteForm {...props} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function PaletteForm({ sources, acts, onClose }: PaletteProps): ReactElement {
  const { t } = useTranslation('palette');
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const all = useMemo(() => paletteItems(sources, acts), [sources, acts]);
  const sections = useMemo(() => sectionsOf(all, text), [all, text]);
  const flat = sections.flatMap(({ items }) => items);
  const active = flat[Math.min(at, flat.length - 1)];
  const activeId = active === undefined ? undefined : `${id}-${String(flat.indexOf(active))}`;

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [activeId]);

  function carryOut(act: () => void): void {
    // Closed first: what is done may open a dialog of its own, or take the focus somewhere.
    onClose();
    act();
  }

  function press(event: KeyboardEvent): void {
    const command = event.metaKey || event.ctrlKey;
    const last = flat.length - 1;
    if (event.key === 'ArrowDown') setAt(at >= last ? 0 : at + 1);
    else if (event.key === 'ArrowUp') setAt(at <= 0 ? last : Math.min(at, last) - 1);
    else if (event.key === 'Enter' && active !== undefined) {
      if (!command) carryOut(active.act);
      else if (active.second !== null) carryOut(active.second.act);
    } else return;
    event.preventDefault();
  }

  return (
    <>
      <div className="palette-field">
        <Search size={15} strokeWidth={1.75} aria-hidden="true" />
        <input
          // The palette was opened to be typed into.
          // biome-ignore lint/a11y/noAutofocus: the first field of a dialog takes the focus
          autoFocus
          role="combobox"
          aria-expanded={flat.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={activeId}
          aria-autocomplete="list"
          aria-label={t('field')}
          placeholder={t('field')}
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={press}
        />
      </div>
      <div ref={list} id={`${id}-list`} role="listbox" aria-label={t('found')} className="palette-list">
        {sections.map(({ group, items, rest }) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options; a fieldset holds form controls
          <div key={group} role="group" aria-label={group === 'selection' ? sources.selected : t(`group.${group}`)}>
            <div className="palette-head" aria-hidden="true">
              {group === 'selection' ? sources.selected : t(`group.${group}`)}
              {rest > 0 && <span>{t('rest', { count: rest })}</span>}
            </div>
            {items.map((item) => {
              const place = flat.indexOf(item);
              return (
                <Row
                  key={item.id}
                  id={`${id}-${String(place)}`}
                  item={item}
                  active={item === active}
                  more={group !== 'selection'}
                  onPoint={() => setAt(place)}
                  onTake={() => carryOut(item.act)}
                />
              );
            })}
          </div>
        ))}
      </div>
      {flat.length === 0 && <p className="palette-nothing">{t('nothing', { text })}</p>}
      <div className="palette-foot" aria-hidden="true">
        <kbd>↑↓</kbd> {t('choose')}
        <kbd>↩</kbd> {t('act')}
        {active !== undefined && active.second !== null && (
          <>
            <kbd>{shortcutWords({ key: '↩' }, IS_MAC)}</kbd> {t(`second.${active.second.verb}`)}
          </>
        )}
      </div>
    </>
  );
}

function sectionsOf(all: Readonly<Record<PaletteGroup, readonly PaletteItem[]>>, text: string): readonly Section[] {
  const typed = text.trim() !== '';
  // Without a search what can be done; what there is stands in the panes.
  const groups = typed ? PALETTE_GROUPS : (['selection', 'commands'] as const);
  return groups
    .map((group) => ({ group, ...search(all[group], text, typed ? MOST : all[group].length) }))
    .filter(({ items }) => items.length > 0);
}

function Row(props: {
  readonly id: string;
  readonly item: PaletteItem;
  readonly active: boolean;
  readonly more: boolean;
  readonly onPoint: () => void;
  readonly onTake: () => void;
}): ReactElement {
  const { id, item, active, more, onPoint, onTake } = props;
  const Icon = item.icon;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
    <div
      id={id}
      role="option"
      aria-selected={active}
      tabIndex={-1}
      className="palette-row"
      onPointerDown={(event) => event.preventDefault()}
      onPointerMove={onPoint}
      onClick={onTake}
    >
      <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
      <span className="palette-label">{item.label}</span>
      {more && <span className="palette-more">{item.more}</span>}
      {item.shortcut !== undefined && <kbd>{item.shortcut}</kbd>}
    </div>
  );
}
