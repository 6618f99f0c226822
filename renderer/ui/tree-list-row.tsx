import type { ReactElement, ReactNode } from 'react';
import type { TreeRow } from './tree-list.tsx';
import './tree-list.css';

/** See {@link TreeListRow}. */
export interface TreeListRowProps {
  readonly row: TreeRow;
  readonly id: string;
  /** Its place among all rows, from 0. */
  readonly at: number;
  /** How many rows there are. */
  readonly count: number;
  readonly active: boolean;
  readonly selected: boolean;
  readonly className: string;
  /** A value of `data-drop`: how it looks while something is carried. */
  readonly mark: string | undefined;
  readonly draggable: boolean;
  /** It becomes the active row; what is selected stays. */
  readonly onActivate: () => void;
  readonly onChoose: () => void;
  readonly onToggle: (keys: readonly string[], open: boolean) => void;
  readonly onAct: () => void;
  readonly children: ReactNode;
}

/** One row of a tree. A click chooses it, on its chevron (or on a row that cannot be chosen) it opens or closes. */
export function TreeListRow(props: TreeListRowProps): ReactElement {
  const { row, at, selected, onActivate, onChoose, onToggle, onAct } = props;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names its active row
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys
    <div
      id={props.id}
      role="treeitem"
      className={`tree-list-row ${props.className}`}
      data-key={row.key}
      data-active={props.active || undefined}
      data-level={row.level}
      data-drop={props.mark}
      draggable={props.draggable ? true : undefined}
      aria-level={row.level}
      aria-posinset={at + 1}
      aria-setsize={props.count}
      aria-selected={row.selectable ? selected : undefined}
      aria-expanded={row.open ?? undefined}
      onClick={(event) => {
        if (!row.selectable && row.open !== null) onToggle([row.key], !row.open);
        if (event.target instanceof Element && event.target.closest('[data-chevron]') !== null) {
          if (row.open !== null && row.selectable) onToggle([row.key], !row.open);
          onActivate();
          return;
        }
        onChoose();
      }}
      onDoubleClick={() => {
        if (row.selectable) onAct();
      }}
    >
      {props.children}
    </div>
  );
}
