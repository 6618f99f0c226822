import { Search } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { OptionRow } from '../../ui/option-row.tsx';
import { IS_MAC, shortcutWords } from '../../ui/shortcut.ts';
import type { PaletteProps } from './palette.tsx';
import { type PaletteItem, paletteItems } from './palette-items.ts';
import { paletteSections } from './palette-sections.ts';

/** The field of the palette and what it finds: arrows walk, Enter does, with Ctrl or ⌘ the second thing. */
export function PaletteForm({ sources, acts, onClose }: PaletteProps): ReactElement {
  const { t } = useTranslation('palette');
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const all = useMemo(() => paletteItems(sources, acts), [sources, acts]);
  const sections = useMemo(() => paletteSections(all, text), [all, text]);
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
        {sections.map((section) => {
          const head = section.group === 'selection' ? sources.selected : t(`group.${section.group}`);
          return (
            // biome-ignore lint/a11y/useSemanticElements: a group of options; a fieldset holds form controls
            <div key={section.group} role="group" aria-label={head}>
              <div className="palette-head" aria-hidden="true">
                {head}
                {section.rest > 0 && <span>{t('rest', { count: section.rest })}</span>}
              </div>
              {section.items.map((item) => {
                const place = flat.indexOf(item);
                return (
                  <OptionRow
                    key={item.id}
                    id={`${id}-${String(place)}`}
                    className="palette-row"
                    icon={item.icon}
                    active={item === active}
                    onPoint={() => setAt(place)}
                    onTake={() => carryOut(item.act)}
                  >
                    <span className="palette-label">{item.label}</span>
                    {section.group !== 'selection' && <span className="palette-more">{item.more}</span>}
                    {item.shortcut !== undefined && <kbd>{item.shortcut}</kbd>}
                  </OptionRow>
                );
              })}
            </div>
          );
        })}
      </div>
      {flat.length === 0 && <p className="palette-nothing">{t('nothing', { text })}</p>}
      <PaletteFoot active={active} />
    </>
  );
}

/** The keys and what they do. */
function PaletteFoot({ active }: { readonly active: PaletteItem | undefined }): ReactElement {
  const { t } = useTranslation('palette');
  return (
    <div className="palette-foot" aria-hidden="true">
      <kbd>↑↓</kbd> {t('choose')}
      <kbd>↩</kbd> {t('act')}
      {active !== undefined && active.second !== null && (
        <>
          <kbd>{shortcutWords({ key: '↩' }, IS_MAC)}</kbd> {t(`second.${active.second.verb}`)}
        </>
      )}
    </div>
  );
}
