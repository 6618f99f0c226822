import { type KeyboardEvent, type MouseEvent, type RefObject, useMemo, useState } from 'react';
import { clearTagSelection, selectTags, useSelectedNames } from '../../state/tag-selection.ts';
import { type MenuPlace, pointerPlace, rowMenuPlace } from '../../ui/menu-place.ts';
import { revealRow } from '../../ui/reveal-row.ts';
import { stepInRows } from '../../ui/row-steps.ts';
import type { TagCommand } from '../tags/use-tag-actions.tsx';
import { choiceOfClick, choiceOfMove, chooseTags, type TagChoice } from './tag-choice.ts';
import type { TagRow } from './tag-rows.ts';

/** The table whose rows are walked; see `TagTableProps`. */
interface WalkedTable {
  readonly place: string;
  readonly rows: readonly TagRow[];
  readonly onOpen: (row: TagRow) => void;
  readonly onMenu: (row: TagRow, place: MenuPlace) => void;
  readonly onCommand: (command: TagCommand) => void;
}

/** What the rows of a table of tags answer to. */
export interface TagKeys {
  /** Place of the row that keys start from. */
  readonly active: number;
  /** Tags that are selected. */
  readonly selected: ReadonlySet<string>;
  readonly press: (event: KeyboardEvent) => void;
  readonly menu: (event: MouseEvent) => void;
  /** A click on a row, or on one of its tokens. */
  readonly choose: (row: TagRow, tags: readonly string[], event: MouseEvent) => void;
}

/** Moves through the rows of a table of tags and selects tags there, by keys and pointer. Lengths in CSS px. */
export function useTagKeys(
  table: WalkedTable,
  scroller: RefObject<HTMLElement | null>,
  lengths: { readonly row: number; readonly view: number },
): TagKeys {
  const { place, rows, onOpen, onMenu, onCommand } = table;
  const selected = useSelectedNames(place);
  const [current, setCurrent] = useState<string | null>(null);
  const order = useMemo(() => rows.flatMap(({ tags }) => tags), [rows]);
  const active = Math.max(
    0,
    rows.findIndex(({ key }) => key === current),
  );

  function moveTo(at: number, choice: TagChoice | null): void {
    const row = rows[at];
    if (row === undefined) return;
    setCurrent(row.key);
    // The head stays in sight above the rows.
    revealRow(scroller.current, at, lengths.row, lengths.row);
    if (choice !== null) chooseTags(place, row.tags, choice, order);
  }

  function press(event: KeyboardEvent): void {
    const row = rows[active];
    const command = event.metaKey || event.ctrlKey;
    const page = Math.max(1, Math.floor(lengths.view / lengths.row) - 2);
    const to = event.altKey ? null : stepInRows(event.key, current === null ? -1 : active, rows.length, page);
    if (to !== null) moveTo(to, choiceOfMove(event));
    else if (event.key === ' ' && row !== undefined) chooseTags(place, row.tags, 'toggle', order);
    else if (event.key === 'Enter' && !command && row !== undefined) onOpen(row);
    else if ((event.key === 'Delete' || event.key === 'Backspace') && selected.size > 0) onCommand('remove');
    else if (event.key === 'F2' && selected.size === 1) onCommand('rename');
    else if (event.key === 'Escape' && selected.size > 0) clearTagSelection();
    else if (command && event.key.toLowerCase() === 'a') selectTags(place, order);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function menu(event: MouseEvent): void {
    const key = event.target instanceof Element ? event.target.closest('[data-row]')?.getAttribute('data-row') : null;
    const hit = rows.find((row) => row.key === key);
    const row = hit ?? rows[active];
    if (row === undefined) return;
    event.preventDefault();
    if (!row.tags.some((tag) => selected.has(tag))) selectTags(place, row.tags);
    setCurrent(row.key);
    const list = hit === undefined ? scroller.current : null;
    // The head stands above the rows.
    onMenu(row, list === null ? pointerPlace(event) : rowMenuPlace(list, (active + 2) * lengths.row));
  }

  return {
    active,
    selected,
    press,
    menu,
    choose: (row, tags, event) => {
      setCurrent(row.key);
      chooseTags(place, tags, choiceOfClick(event), order);
    },
  };
}
