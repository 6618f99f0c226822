import { type ReactElement, useEffect, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { TagTokens } from '../../ui/tag-tokens.tsx';
import { type Cargo, tagsOfCargo } from './cargo.ts';
import { canMove, type Drag } from './drag-store.ts';
import { cargoName, dropVerb } from './drag-words.ts';
import type { DropVerdict } from './drop-verdict.ts';
import { priceSentence, priceTone } from './price-words.ts';
import { MOVE_KEY } from './start-drag.ts';

/** See {@link DragChip}. */
export interface DragChipProps {
  readonly drag: Drag;
  /** What the place that is aimed at says; null = none is. */
  readonly verdict: DropVerdict | null;
}

/** From the pointer to the chip, and from the chip to the window's edge. CSS px. */
const RIGHT = 12;
const BELOW = 18;
const EDGE = 8;
/** Tokens of the chip before `+n`. */
const MOST_TOKENS = 2;

/** Beside the pointer, or beside the row that the keyboard aims at: what is carried, what a drop does, its price, the keys. */
export function DragChip({ drag, verdict }: DragChipProps): ReactElement {
  const { t } = useTranslation('drag');
  const chip = useRef<HTMLDivElement>(null);
  const { cargo, by, over, moving } = drag;
  const rowKey = over?.rowKey ?? null;

  useEffect(() => {
    if (by === 'keyboard') return;
    const follow = (event: DragEvent): void => {
      if (chip.current !== null) place(chip.current, event.clientX + RIGHT, event.clientY + BELOW);
    };
    document.addEventListener('dragover', follow, true);
    return () => document.removeEventListener('dragover', follow, true);
  }, [by]);

  useLayoutEffect(() => {
    if (by === 'pointer' || chip.current === null || rowKey === null) return;
    const row = document.querySelector(`[data-pane="registries"] [data-key="${CSS.escape(rowKey)}"]`);
    const bounds = row?.getBoundingClientRect();
    if (bounds !== undefined) place(chip.current, bounds.left + 48, bounds.bottom + EDGE);
  }, [by, rowKey, verdict]);

  const refused = verdict?.kind === 'refused';
  return (
    <div ref={chip} className="drag-chip" data-by={by} aria-hidden="true">
      <div className="drag-chip-head">
        <CargoToken cargo={cargo} name={cargoName(t, cargo)} />
        <b>{dropVerb(t, cargo, refused ? null : (over?.target ?? null), moving)}</b>
      </div>
      {verdict !== null && <p data-tone={priceTone(verdict)}>{priceSentence(t, verdict)}</p>}
      <div className="drag-chip-keys">
        {by === 'keyboard' && (
          <>
            <kbd>↑↓</kbd>
            <span>{t('key.choose')}</span>
            <kbd>↩</kbd>
            <span>{t('key.drop')}</span>
          </>
        )}
        {canMove(cargo) && (
          <>
            <kbd>{by === 'keyboard' ? 'M' : MOVE_KEY}</kbd>
            <span>{t(moving && by === 'keyboard' ? 'key.copyInstead' : 'key.moveInstead')}</span>
          </>
        )}
        <kbd>esc</kbd>
        <span>{t('key.cancel')}</span>
      </div>
    </div>
  );
}

function CargoToken({ cargo, name }: { readonly cargo: Cargo; readonly name: string }): ReactElement {
  if (cargo.kind === 'images' && !cargo.whole) {
    const tags = tagsOfCargo(cargo);
    if (tags.length > 0) return <TagTokens tags={tags} most={MOST_TOKENS} />;
  }
  return <span className="tag-token">{name}</span>;
}

/** Puts the chip there, inside of the window: at the other side of the pointer where it would not fit. */
function place(chip: HTMLElement, x: number, y: number): void {
  const { offsetWidth: width, offsetHeight: height } = chip;
  const left = x + width + EDGE > window.innerWidth ? Math.max(EDGE, x - width - 2 * RIGHT) : x;
  const top = y + height + EDGE > window.innerHeight ? Math.max(EDGE, y - height - 2 * BELOW) : y;
  chip.style.transform = `translate(${String(left)}px, ${String(top)}px)`;
  chip.dataset['placed'] = '';
}
