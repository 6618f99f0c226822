import type { ReactElement } from 'react';
import type { PaletteItem } from './palette-items.ts';

/** One thing that was found: an option of the list, taken with a press; keys go to the field. */
export function PaletteRow(props: {
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
